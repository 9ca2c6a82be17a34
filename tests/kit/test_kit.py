"""Runs that are trained from a kit are those that are trained in place; a stopped one goes on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pandas as pd
import pytest

from labreport.cli.main import main
from labreport.kit import packing
from labreport.machine.outcome import is_receipted
from tests.kit.conftest import NAMES, graph, make

TIMINGS = ["seconds", "samples_per_second"]


def runs() -> list[Path]:
    found = graph()
    return [Path(found.run(found.project.experiment(name), 0).folder) for name in NAMES]


def test_runs_from_a_kit_are_those_trained_in_place(came_back, planned, home, capsys, monkeypatch):
    tar, printed = came_back
    assert re.search(r"sts_bilstm1 seed 0 +done .*\ncnn3 seed 0 +done .*\n2 runs: 2 done\n", printed)
    assert main(["import", str(tar)]) == 0
    assert capsys.readouterr().out.splitlines() == ["taken in: cnn3 seed 0", "taken in: sts_bilstm1 seed 0"]
    kit = json.loads((planned / "kit" / "list.json").read_text())
    for folder in runs():
        assert is_receipted(folder)
        about = json.loads((folder / "environment.json").read_text())
        assert (about["git_commit"], about["git_dirty"]) == (kit["commit"], kit["dirty"])
    monkeypatch.chdir(shutil.copytree(planned, home.parent / "in_place"))
    make("prepare", *NAMES)
    make("train", *NAMES)
    for folder in runs():
        frames = [pd.read_csv(root / folder / "metrics.csv").drop(columns=TIMINGS) for root in (Path(), home)]
        pd.testing.assert_frame_equal(*frames)
        same = {path.name for path in folder.iterdir()} - {"environment.json", "metrics.csv", "summary.json"}
        for name in same - {"train.log", "SHA256SUMS"}:
            assert (folder / name).read_bytes() == (home / folder / name).read_bytes(), name


def test_the_runs_that_are_there_are_left_alone(came_back, home, capsys):
    assert main(["import", str(came_back[0])]) == 0
    (one, _) = runs()
    (one / "metrics.csv").touch()
    before = {path: path.stat().st_mtime_ns for path in Path("results").rglob("*.*")}
    capsys.readouterr()
    assert main(["import", str(came_back[0])]) == 0
    assert capsys.readouterr().out.splitlines() == ["there already: cnn3 seed 0", "there already: sts_bilstm1 seed 0"]
    assert before == {path: path.stat().st_mtime_ns for path in Path("results").rglob("*.*")}
    assert main(["export", *NAMES, "--to", "kit"]) == 0
    assert capsys.readouterr().out == "nothing to export: every run is there\n"


def test_a_run_that_nothing_declares_is_taken_in_and_told(came_back, home, capsys):
    assert main(["import", str(came_back[0]), "--config", "seeds=[5]"]) == 0
    assert capsys.readouterr().out.count("(nothing declares it)") == 2


def test_a_stopped_run_goes_on_where_it_was(kit, start, bare):
    (job,) = [path for path in (kit / "jobs").iterdir() if '"cnn3 seed 0"' in path.read_text()]
    command = [sys.executable, str(kit / "start.py"), "--only", "cnn3", "--processes", "1"]
    with subprocess.Popen(command, env=bare, stdout=subprocess.PIPE, text=True) as process:
        log = kit / "work" / "logs" / "train-cnn3-seed-0.log"
        while process.poll() is None and not (log.is_file() and "epoch 1/" in log.read_text()):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=60)
    assert re.search(r"cnn3 seed 0 +stopped .* goes on after epoch \d", printed)
    with tarfile.open(kit / "runs.tar") as tar:
        assert tar.getnames() == ["logs/train-cnn3-seed-0.log"]
    assert [*(kit / "work" / "results" / "checkpoints").glob(f"*/{job.stem}/*.pt")]
    again = start("--only", "cnn3")
    assert again.returncode == 0
    assert "goes on after epoch" in log.read_text()
    with tarfile.open(kit / "runs.tar") as tar:
        assert any(name.endswith(f"{job.stem}/SHA256SUMS") for name in tar.getnames())


def test_time_is_over_before_a_run_begins(kit, start):
    done = start("--seconds", "0.2")
    assert done.returncode == 0
    assert "2 runs: 2 waits" in done.stdout


def test_a_part_that_was_not_carried_is_named(kit, start):
    (part,) = kit.glob("part-*/cifar10-*")
    part.unlink()
    done = start("--only", "cnn3")
    assert f"part not here: {part.name}" in done.stdout
    assert re.search(r"cnn3 seed 0 +waits .* lacks results/data/cifar10/\w+/SHA256SUMS", done.stdout)


def test_a_damaged_part_fails_what_needs_it_alone(kit, start):
    (part,) = kit.glob("part-*/cifar10-*")
    part.write_bytes(part.read_bytes()[:-1000])
    done = start("--only", "cnn3")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: 1 failed: {part.name}; ")


@pytest.mark.parametrize("name", ["code.tar.xz", "list.json"])
def test_a_kit_without_a_file_says_so_in_one_message(kit, start, name):
    (kit / name).unlink()
    done = start("--only", "cnn3")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(rf"error: .*{name}: .*carry it here once more\n", done.stderr)


def test_an_unknown_name_is_refused(kit, start):
    done = start("--only", "cnn4")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: --only: cnn4: no run of this kit has such a name or key\n"


@pytest.mark.usefixtures("home")
def test_what_is_not_there_yet_is_named_with_its_command(capsys):
    assert main(["export", *NAMES, "--to", "kit"]) == 1
    error = capsys.readouterr().err
    found = graph()
    run = found.run(found.project.experiment("sts_bilstm1"), 0)
    for need in run.needs:
        assert re.search(rf"snakemake --cores 1 .*{need.output}", error)
    assert not Path("kit").exists()


def test_a_folder_with_something_else_is_no_kit(planned, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(planned)
    (tmp_path / "mine").write_text("text")
    assert main(["export", "cnn3", "--to", str(tmp_path)]) == 1
    assert "holds something else than a kit" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["mine"]


def test_a_kit_made_again_is_the_same_and_packs_nothing_twice(planned, kit, monkeypatch):
    monkeypatch.chdir(planned)
    before = {path: path.read_bytes() for path in kit.rglob("*") if path.is_file()}
    for name in ("pack_batch", "pack_folder"):
        monkeypatch.setattr(packing, name, lambda data: pytest.fail("it packs again"))
    assert main(["export", *NAMES, "--to", str(kit)]) == 0
    assert {path: path.read_bytes() for path in kit.rglob("*") if path.is_file()} == before
