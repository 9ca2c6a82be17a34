"""What `labreport prune` lists and removes, and all that it leaves alone."""

from __future__ import annotations

import fcntl
import json
import os
import time

import pytest

from labreport.commands import leftovers as module
from labreport.commands.command import main
from labreport.commands.leftovers import leftovers, remove
from labreport.commands.prune import amount
from labreport.commands.references import folders_in_use
from labreport.errors import ResultsError
from tests.declarations.conftest import set_at

ARM = "experiments/small.yaml"
OTHER = "0123456789abcdef"


def listed(project, **settings):
    return {one.path: one for one in leftovers(project.root, folders_in_use(project.root, settings))}


def put(project, path, text="x", old=True):
    """A file of an hour and a bit ago."""
    file = project.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    if old:
        for one in (file, file.parent):
            os.utime(one, (time.time() - 4000,) * 2)
    return file


def everything(project):
    """All paths below results/."""
    return {path.relative_to(project.root).as_posix() for path in (project.root / "results").rglob("*")}


def changed(project, names=("cnn3", "resnet_small")):
    """Runs that were trained before a setting of theirs was changed."""
    plan = project.plan()
    runs = project.train(plan, *names)
    change(project)
    return runs


def change(project):
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.02))


def test_what_is_declared_is_in_use(project, capsys):
    project.train(project.plan())
    assert listed(project) == {}
    assert main(["prune", "--delete"]) == 0
    assert capsys.readouterr().out == "nothing to remove: all results are in use\n"


@pytest.mark.parametrize("scale", ["demo", "lite", "cpu", "full"])
def test_every_scale_is_in_use(project, scale):
    project.train(project.plan(scale=scale))
    assert listed(project) == {}


def test_seeds_that_are_configured_or_given_are_in_use(project):
    plan = project.plan(seeds=[0, 1, 2])
    project.train(plan, "cnn3")
    folders = [run.folder for run in plan.runs["cnn3"]]
    assert set(listed(project)) == set(folders[1:])
    assert set(listed(project, seeds=[2])) == {folders[1]}


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


def test_runs_that_a_finished_report_is_made_from_are_in_use(project):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    change(project)  # no runs under the new settings yet
    assert listed(project) == {}
    runs = project.plan().runs
    project.train(project.plan(), "cnn3", "resnet_small")
    project.make(project.plan())
    old = {run.folder for name in ("cnn3", "resnet_small") for run in plan.runs[name]}
    assert set(listed(project)) == old
    assert not old & {run.folder for name in ("cnn3", "resnet_small") for run in runs[name]}


def test_a_report_whose_declaration_is_gone_keeps_its_runs_while_it_is_there(project):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.write("reports/next.yaml", (project.root / "config/reports/own.yaml").read_text())
    (project.root / "config/reports/own.yaml").unlink()
    change(project)
    assert listed(project) == {}
    (project.root / "report/own.en.md").unlink()
    for path in (project.root / "report/own").rglob("*.svg"):
        path.unlink()
    assert set(listed(project)) == {run.folder for run in plan.report_runs(["cnn3", "resnet_small"])}


