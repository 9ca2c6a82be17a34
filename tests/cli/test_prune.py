"""`labreport prune`: what nothing refers to, what is left alone although nothing does, and how it is removed."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from labreport.artifacts.artifact import key_of
from labreport.cli import prune as module
from labreport.files import write_json
from labreport.steps.texts import page
from labreport.store import result_folder

from .conftest import NAMES, REPORT, SMALL, fabricate

OTHER = "0123456789abcdef"  # a key that nothing leads to
CODE_ALONE = "differs in its code alone from what is declared"


def put(path, text="x", old=True):
    """A file; an old one is of an hour and a bit ago, as are the folders that it lies in."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    for one in (file, *file.parents[:-2]) if old else ():
        os.utime(one, (time.time() - 4000,) * 2)
    return file


def changed(project, **settings):
    project.edit(SMALL, lambda value: value["shared"].update(settings or {"learning_rate": 0.02}))


@pytest.fixture
def listed(labreport):
    """What the command lists: path -> what it remarks."""

    def ask(*arguments):
        said = labreport("prune", *arguments)
        assert (said.status, said.error) == (0, "")
        rows = [line.strip().split("  ") for line in said.lines if line.startswith("  ")]
        return {row[0]: row[2].strip("()") if len(row) > 2 else "" for row in rows}

    return ask


def test_what_is_declared_is_in_use_at_every_scale_and_with_every_seed(project, labreport, listed):
    for scale, seed in (("lite", 0), ("full", 5)):
        fabricate(project.run("cnn3", seed, scale=scale))
    stopped = project.run("cnn3", 3, scale="lite")
    write_json(f"{stopped.folder}.part/spec.json", stopped.spec)
    for path in (Path(f"{stopped.folder}.part/spec.json"), Path(f"{stopped.folder}.part")):
        os.utime(path, (1, 1))
    put(f"{stopped.folder.replace('runs', 'checkpoints')}/1.pt")
    for path in ("data/raw/cifar-10.tar.gz", "runs/cnn3/notes", "runs/cnn3/0123", f"elsewhere/x/{OTHER}/file"):
        put(f"results/{path}")
    kept = project.kept()
    assert labreport("prune", "--delete").lines == ["nothing to remove: all results are in use"]
    assert project.kept() == kept
    project.make("report/own.en.md", seeds=[0, 1])
    assert listed("--config", "seeds=[0,1]") == {}
    assert {path.split("/")[1] for path in listed()} == {"figures", "tables", "claims", "texts"}


def test_delete_removes_what_is_listed_and_nothing_else(project, labreport, listed):
    old = [project.run(name) for name in NAMES]
    changed(project)
    project.make(*REPORT)
    own = [f"{old[0].folder}.part", f"{old[0].folder}.part.2"]
    own += [old[0].folder.replace("runs", name) for name in ("checkpoints", "tensorboard")]
    for path in own:
        put(f"{path}/file")
    gone, before = set(listed()), {str(path) for path in Path("results").rglob("*")}
    assert {path for path in gone if "/runs/" in path or old[0].key in path} == {
        *own, *(run.folder for run in old), *(run.output for run in old)
    }  # fmt: skip
    made = {"runs", "checkpoints", "tensorboard", "figures", "tables", "claims", "texts", "documents"}
    assert {path.split("/")[1] for path in gone} == made
    assert {str(path) for path in Path("results").rglob("*")} == before
    assert labreport("prune").lines[-1].endswith(f"in {len(gone)} places can be removed: labreport prune --delete")
    assert labreport("prune", "--delete").lines[-1].endswith(f"in {len(gone)} places")
    kept = {path for path in before if not any(f"{path}/".startswith(f"{one}/") for one in gone)}
    assert {str(path) for path in Path("results").rglob("*")} == kept
    assert listed() == {}
    assert labreport("plan", *REPORT).lines[2].startswith("nothing to do")
    assert labreport("verify", "own").status == 0


def test_data_vectors_samples_and_measurements_are_listed_with_sizes(project, labreport):
    sorts = ["samples", "data", "vectors", "measurements"]
    for name in sorts:
        put(f"results/{name}/x/{OTHER}/file", "x" * 1500)
    *lines, last = labreport("prune").lines
    assert lines == [
        line for name in sorts for line in (f"{name}: 1.5 kB in 1 place", f"  results/{name}/x/{OTHER}  1.5 kB")
    ]
    assert last == "6.0 kB in 4 places can be removed: labreport prune --delete"


def test_what_is_being_trained_is_in_use(project, listed):
    folder, checkpoints = (f"results/{name}/CNN3-cifar10/{OTHER}" for name in ("runs", "checkpoints"))
    put(f"{checkpoints}/1.pt")
    with result_folder(Path(folder)) as results:
        put(results.part / "metrics.csv")
        assert listed() == {}
    put(f"{folder}.part/metrics.csv", old=False)  # on another machine, whose lock is not seen
    assert listed() == {}
    put(f"{folder}.part/metrics.csv")
    assert set(listed()) == {f"{folder}.part", checkpoints}
    finished = project.run("cnn3").folder.replace("runs", "checkpoints")
    for path in (finished, project.run("mycnn").folder.replace("runs", "checkpoints")):
        put(f"{path}/1.pt")
    assert set(listed()) == {f"{folder}.part", checkpoints, finished}


