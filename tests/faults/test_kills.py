"""Killed steps and workflows: nothing is lost, and a loss would be counted."""

from __future__ import annotations

import signal
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from faults import kills
from faults.cuts import stop_midway
from faults.process import Ended
from faults.reference import Work, reference


def test_killed_steps_go_on(tmp_path: Path) -> None:
    found = kills.steps(4, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 4


class Ending:
    """A step that ends in its own way after a signal."""

    def __init__(self, ended: Ended) -> None:
        self.ended = lambda: ended

    def wait(self, timeout_s: float) -> bool:
        return False

    def kill(self, number: int) -> None:
        assert number == signal.SIGTERM


@pytest.mark.parametrize(
    ("ended", "right"),
    [
        (Ended(143, "cnn: stopped in epoch 2\n"), True),
        (Ended(-15, ""), True),
        (Ended(0, "done\n"), True),
        (Ended(1, "error: x\n"), False),
        (Ended(143, "Traceback (most recent call last):\n"), False),
    ],
)
def test_how_a_step_ends_after_sigterm_counts(
    ended: Ended, right: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Random, "choice", lambda self, values: signal.SIGTERM)
    monkeypatch.setattr(Work, "start", lambda *arguments: Ending(ended))
    work = Work("train", (), ("out",), ())
    monkeypatch.setattr(kills, "reference", lambda: SimpleNamespace(seconds={work: 1.0}))
    assert (kills.kill_once(work, tmp_path, Random(0)) is None) == right


def test_a_killed_workflow_goes_on(tmp_path: Path) -> None:
    judged = next(work.out for work in reference().works if work.step == "judge")
    found = kills.workflows(1, tmp_path, Random(3), [judged])
    assert found.harmless, found.notes
    assert found.tried == 1


def test_a_checkpoint_that_was_not_used_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kills, "kill_once", lambda run, root, rng: stop_midway(run, root, 1))
    monkeypatch.setattr(kills, "newest", lambda root: 99)
    found = kills.trial(reference().of_step("train")[0], tmp_path / "run", Random(0))
    assert (found.survived, found.lost) == (False, True)
    assert found.note.endswith("99 were kept")


def test_what_stays_behind(tmp_path: Path) -> None:
    out, kept = tmp_path / "results" / "runs" / "cnn" / ("a" * 16), tmp_path / "results" / "checkpoints" / "cnn" / "key"
    out.parent.mkdir(parents=True)
    for name in (".done", ".part.lock"):
        out.with_name(out.name + name).touch()
    kept.mkdir(parents=True)
    assert kills.left_over(tmp_path, out) is None
    (out.parent / f"{out.name}.part").mkdir()
    (kept / "3-abc.pt").write_text("")
    assert kills.left_over(tmp_path, out) == f"left over: 3-abc.pt, {out.name}.part"
