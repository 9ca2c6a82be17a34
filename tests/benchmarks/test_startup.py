"""The second-run benchmark refuses to time a run that did something."""

from __future__ import annotations

import pytest

from benchmarks import startup
from benchmarks.processes import CommandFailedError, Usage


def usage(seconds: float, output: str = startup.NOTHING) -> Usage:
    return Usage(seconds, None, output)


def test_ratio_is_the_median_of_pairs(tmp_path, monkeypatch):
    """Both slow down together in the middle of the measurement; the pairs do not see it."""
    seconds = [1.0] + [value for pair in range(startup.PAIRS) for value in ((3.0, 2.0) if pair < 3 else (6.0, 4.0))]
    times = iter(seconds)
    monkeypatch.setattr(startup, "run", lambda *arguments: usage(next(times)))
    (comparison,) = startup.compare(tmp_path / "project", tmp_path)
    assert comparison.ratio == 1.5
    assert (comparison.measured, comparison.compared_with) == ("6.00 s", "4.00 s for one trivial rule")


def test_a_run_that_did_something_is_not_timed(tmp_path, monkeypatch):
    monkeypatch.setattr(startup, "run", lambda *arguments: usage(1.0, "1 of 1 steps (100%) done"))
    with pytest.raises(CommandFailedError, match="did something"):
        startup.compare(tmp_path / "project", tmp_path)
