"""`labreport plan`: what would run, why, and for how long."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from labreport.commands import words
from labreport.commands.estimate import Estimate, estimate
from labreport.commands.opening import opened
from labreport.commands.work import Work, work
from labreport.declarations.project import announcement
from labreport.planning.history import History
from labreport.planning.plan import Kept
from labreport.planning.products import Products
from labreport.planning.targets import check_targets


def plan(root: Path, targets: Iterable[str], settings: dict[str, Any], *, keep_going: bool, as_json: bool) -> int:
    """Print what the targets need and is not there.

    Args:
        root: the project's folder.
        targets: as Snakemake takes them; none stands for all.
        settings: values of config.yaml to use in place of the file's.
        keep_going: do without runs that failed, as Snakemake's option does.
        as_json: for programs.

    Returns:
        The exit status, 0.

    Raises:
        UserError: Snakemake would refuse it, too.
    """
    targets = list(targets)
    with opened(root, settings, keep_going=keep_going) as made:
        check_targets(made, targets)
        products, history = Products(made), History(made)
        found = work(products, targets)
    time = estimate(history, found.runs)
    if as_json:
        print(json.dumps({"scale": made.declarations.scale_name, **as_object(history, found, time)}, indent=2))
    else:
        print("\n".join([announcement(made.declarations), *words.report(history, found, time)]))
    return 0


def as_object(history: History, found: Work, time: Estimate) -> dict[str, Any]:
    """The plan for programs: names, addresses, reasons and seconds; `null` seconds are not known."""
    return {
        "targets": list(found.targets),
        "download": list(found.archives),
        "sample": _addresses(found.samples),
        "prepare": _addresses(found.data),
        "vectors": _addresses(found.vectors),
        "measure": _addresses(found.measurements),
        "train": [
            {
                "experiment": run.name,
                "seed": run.seed,
                "key": run.key,
                "why": history.why(run),
                "seconds": time.seconds.get(run.folder),
            }
            for run in found.runs
        ],
        **{
            step: [
                {
                    "report": product.report,
                    "name": product.name,
                    "lang": product.lang,
                    "title": product.title,
                    "files": list(product.files),
                    "why": reason,
                }
                for product, reason in found.of_kind(kind)
            ]
            for kind, (step, _, _) in words.STEPS.items()
        },
        "publish": list(found.pages),
        "done_without": [{"experiment": run.name, "seed": run.seed, "key": run.key} for run in found.given_up],
        "lacking": found.lacking,
        "there": {
            "runs": len(found.runs_there),
            **{kind: sum(one.kind == kind for one in found.products_there) for kind in words.STEPS},
        },
        "time": {
            "seconds": time.total if time.seconds else None,
            "earlier_runs": time.earlier,
            "devices": time.devices,
        },
    }


def _addresses(kept: Iterable[Kept]) -> list[str]:
    return [one.address for one in kept]
