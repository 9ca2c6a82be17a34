"""Evaluate a claim on results: `python -m labreport.steps.judge --spec JSON --out FILE`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.claims.registry import KINDS
from labreport.errors import run_step
from labreport.files import write_json
from labreport.kinds import load_kind
from labreport.planning.records import from_argument, recorded
from labreport.results import Results


def main(argv: Sequence[str] | None = None) -> None:
    """Write the outcome, its reason in both languages and the values it rests on."""
    parser = argparse.ArgumentParser(prog="labreport.steps.judge", description=__doc__)
    parser.add_argument("--spec", required=True, type=from_argument, help="what to judge, as JSON")
    parser.add_argument("--out", required=True, help="the JSON file to write")
    parser.add_argument("--record", type=Path, help="the file that keeps what it was made from; default: none is kept")
    arguments = parser.parse_args(argv)
    load_kind(arguments.spec["target"], KINDS)  # what is no kind has no code to look at
    with recorded("judge", arguments.spec, [arguments.out], arguments.record):
        judge(arguments.spec, arguments.out)


def judge(spec: Mapping[str, Any], out: str) -> None:
    """Write a claim's file.

    Args:
        spec: what to judge.
        out: the JSON file.
    """
    verdict = load_kind(spec["target"], KINDS).judge(Results(spec), spec["options"])
    write_json(
        out,
        {
            "name": spec["name"],
            "kind": next(name for name, kind in KINDS.items() if kind.target == spec["target"]),
            "outcome": verdict.outcome,
            "reason": dict(verdict.reason),
            "values": dict(verdict.values),
        },
    )


if __name__ == "__main__":
    sys.exit(run_step(main))
