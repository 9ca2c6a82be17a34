"""Evaluate a claim on results: `python -m labreport.steps.judge --spec JSON --out FILE`."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence

from labreport.claims.registry import KINDS
from labreport.errors import DeclarationError, run_step
from labreport.files import write_json
from labreport.results import Results


def main(argv: Sequence[str] | None = None) -> None:
    """Write the outcome, its reason in both languages and the values it rests on."""
    parser = argparse.ArgumentParser(prog="labreport.steps.judge", description=__doc__)
    parser.add_argument("--spec", required=True, type=json.loads, help="what to judge, as JSON")
    parser.add_argument("--out", required=True, help="the JSON file to write")
    arguments = parser.parse_args(argv)
    spec = arguments.spec
    kinds = {kind.target: name for name, kind in KINDS.items()}
    if spec["target"] not in kinds:
        raise DeclarationError(
            f"claim {spec.get('name')}: {spec['target']!r} is no kind of claim; there are: {', '.join(sorted(kinds))}"
        )
    verdict = importlib.import_module(spec["target"]).judge(Results(spec), spec["options"])
    write_json(
        arguments.out,
        {
            "name": spec["name"],
            "kind": kinds[spec["target"]],
            "outcome": verdict.outcome,
            "reason": dict(verdict.reason),
            "values": dict(verdict.values),
        },
    )


if __name__ == "__main__":
    sys.exit(run_step(main))