def test_data_of_a_run_in_use_are_in_use(project):
    """As of a recorded run whose data no declaration leads to any more."""
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.edit("datasets.yaml", set_at(["cifar10", "sample", "parameters", "seed"], 99))
    data = plan.runs["cnn3"][0].data.folder
    assert project.plan().runs["cnn3"][0].data.folder != data
    assert listed(project) == {}
    for path in (project.root / "results/records").rglob("*.json"):
        path.unlink()
    assert {data, plan.runs["cnn3"][0].folder} <= set(listed(project))


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
    descriptor = os.open(file.parent, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert listed(project) == {}
    os.close(descriptor)
    assert set(listed(project)) == {data, f"{folder}.part", f"results/checkpoints/cnn3/{OTHER}"}


def test_checkpoints_of_a_finished_run_are_listed(project):
    (run,) = project.train(project.plan(), "cnn3")
    path = put(project, f"results/checkpoints/{run.address}/file")
    put(project, f"results/checkpoints/{project.plan().runs['resnet_small'][0].address}/file")
    assert list(listed(project)) == [path.parent.relative_to(project.root).as_posix()]


def test_delete_removes_what_was_listed_and_nothing_else(project, capsys):
    changed(project)
    put(project, "results/data/raw/archive")
    project.train(project.plan())
    before, gone = everything(project), set(listed(project))
    assert gone
    assert main(["prune"]) == 0
    out = capsys.readouterr().out
    assert everything(project) == before
    assert all(f"  {path}  " in out for path in gone)
    assert out.count("  seed 0\n") == len([path for path in gone if "/runs/" in path])
    assert out.endswith("can be removed: labreport prune --delete\n")
    assert main(["prune", "--delete"]) == 0
    assert f"in {len(gone)} places" in capsys.readouterr().out.splitlines()[-1]
    assert everything(project) == {path for path in before if not any(f"{path}/".startswith(f"{one}/") for one in gone)}
    assert listed(project) == {}


def test_sizes_are_told(project, capsys):
    put(project, f"results/runs/cnn3/{OTHER}/a", "x" * 1500)
    put(project, f"results/runs/cnn3/{OTHER}/b/c", "x" * 500)
    main(["prune"])
    assert capsys.readouterr().out.splitlines() == [
        "run: 1, 2.0 kB",
        f"  results/runs/cnn3/{OTHER}  2.0 kB",
        "2.0 kB in 1 place can be removed: labreport prune --delete",
    ]
    assert [amount(size) for size in (999, 1400, 3_200_000, 7e9, 5e15)] == [
        "999 bytes",
        "1.4 kB",
        "3.2 MB",
        "7.0 GB",
        "5000.0 TB",
    ]


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


def test_an_interrupted_removal_is_finished_by_the_next_one(project, monkeypatch):
    put(project, f"results/runs/cnn3/{OTHER}/file")
    put(project, f"results/data/samples/{OTHER}/file")

    def killed(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module.shutil, "rmtree", killed)
        assert main(["prune", "--delete"]) == 130
    assert not (project.root / f"results/runs/cnn3/{OTHER}").exists()
    assert f"results/runs/cnn3/.{OTHER}.pruned" in listed(project)
    assert {one.sort for one in listed(project).values()} == {"half removed", "sample"}
    assert main(["prune", "--delete"]) == 0
    assert listed(project) == {}
    assert not list((project.root / "results").rglob(".*"))


def test_one_that_cannot_be_removed_does_not_stop_the_others(project, monkeypatch, capsys):
    for name in ("cnn3", "cnn4"):
        put(project, f"results/runs/{name}/{OTHER}/file")
    rename = os.rename

    def refused(path, to):
        if "cnn3" in str(path):
            raise PermissionError(13, "Permission denied")
        rename(path, to)

    monkeypatch.setattr(module.os, "rename", refused)
    assert main(["prune", "--delete"]) == 0
    out = capsys.readouterr().out
    assert f"kept: results/runs/cnn3/{OTHER}: cannot be removed: Permission denied" in out
    assert list(listed(project)) == [f"results/runs/cnn3/{OTHER}"]


def test_nothing_is_removed_while_snakemake_is_at_work(project, capsys):
    put(project, f"results/runs/cnn3/{OTHER}/file")
    put(project, ".snakemake/locks/0.output.lock")
    assert main(["prune"]) == 0
    assert main(["prune", "--delete"]) == 1
    assert "Snakemake is at work in this folder" in capsys.readouterr().err
    assert f"results/runs/cnn3/{OTHER}" in listed(project)


def test_nothing_is_removed_while_the_declarations_are_wrong(project, capsys):
    put(project, f"results/runs/cnn3/{OTHER}/file")
    project.edit("scales/cpu.yaml", lambda scale: scale.update(source="nowhere"))
    assert main(["prune", "--delete"]) == 1
    assert "config/scales/cpu.yaml: source" in capsys.readouterr().err
    assert (project.root / f"results/runs/cnn3/{OTHER}/file").exists()


def test_a_killed_write_of_data_is_listed_when_it_is_old(project):
    path = f"results/data/cifar10/.{OTHER}.abc123/new/train_inputs.npy"
    file = put(project, path, old=False)
    assert listed(project) == {}
    for one in (file, file.parent, file.parent.parent):
        os.utime(one, (1, 1))
    assert list(listed(project)) == [f"results/data/cifar10/.{OTHER}.abc123"]
