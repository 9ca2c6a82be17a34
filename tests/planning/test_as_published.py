"""What a scale leaves as it was published may be compared with what was published, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.declarations.project import load
from labreport.planning import specs
from labreport.planning.plan import Plan

PROJECT = Path(__file__).resolve().parents[2]


def entries(scale: str) -> dict[str, bool]:
    """Experiment of the midterm report -> `as_published` in the specs of its items."""
    plan = Plan(load(PROJECT, {"scale": scale}))
    report = plan.report("midterm")
    return {name: entry["as_published"] for name, entry in specs.text_spec(plan, report, "en")["experiments"].items()}


@pytest.mark.parametrize(("scale", "expected"), [("full", {True}), ("demo", {False})])
def test_all_or_none_at_full_and_demo_scale(scale: str, expected: set[bool]) -> None:
    assert set(entries(scale).values()) == expected


def test_a_scale_may_leave_some_as_they_are() -> None:
    found = entries("cpu")
    assert found["lenet5"]
    assert found["sts_bilstm1"]
    assert not found["resnet18"]
