# The plan, and the functions that rules ask it through.
# INPUTS  config/, the sources under src/ (for the digests of code)
# OUTPUTS none: PLAN, REPORTS, STEP and functions for the other files
import os
import shlex
import sys
from pathlib import Path

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))
# Snakemake would import pandas, for a quarter of a second, only to see that no param is a data frame.
sys.modules.setdefault("pandas", None)

from labreport.declarations.project import announcement, load
from labreport.errors import UserError
from labreport.planning import code_cache, specs
from labreport.planning.code import code_digest
from labreport.planning.devices import cuda_devices
from labreport.planning.keys import canonical
from labreport.planning.plan import RUN_FILES, Plan
from labreport.planning.targets import check_targets

CODE_CACHE = ROOT / ".snakemake/labreport-code.json"
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
STEP = (
    f"PYTHONPATH={shlex.quote(os.path.relpath(ROOT / 'src'))} "
    f"{shlex.quote(os.path.relpath(sys.executable))} -m labreport.steps"
)
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


def report_item(wildcards, group):
    declared = PLAN.report(wildcards.report)
    return declared, declared.item(group, wildcards.name)


def item_sources(group):
    """An input function: what a figure, table or claim is made from."""
    return lambda wildcards: specs.sources_of(PLAN, *report_item(wildcards, group))


def item_spec(group, step):
    """A params function: the spec of a figure, table or claim; a claim's path names no language."""

    def spec(wildcards):
        return canonical(specs.item_spec(PLAN, *report_item(wildcards, group), step, wildcards.get("lang")))

    return spec
