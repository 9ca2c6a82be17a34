"""What is asked for on the command line, checked before Snakemake begins."""

from __future__ import annotations

import re
from collections.abc import Iterable

from labreport.planning.plan import Plan

REPORT = re.compile(r"report/([^/]+?)(\.zh|\.en)?\.(pdf|md)")


def check_targets(plan: Plan, targets: Iterable[object]) -> None:
    """Refuse what cannot be made before Snakemake begins, and says it in its own words.

    Args:
        plan: the project's plan.
        targets: what stands on the command line; without a report among it, everything is meant.

    Raises:
        DeclarationError: a target report/NAME... whose report is not declared.
        DataError: the raw folder holds no data that one of the reports needs.
    """
    names = [found[1] for target in targets if (found := REPORT.fullmatch(str(target)))]
    experiments = {experiment: None for name in names for experiment in plan.report(name).experiments}
    runs = plan.report_runs(experiments or plan.runs)
    for data in {run.data.folder: run.data for run in runs if not run.is_there(plan.root)}.values():
        if not data.is_there(plan.root):
            plan.raw_source(data.name)
