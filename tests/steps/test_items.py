"""Figures, tables and claims that lie elsewhere as they are to be are not made again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from labreport import declarations
from labreport.artifacts.graph import Graph
from labreport.claims import verdict
from labreport.declarations.project import Project
from labreport.errors import DeclarationError
from labreport.files import read_json, sums_faults, write_sums
from labreport.results import Results
from labreport.steps.items import judge, located
from labreport.steps.step import Job
from tests.steps.planned import of_items

LIMITS = {"close": 50, "closer": 1}
ROOT = Path(declarations.__file__).parents[3]


@pytest.fixture
def claims(report_spec):
    """Two claims about two finished runs."""
    spec = report_spec("labreport.claims.equivalence", {}, {"mycnn": {}, "resnet34": {"best": 0.7}})
    for name in spec["experiments"]:
        for run in Results(spec).runs(name):
            write_sums(run.path)
    options = {"experiments": ["mycnn", "resnet34"], "quantity": "val_accuracy"}
    return {name: {**spec, "name": name, "options": {**options, "within": limit}} for name, limit in LIMITS.items()}


@pytest.fixture
def made(monkeypatch):
    """The names of the claims that are judged, in order."""
    names: list[str] = []
    judged = verdict.file_of
    monkeypatch.setattr(verdict, "file_of", lambda kind, spec: names.append(spec["name"]) or judged(kind, spec))
    return names


@pytest.fixture
def first(claims, made, tmp_path) -> Job:
    """A job of one of the claims, carried out."""
    job = of_items("judge", {"close": claims["close"]}, tmp_path)
    judge(job)
    assert made == ["close"]
    return job


def both(claims, folder: Path) -> Job:
    return of_items("judge", claims, folder)


def test_what_another_job_made_of_the_same_runs_is_copied(first, claims, made, tmp_path, capsys):
    job = both(claims, tmp_path)
    judge(job)
    assert made == ["close", "closer"]
    assert (job.out / "close.json").read_bytes() == (first.out / "close.json").read_bytes()
    assert "1 as they were made before: close" in capsys.readouterr().out
    assert list(sums_faults(job.out)) == []
    assert list(read_json(job.out / "index.json")) == ["close", "closer"]
    assert read_json(first.out / "index.json")["close"] == read_json(job.out / "index.json")["close"]


def test_what_is_made_of_a_run_that_was_measured_again_is_made_again(first, claims, made, tmp_path):
    folder = Results(claims["close"]).runs("mycnn")[0].path
    path = folder / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"val_samples": 17}))
    write_sums(folder)
    judge(both(claims, tmp_path))
    assert made == ["close", "close", "closer"]


def changed(folder: Path) -> None:
    (folder / "close.json").write_text("{}")


def without_digests(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()


def with_a_damaged_digest(folder: Path) -> None:
    path = folder / "SHA256SUMS"
    path.write_text("".join("?\n" if "close" in line else line for line in path.read_text().splitlines(keepends=True)))


def with_a_damaged_index(folder: Path) -> None:
    (folder / "index.json").write_text("[")


@pytest.mark.parametrize("damage", [changed, without_digests, with_a_damaged_digest, with_a_damaged_index])
def test_what_is_not_as_it_was_made_is_made_again(damage, first, claims, made, tmp_path):
    damage(first.out)
    judge(both(claims, tmp_path))
    assert made == ["close", "close", "closer"]
    made.clear()
    judge(first)
    assert (first.out / "close.json").read_text() != "{}"


def test_a_file_beside_it_may_have_changed(first, claims, made, tmp_path):
    (first.out / "made.json").write_text("{}")
    judge(both(claims, tmp_path))
    assert made == ["close", "closer"]


def test_a_job_that_is_wanted_once_more_makes_everything_again(first, made):
    judge(first)
    assert made == ["close", "close"]


def test_a_job_whose_files_are_gone_takes_what_there_is_elsewhere(first, claims, made, tmp_path):
    job = both(claims, tmp_path)
    judge(job)
    made.clear()
    (job.out / "closer.json").unlink()
    judge(job)
    assert made == ["closer"]
    assert list(sums_faults(job.out)) == []


def test_curves_and_files_are_looked_for_in_the_project(report_spec, tmp_path):
    spec = report_spec("labreport.figures.curves", {}, {"a": {}, "b": {}})
    spec["experiments"]["a"]["curve"], spec["experiments"]["b"]["curve"] = "config/published/a.csv", None
    found = located({**spec, "files": {"config/x": "0"}}, tmp_path)
    assert [found["experiments"][name]["curve"] for name in "ab"] == [str(tmp_path / "config/published/a.csv"), None]
    assert found["files"] == {"config/x": str(tmp_path / "config/x")}
    assert spec["experiments"]["a"]["curve"] == "config/published/a.csv"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph(Project(ROOT, {"scale": "demo"}))


@pytest.mark.parametrize("name", ["spec", "code", "made", "index"])
def test_no_item_is_called_as_a_file_beside_it(name, graph):
    report = graph.project.report("cifar10")
    odd = replace(report, name=name, claims={name: next(iter(report.claims.values()))})
    with pytest.raises(DeclarationError, match=rf"cifar10\.yaml: {name}: is what a file beside .* is called"):
        graph.claims(odd)


def test_every_file_of_numbers_has_a_caption(graph):
    report = graph.project.report("cifar10")
    captions = graph.captions(graph.tables(report, "en"))
    assert captions.keys() == {*report.tables, *(f"frames/{name}" for name in ("metrics", "runs", "per_class"))}
    assert "cnn3 seed 0" in captions["results"]
