"""Faults of declarations: each is planned or named, and what is neither would be counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from benchmarks.project import ROOT
from faults import mutants, mutations
from faults.mutants import FILES, Mutant, original
from labreport.errors import DeclarationError


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mutations")
    for name in ("config", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def test_every_mistake_is_planned_or_named(tmp_path: Path) -> None:
    found = mutations.run(12, tmp_path, Random(0))
    assert found.harmless, "\n".join(found.notes)
    assert found.tried == 12


def test_all_that_is_there_is_planned(root: Path) -> None:
    found = list(mutations.everything(root, {"scale": "demo"}))
    assert len(found) > 80
    assert all(isinstance(one, dict) for one in found)
    for file in ("config.yaml", "datasets.yaml", "scales/cpu.yaml", "reports/midterm.yaml"):
        assert mutations.trial(root, Mutant(file, original(file), "nothing")).survived
        assert not mutations.trial(root, Mutant(file, b"nonsense: 1", "nonsense")).note
        assert (root / "config" / file).read_bytes() == original(file)
    assert {"config.yaml", "scales/cpu.yaml"} < set(FILES)


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (KeyError("epochs"), "KeyError: 'epochs'"),
        (RecursionError("too deep"), "RecursionError"),
        (DeclarationError("something is wrong"), "unclear"),
        (DeclarationError("config/x.yaml: a: \x1b[2J"), "unclear"),
        (DeclarationError("config/x.yaml: a: b\nand more"), "unclear: 'and more'"),
        (DeclarationError("config/x.yaml: a: " + "x" * mutations.MOST_LETTERS), "endless"),
        (DeclarationError(""), "unclear"),
    ],
)
def test_what_is_neither_is_counted(
    error: Exception, note: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def project(*arguments: Any) -> None:
        raise error

    monkeypatch.setattr(mutations, "Project", project)
    found = mutations.run(3, tmp_path, Random(0))
    assert (found.tried, found.survived) == (3, 0)
    assert all(note in one for one in found.notes)


def test_what_does_not_end_is_counted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutations, "MOST_S", 0.05)
    monkeypatch.setattr(mutations, "announcement", lambda project: repr(yaml.safe_load(mutants.bomb(9))))
    assert "TooLong" in mutations.trial(root, {}).note


def test_what_no_job_can_be_handed_is_counted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutations, "everything", lambda *arguments: [{1: "a key that JSON makes a word"}])
    monkeypatch.setattr(mutations, "canonical", lambda spec: '{"1": "another"}')
    assert "no job" in mutations.trial(root, {}).note


def test_a_command_that_a_file_runs_is_counted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutations, "announcement", lambda project: (root / mutations.CANARY).touch())
    trial = mutations.trial(root, {})
    (root / mutations.CANARY).unlink()
    assert trial.executed
    assert not trial.survived


def test_a_message_of_several_lines_names_each() -> None:
    assert mutations.unclear("config/a.yaml: b: is missing\nconfig/a.yaml:3:4: not valid YAML") is None
    assert mutations.unclear("--config: sacle: unknown key") is None
    assert mutations.unclear("--config (or config/config.yaml): seeds: found 3") is None


@pytest.mark.parametrize("file", ["datasets.yaml", "config.yaml", "experiments/images.yaml"])
def test_a_bomb_of_aliases_is_told_at_once(file: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutations, "MOST_S", 20.0)
    assert not mutations.trial(root, Mutant(file, original(file) + mutants.bomb(30), "bomb")).note


def test_a_bomb_of_aliases_is_one() -> None:
    assert len(mutants.bomb(40)) < 3000
    assert yaml.safe_load(mutants.bomb(2))["a1"] == [["x"] * 10] * 10
