# The plan, and the functions that rules ask it through.
# INPUTS  config/, the sources under src/ (for the digests of code)
# OUTPUTS none: PLAN, REPORTS, STEP and functions for the other files
import functools
import os
import shlex
import sys
from pathlib import Path

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))
# Snakemake would import pandas, for a quarter of a second, only to see that no param is a data frame.
sys.modules.setdefault("pandas", None)

from snakemake.settings.types import RerunTrigger

from labreport.declarations.project import announcement, load
from labreport.errors import UserError
from labreport.planning import code_cache, specs
from labreport.planning.code import code_digest
from labreport.planning.devices import cuda_devices, gpus
from labreport.planning.keys import canonical
from labreport.planning.plan import Plan
from labreport.planning.products import Products
from labreport.planning.records import argument
from labreport.planning.targets import check_targets

if Path.cwd() != ROOT:
    sys.exit(
        f"error: --directory: found {Path.cwd()}, allowed is the project's own folder, {ROOT}, where its results are "
        "looked for; copy the project to work elsewhere"
    )
SPECS = Path(".snakemake/labreport-specs")
CODE_CACHE = ROOT / code_cache.FILE
code_cache.restore(CODE_CACHE)
try:
    PLAN = Plan(load(ROOT, config))
    RUNS = {run.address: run for runs in PLAN.runs.values() for run in runs}
    PREPARED = {data.address: data for data in PLAN.prepared.values()}
    VECTORS = {vectors.address: vectors for vectors in PLAN.vectors.values()}
    MEASUREMENTS = {measurement.address: measurement for measurement in PLAN.measurements.values()}
    SAMPLES = {sample.key: sample for sample in PLAN.samples.values()}
    if workflow.is_main_process:  # a cluster's jobs read this file again, with their own files as targets
        # While a Snakefile is read, Snakemake has not yet told the workflow its targets.
        check_targets(PLAN, sys.argv[1:])
    # Digests of figures, tables and texts are taken when Snakemake asks for them; take them now, to keep them.
    specs.take_digests(PLAN)
    code_cache.keep(CODE_CACHE)
except UserError as error:
    sys.exit(f"error: {error}")  # a WorkflowError would add lines of this file, which is not where the mistake is

REPORTS = sorted(PLAN.declarations.reports)
# `python` on the PATH may be another one than Snakemake's; sources come from this copy of the project.
PYTHON = shlex.quote(os.path.relpath(sys.executable))
STEP = f"PYTHONPATH={shlex.quote(os.path.relpath(ROOT / 'src'))} {PYTHON} -m labreport.steps"
NONE = "(?!)"  # a pattern that nothing matches

if workflow.is_main_process:
    print(announcement(PLAN.declarations), file=sys.stderr)


wildcard_constraints:
    report=r"[A-Za-z][A-Za-z0-9_]*",
    name=r"[A-Za-z][A-Za-z0-9_]*",
    lang="zh|en",
    suffix=r"(\.zh|\.en)?",


def missing(kept):
    """A pattern for the addresses NAME/KEY that are not there yet: what is there has no rule, so nothing reruns it."""
    return "|".join(sorted(one.address for one in PLAN.unfinished(kept.values()))) or NONE


def lang_of(wildcards):
    """report/NAME.pdf is in the configured language, report/NAME.en.pdf in English."""
    return wildcards.suffix.lstrip(".") or PLAN.declarations.config.lang


def keep_going():
    """Whether runs that fail are done without, as --keep-going says; a cluster's jobs learn it from the environment."""
    if workflow.is_main_process:
        settings = workflow.execution_settings  # None where nothing is carried out, as under --summary
        os.environ["LABREPORT_KEEP_GOING"] = "1" if settings and settings.keep_going else "0"
    return os.environ.get("LABREPORT_KEEP_GOING") == "1"


@functools.cache
def products():
    """What is made from runs. Only asked for while jobs are planned: before, Snakemake knows no --keep-going."""
    PLAN.keep_going = keep_going()
    # Records know better than Snakemake's own triggers, which a profile without profiles/default's line would switch on.
    workflow.dag_settings.rerun_triggers = frozenset({RerunTrigger.MTIME})
    # Asked before this file adds any: what the user has made again with --forcerun, and all that is made from it.
    forced = {rule.name for rule in workflow.dag.forcerules} | set(workflow.dag.forcefiles)
    return Products(PLAN, forced)


def again(path):
    """Have Snakemake make what is there once more. It compares time stamps; records compare what they stand for."""
    workflow.dag.forcefiles.add(path)


def sources(product_of, files_of):
    """An input function: what a product is made from, by whose time stamps nothing is made again."""

    def files(wildcards):
        product = product_of(wildcards)
        if products().stale(product):
            again(product.files[0])
            return files_of(wildcards)
        # Prepared data may be gone; what was made from them is there, and to be left alone when others prepare them.
        return [ancient(file) for file in files_of(wildcards) if (ROOT / file).exists()]

    return files


def spec_of(product_of):
    """A params function: the spec of a product."""
    return lambda wildcards: argument(product_of(wildcards).spec, SPECS)


def record_of(product_of):
    """A params function: where a product's record is kept."""
    return lambda wildcards: product_of(wildcards).record


def item_sources(group):
    """What a figure, table or claim is made from."""

    def files(wildcards):
        declared = PLAN.report(wildcards.report)
        return specs.sources_of(PLAN, declared, declared.item(group, wildcards.name))

    return files
