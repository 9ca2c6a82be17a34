"""The command `labreport prune`: what it says and removes, and when it does not."""

from __future__ import annotations

import os

from labreport.commands import leftovers as module
from labreport.commands.command import main
from labreport.commands.prune import SUPERSEDED, amount
from tests.commands.leaving import OTHER, changed, from_other_code, listed, put


def everything(project):
    """All paths below results/."""
    return {path.relative_to(project.root).as_posix() for path in (project.root / "results").rglob("*")}


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


def test_what_only_its_code_sets_apart_is_removed_when_that_is_said(project, capsys):
    (run,) = project.train(project.plan(), "cnn3")
    moved = from_other_code(project, run)
    put(project, f"results/runs/cnn3/{OTHER}/file")
    assert main(["prune"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == SUPERSEDED
    assert lines[4].startswith(f"  {moved}  ")
    assert lines[-2:] == [
        "1 bytes in 1 place can be removed: labreport prune --delete",
        f"{lines[4].split('  ')[2]} in 1 place kept in case an edit is taken back, "
        "unless: labreport prune --delete --superseded",
    ]
    assert main(["prune", "--delete"]) == 0
    assert list(listed(project)) == [moved]
    assert main(["prune", "--delete", "--superseded"]) == 0
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


def test_nothing_more_is_removed_once_snakemake_begins(project, monkeypatch, capsys):
    for name in ("cnn3", "cnn4", "cnn5"):
        put(project, f"results/runs/{name}/{OTHER}/file")
    rmtree = module.shutil.rmtree

    def begins(path):
        rmtree(path)
        put(project, ".snakemake/locks/0.output.lock")

    monkeypatch.setattr(module.shutil, "rmtree", begins)
    assert main(["prune", "--delete"]) == 1
    said = capsys.readouterr()
    assert said.out.endswith("removed 1 bytes in 1 place\n")
    assert "Snakemake is at work in this folder" in said.err
    assert list(listed(project)) == [f"results/runs/{name}/{OTHER}" for name in ("cnn4", "cnn5")]


def test_nothing_is_removed_while_the_declarations_are_wrong(project, capsys):
    put(project, f"results/runs/cnn3/{OTHER}/file")
    project.edit("scales/cpu.yaml", lambda scale: scale.update(source="nowhere"))
    assert main(["prune", "--delete"]) == 1
    assert "config/scales/cpu.yaml: source" in capsys.readouterr().err
    assert (project.root / f"results/runs/cnn3/{OTHER}/file").exists()