def test_what_only_its_code_sets_apart_is_removed_when_that_is_said(project, labreport, listed):
    """Runs on other data are not taken for such ones, unless nothing tells what their data were."""
    spec = {**project.run("cnn3").spec, "code": "f" * 16}
    moved = f"results/runs/CNN3-cifar10/{key_of('train', spec)}"
    put(f"{moved}/spec.json")
    write_json(f"{moved}/spec.json", spec)
    changed(project, data={"train_per_class": 5})
    run = project.run("cnn3")
    for one in (run.needs[0], run):
        fabricate(one)
    project.restore()
    others = {run.needs[0].folder: "", run.folder: "", run.output: ""}
    assert listed() == {moved: CODE_ALONE, **others}
    lines = labreport("prune").lines
    assert lines[-2].endswith("in 3 places can be removed: labreport prune --delete")
    assert lines[-1].endswith(
        "1 place kept in case an edit is taken back, unless: labreport prune --delete --superseded"
    )
    shutil.rmtree(run.needs[0].folder)
    assert listed() == dict.fromkeys([moved, run.folder, run.output], CODE_ALONE)
    labreport("prune", "--delete")
    assert set(listed()) == {moved, run.folder, run.output}
    labreport("prune", "--delete", "--superseded")
    assert listed() == {}


def test_runs_behind_a_published_section_are_in_use_while_it_is_on_the_page(project, listed):
    project.make("publish_own")
    (section,) = Path("results/sections").rglob("section.md")
    Path("docs").mkdir()
    page([Path("docs/results.md"), section])
    published = {str(section.parent), *(project.run(name).folder for name in NAMES)}
    changed(project)
    assert not published & listed().keys()
    project.rewrite("docs/results.md", lambda text: "mine\n")
    assert published < listed().keys()


def test_links_are_neither_followed_nor_removed(project, tmp_path, labreport, listed):
    outside = put(tmp_path / "outside" / OTHER / "file").parents[1]
    Path("results/runs/linked").symlink_to(outside)
    put(f"results/runs/x/{OTHER}/file")
    Path(f"results/runs/x/{OTHER}/link").symlink_to(outside)
    Path(f"results/runs/x/{'f' * 16}").symlink_to(outside)
    assert listed() == {
        f"results/runs/linked/{OTHER}": "lies behind a link; remove it by hand",
        f"results/runs/x/{'f' * 16}": "is a link; remove it by hand",
        f"results/runs/x/{OTHER}": "",
    }
    assert labreport("prune", "--delete").lines[-1] == "removed 1 bytes in 1 place"
    assert (outside / OTHER / "file").exists()
    assert [path.name for path in Path("results/runs/x").iterdir()] == ["f" * 16]


def test_an_interrupted_removal_is_finished_by_the_next_one(project, monkeypatch, labreport, listed):
    put(f"results/runs/x/{OTHER}/file")

    def killed(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module.shutil, "rmtree", killed)
        assert labreport("prune", "--delete").status == 130
    assert list(listed()) == [f"results/runs/x/.{OTHER}.pruned"]
    labreport("prune", "--delete")
    assert list(Path("results/runs/x").iterdir()) == []


def test_nothing_is_removed_once_snakemake_is_at_work(project, monkeypatch, labreport, listed):
    """One that cannot be removed stops no other."""
    for name in ("w", "x", "y", "z"):
        put(f"results/runs/{name}/{OTHER}/file")
    rename, rmtree = os.rename, shutil.rmtree

    def refused(path, to):
        if "/w/" in str(path):
            raise PermissionError(13, "Permission denied")
        rename(path, to)

    def begins(path):
        rmtree(path)
        put(".snakemake/locks/0.output.lock")

    monkeypatch.setattr(module.os, "rename", refused)
    monkeypatch.setattr(module.shutil, "rmtree", begins)
    kept = f"kept: results/runs/w/{OTHER}: Permission denied"
    for lines in ([kept, "removed 1 bytes in 1 place"], ["removed 0 bytes in 0 places"]):
        said = labreport("prune", "--delete")
        assert (said.status, said.lines[-len(lines) :]) == (1, lines)
        assert "Snakemake is at work in this folder" in said.error
    assert list(listed()) == [f"results/runs/{name}/{OTHER}" for name in ("w", "y", "z")]


@pytest.mark.parametrize(
    ("file", "place"),
    [("config/scales/cpu.yaml", "source"), (SMALL, "arms.cnn3.epoch"), ("config/reports/own.yaml", "titel")],
)
def test_nothing_is_removed_while_a_declaration_is_wrong(project, labreport, file, place):
    kept, (*way, last) = put(f"results/runs/x/{OTHER}/file"), place.split(".")

    def spoil(value):
        for name in way:
            value = value[name]
        value[last] = "nowhere"

    project.edit(file, spoil)
    said = labreport("prune", "--delete")
    assert said.status == 1
    assert f"{file}: {place}" in said.error
    assert kept.exists()
