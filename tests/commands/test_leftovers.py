"""What nothing refers to, and what is left alone although nothing does."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from labreport.commands.command import main
from labreport.commands.leftovers import remove
from labreport.errors import ResultsError
from labreport.training.lock import FolderLock
from tests.commands.leaving import OTHER, changed, listed, put


def test_runs_of_other_settings_are_listed_with_what_belongs_to_them(project):
    runs = changed(project, ["cnn3"])
    (key,) = [run.key for run in runs]
    paths = [
        f"results/checkpoints/cnn3/{key}",
        f"results/logs/train/cnn3/{key}.tsv",
        f"results/outcomes/cnn3/{key}.json",
        f"results/runs/cnn3/{key}",
        f"results/runs/cnn3/{key}.part",
        f"results/runs/cnn3/{key}.part.2",
        f"results/tensorboard/cnn3/{key}",
    ]
    for path in (paths[0], *paths[4:]):
        put(project, f"{path}/file")
    for path in paths[1:3]:
        put(project, path)
    assert sorted(listed(project)) == paths


def test_data_vectors_samples_and_measurements_are_listed_too(project):
    plan = project.plan()
    folders = [
        f"results/data/cifar10/{OTHER}",
        f"results/data/samples/{OTHER}",
        f"results/measurements/lstm_cost/{OTHER}",
        f"results/vectors/stsb/{OTHER}",
    ]
    used = [*plan.prepared, *plan.vectors, *(sample.folder for sample in plan.samples.values())]
    for folder in [*folders, *used]:
        put(project, f"{folder}/file", "12345")
    found = listed(project)
    assert sorted(found) == folders
    assert {one.size for one in found.values()} == {5}


def test_nothing_without_a_key_is_ever_listed(project):
    for path in (
        "results/data/raw/cifar-10-python.tar.gz",
        "results/runs/cnn3/notes",
        "results/runs/cnn3/0123",
        "results/figures/own/zh/loss.csv",
        "results/typeset/own.zh/own.tex",
        f"results/elsewhere/cnn3/{OTHER}/file",
        f"report/{OTHER}/file",
    ):
        put(project, path)
    assert listed(project) == {}


def test_what_is_being_trained_is_in_use(project):
    data = f"results/data/cifar10/{OTHER}"
    put(project, f"{data}/file")
    spec = json.dumps({"data": {"dataset": "cifar10", "key": OTHER}})
    folder = f"results/runs/cnn3/{OTHER}"
    file = put(project, f"{folder}.part/spec.json", spec, old=False)
    put(project, f"results/checkpoints/cnn3/{OTHER}/file")
    assert listed(project) == {}
    os.utime(file, (1, 1))
    os.utime(file.parent, (1, 1))
    lock = FolderLock(file.parent)
    assert listed(project) == {}
    lock.release()
    put(project, f"{folder}.part.lock")  # that of a process that was killed
    assert set(listed(project)) == {data, f"{folder}.part", f"{folder}.part.lock", f"results/checkpoints/cnn3/{OTHER}"}


def test_checkpoints_of_a_finished_run_are_listed(project):
    (run,) = project.train(project.plan(), "cnn3")
    path = put(project, f"results/checkpoints/{run.address}/file")
    put(project, f"results/checkpoints/{project.plan().runs['resnet_small'][0].address}/file")
    assert list(listed(project)) == [path.parent.relative_to(project.root).as_posix()]


def test_links_are_neither_followed_nor_removed(project, tmp_path, capsys):
    outside = tmp_path / "outside"
    for path in (outside / OTHER / "file", outside / "file"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    runs = project.root / "results/runs"
    (runs / "cnn3").mkdir(parents=True)
    (runs / "cnn3" / OTHER).symlink_to(outside)
    (runs / "linked").symlink_to(outside)
    put(project, f"results/runs/cnn4/{OTHER}/file")
    (runs / "cnn4" / OTHER / "link").symlink_to(outside)
    found = listed(project)
    assert {path: one.refusal for path, one in found.items()} == {
        f"results/runs/cnn3/{OTHER}": "is a link; remove it by hand",
        f"results/runs/linked/{OTHER}": "lies behind a link; remove it by hand",
        f"results/runs/cnn4/{OTHER}": None,
    }
    assert main(["prune", "--delete"]) == 0
    assert "removed 1 bytes in 1 place\n" in capsys.readouterr().out
    assert (outside / OTHER / "file").exists()
    assert (outside / "file").exists()
    assert (runs / "cnn3" / OTHER).is_symlink()
    assert not (runs / "cnn4" / OTHER).exists()


def test_a_link_that_comes_after_the_listing_is_refused(project, tmp_path):
    put(project, f"results/runs/cnn3/{OTHER}/file")
    (found,) = listed(project).values()
    (tmp_path / "outside" / OTHER).mkdir(parents=True)
    (project.root / "results/runs/cnn3").rename(tmp_path / "away")
    (project.root / "results/runs/cnn3").symlink_to(tmp_path / "outside")
    with pytest.raises(ResultsError, match="lies behind a link"):
        remove(project.root, found)
    assert (tmp_path / "outside" / OTHER).is_dir()


def test_a_killed_write_of_data_is_listed_when_it_is_old(project):
    path = f"results/data/cifar10/.{OTHER}.abc123/new/train_inputs.npy"
    file = put(project, path, old=False)
    assert listed(project) == {}
    for one in (file, file.parent, file.parent.parent):
        os.utime(one, (1, 1))
    assert list(listed(project)) == [f"results/data/cifar10/.{OTHER}.abc123"]


def test_files_that_vanish_during_the_walk_do_not_stop_it(project, monkeypatch):
    """As while a run is trained, whose checkpoints come and go, and its folder is renamed when it is complete."""
    put(project, f"results/checkpoints/cnn3/{OTHER}/stays", "123")
    put(project, f"results/checkpoints/cnn3/{OTHER}/vanishes")
    put(project, f"results/runs/cnn4/{OTHER}.part/vanishes")
    put(project, f"results/checkpoints/cnn4/{OTHER}/stays")
    lstat = Path.lstat

    def vanishing(path):
        if path.name == "vanishes":
            path.unlink(missing_ok=True)
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", vanishing)
    assert {path: one.size for path, one in listed(project).items()} == {f"results/checkpoints/cnn3/{OTHER}": 3}
