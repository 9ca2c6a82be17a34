# The plan, and the functions that rules ask it through.
# INPUTS  config/, the sources under src/ (for the digests of code)
# OUTPUTS none: PLAN, REPORTS, STEP and functions for the other files
import os
import sys
from pathlib import Path

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))

from labreport.declarations.project import announcement, load
from labreport.errors import UserError
from labreport.planning import specs
from labreport.planning.keys import canonical
from labreport.planning.plan import RUN_FILES, Plan, check_targets

try:
    PLAN = Plan(load(ROOT, config))
    RUNS = {run.key: run for runs in PLAN.runs.values() for run in runs}
    MEASUREMENTS = PLAN.measurements
    check_targets(PLAN, getattr(workflow.dag_settings, "targets", ()))
except UserError as error:
    sys.exit(f"error: {error}")  # a WorkflowError would add lines of this file, which is not where the mistake is

REPORTS = sorted(PLAN.declarations.reports)
# `python` on the PATH may be another one than Snakemake's; sources come from this copy of the project.
STEP = f"PYTHONPATH={os.path.relpath(ROOT / 'src')} {os.path.relpath(sys.executable)} -m labreport.steps"
NONE = "(?!)"  # a pattern that nothing matches

if workflow.is_main_process:
    print(announcement(PLAN.declarations), file=sys.stderr)


wildcard_constraints:
    report=r"[A-Za-z][A-Za-z0-9_]*",
    name=r"[A-Za-z][A-Za-z0-9_]*",
    lang="zh|en",
    suffix=r"(\.zh|\.en)?",


def missing(kept):
    """A pattern for the keys that are not there yet: what is there has no rule, so nothing can rerun it."""
    return "|".join(sorted({one.key for one in PLAN.unfinished(kept)})) or NONE


def by_key(kept, key):
    return next(one for one in kept if one.key == key)


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
    """A params function: the spec of a figure, table or claim."""

    def spec(wildcards):
        lang = wildcards.get("lang", PLAN.declarations.config.lang)
        return canonical(specs.item_spec(PLAN, *report_item(wildcards, group), step, lang))

    return spec
