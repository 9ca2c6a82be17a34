"""One attempt at a run: its device, its outcome, its exit status. The command is a shell's, no training is needed."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import torch

from labreport.errors import RunFailedError, TrainingError, run_step
from labreport.jobs.driver import Driver
from labreport.jobs.locks import LockFolder
from labreport.jobs.outcome import read_outcome, write_outcome
from labreport.planning.code import meanings
from labreport.steps import attempt, train
from labreport.steps.attempt import main
from labreport.training import run as training_run
from tests.jobs.processes import ENVIRONMENT, PATIENCE_S, line, started
from tests.small_runs import arguments as train_arguments
from tests.small_runs import save_data, spec

TRAINED_BY = [f"labreport.steps.{name}" for name in ("train", "vectors", "measure")]
COMPLETE = 'mkdir -p "$0" && touch "$0/SHA256SUMS"'
FAIL = f'mkdir -p "$0.part" && printf "loss 不是有限数\\n" > "$0.part/failure.txt"; exit {RunFailedError.status}'
SAY_DEVICE = 'echo "device ${CUDA_VISIBLE_DEVICES-unset}"; '
# Ends as a training step does: at its next step after a signal, and at once after a second one.
PATIENT = """
import sys, time
from labreport.training.stop import StopAsked, StopSignals
with StopSignals() as signals:
    print("ready", flush=True)
    try:
        while True:
            time.sleep(0.05)
            signals.check()
    except StopAsked as asked:
        time.sleep(1)
        print("stopped by", asked, flush=True)
        sys.exit(128 + asked.signal)
"""


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch) -> dict[str, str]:
    """No variable of this machine says anything about devices; locks are this test's own."""
    for name in set(os.environ) - set(ENVIRONMENT):
        monkeypatch.delenv(name)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return {**ENVIRONMENT, "TMPDIR": str(tmp_path)}


@pytest.fixture
def out() -> Path:
    return Path("results/runs/lenet5/0123456789abcdef")


@pytest.fixture
def outcome() -> Path:
    return Path("results/outcomes/lenet5/0123456789abcdef.json")


def arguments(out: Path, outcome: Path, script: str, *options: str) -> list[str]:
    return ["--outcome", str(outcome), "--out", str(out), *options, "--", "sh", "-c", script, str(out)]


def status_of(call: list[str]) -> int:
    with pytest.raises(SystemExit) as raised:
        main(call)
    assert isinstance(raised.value.code, int)
    return raised.value.code


@pytest.mark.parametrize("options", [(), ("--keep-going",), ("--gpus", "2")])
def test_a_finished_run(out, outcome, options):
    main(arguments(out, outcome, COMPLETE, *options))
    assert read_outcome(outcome).status == "finished"


def test_a_failed_run_is_an_outcome_where_the_others_go_on(out, outcome, capfd):
    main(arguments(out, outcome, FAIL, "--keep-going"))
    found = read_outcome(outcome)
    assert (found.status, found.message, found.again) == ("failed", "loss 不是有限数", False)
    assert capfd.readouterr().err == (
        f"{out}: failed; the others go on without it (--keep-going); "
        f"it is tried again without --keep-going, or once {outcome} is deleted\n"
    )


def test_too_little_memory_is_tried_again_at_the_next_start(out, outcome, tmp_path, monkeypatch, capfd):
    """As the training step says it: another run may have had the device's memory."""

    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    save_data(tmp_path / "data")
    monkeypatch.setattr(training_run, "fit", full)
    threads = torch.get_num_threads()
    try:
        assert run_step(train.main, train_arguments(spec("texts"), tmp_path / "data", out)) == RunFailedError.status
    finally:
        torch.set_num_threads(threads)
        torch.set_flush_denormal(False)
    capfd.readouterr()
    main(arguments(out, outcome, "exit 3", "--keep-going"))
    found = read_outcome(outcome)
    assert (found.status, found.again) == ("failed", True)
    assert "batch_size 8" in found.message
    assert capfd.readouterr().err.endswith("it is tried again at the next start\n")


def test_a_failed_run_that_said_nothing(out, outcome):
    main(arguments(out, outcome, "exit 3", "--keep-going"))
    assert read_outcome(outcome).message == "it did not say why"


def test_a_failed_run_stops_everything_else(out, outcome):
    assert status_of(arguments(out, outcome, FAIL)) == RunFailedError.status
    assert not outcome.exists()


@pytest.mark.parametrize("options", [(), ("--keep-going",)])
@pytest.mark.parametrize("status", [1, 2, 130, 143])
def test_any_other_status_is_passed_on_and_is_no_outcome(out, outcome, options, status, capfd):
    assert status_of(arguments(out, outcome, f"exit {status}", *options)) == status
    assert not outcome.exists()
    assert capfd.readouterr().err == ""  # the command has said what there is to say


KILLED = "SIGKILL; the system does that when memory runs out: lower the number of jobs at once; the same"


@pytest.mark.parametrize(("number", "told"), [(9, KILLED), (11, "SIGSEGV; the same")])
def test_a_command_that_could_not_say_why_it_ended(out, outcome, number, told):
    with pytest.raises(TrainingError) as raised:
        main(arguments(out, outcome, f"kill -{number} $$", "--keep-going"))
    assert str(raised.value) == f"{out}: ended by {told} command goes on"
    assert raised.value.status == 128 + number
    assert not outcome.exists()


@pytest.mark.parametrize(
    ("spec", "lower"),
    [
        ({"training": {"batch_size": 64}}, "lower batch_size (64) or the number of jobs at once"),
        ({"parameters": {"batch_size": 8}}, "lower batch_size (8) or the number of jobs at once"),
        ({"parameters": {}}, "lower the number of jobs at once"),
        (["batch_size"], "lower the number of jobs at once"),
    ],
)
@pytest.mark.parametrize("script", ["kill -9 $$", "exit 137"])
def test_a_command_that_the_system_ended_for_its_memory(out, outcome, spec, lower, script):
    call = [*arguments(out, outcome, script, "--keep-going"), "--spec", json.dumps(spec)]
    with pytest.raises(TrainingError, match=re.escape(f"out: {lower}; the same command goes on")) as raised:
        main(call)
    assert raised.value.status == 137


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_was_stopped_before_it_could_say_so(out, outcome, number, capfd):
    """While it imports torch, a training command has no word of its own yet."""
    code = int(number)
    script = f"import os, signal; signal.signal({code}, signal.SIG_DFL); os.kill(os.getpid(), {code})"
    call = ["--outcome", str(outcome), "--out", str(out), "--", sys.executable, "-c", script]
    assert run_step(main, call) == 128 + number
    said = f"{out}: stopped by {number.name} before it began, or at once; the same command goes on\n"
    assert capfd.readouterr().err == said
    assert not outcome.exists()


def test_what_ends_well_without_results_is_an_error(out, outcome):
    with pytest.raises(TrainingError, match="without an error, but this folder is not complete"):
        main(arguments(out, outcome, "mkdir -p $0"))
    assert not outcome.exists()


def test_a_complete_run_is_not_attempted_again(out, outcome):
    out.mkdir(parents=True)
    (out / "SHA256SUMS").touch()
    main(arguments(out, outcome, "exit 1"))
    assert read_outcome(outcome).status == "finished"


def test_the_last_attempt_s_outcome_is_gone_while_the_next_one_runs(out, outcome):
    write_outcome(outcome, "failed", "before")
    assert status_of(arguments(out, outcome, f"test ! -e {outcome} && exit 5")) == 5
    assert not outcome.exists()


def test_without_a_file_for_the_outcome_only_the_status_says_it(out, capfd):
    command = ["--out", str(out), "--gpus", "1", "--", "sh", "-c", SAY_DEVICE + COMPLETE, str(out)]
    main(command)
    assert capfd.readouterr().out == "device 0\n"
    assert status_of(["--out", "other", "--keep-going", "--", "sh", "-c", "exit 3"]) == 3


@pytest.mark.parametrize(
    ("count", "variables", "device"),
    [
        (0, {}, "unset"),
        (1, {}, "0"),
        (3, {}, "0"),
        (1, {"CUDA_VISIBLE_DEVICES": "2"}, "2"),
        (0, {"CUDA_VISIBLE_DEVICES": ""}, ""),
        (2, {"CUDA_VISIBLE_DEVICES": "3,1"}, "3"),
        (2, {"SLURM_JOB_GPUS": "4,7", "CUDA_VISIBLE_DEVICES": "0,1"}, "0,1"),
        (2, {"SLURM_STEP_GPUS": "4,7"}, "unset"),
    ],
)
def test_the_device_that_the_command_sees(out, outcome, monkeypatch, capfd, count, variables, device):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    main(arguments(out, outcome, SAY_DEVICE + COMPLETE, "--gpus", str(count)))
    assert capfd.readouterr().out == f"device {device}\n"


@pytest.mark.parametrize("variables", [{"CUDA_VISIBLE_DEVICES": "1"}, {"CUDA_VISIBLE_DEVICES": "GPU-b"}, {}])
def test_a_device_is_locked_by_its_uuid(out, outcome, monkeypatch, tmp_path, variables):
    """However the job names it, and also where it is the only one that it may use."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(attempt, "ask", lambda: Driver(0, 1, 13020, ("GPU-b",)))
    main(arguments(out, outcome, COMPLETE, "--gpus", "1"))
    locks = LockFolder(tmp_path / f"labreport-gpus-{os.geteuid()}")
    assert [name for name in locks.names() if name.startswith("gpu")] == ["gpu-GPU-b"]
    locks.close()


def test_jobs_at_the_same_time_get_different_devices(environment):
    """And a third one waits."""
    command = [sys.executable, "-m", "labreport.steps.attempt", "--gpus", "2", "--out"]
    script = ["--", "sh", "-c", SAY_DEVICE + "read line; " + COMPLETE]
    with (
        started([*command, "a", *script, "a"], environment) as first,
        started([*command, "b", *script, "b"], environment) as second,
    ):
        assert {line(first.stdout), line(second.stdout)} == {"device 0", "device 1"}
        with started([*command, "c", *script, "c"], environment) as third:
            assert line(third.stderr).startswith(f"{Path.cwd() / 'c'}: waits for a GPU; taken: 0 by {Path.cwd()}/")
            second.communicate(b"\n", timeout=30)
            assert line(third.stdout) in {"device 0", "device 1"}
            third.communicate(b"\n", timeout=30)
        first.communicate(b"\n", timeout=30)
        assert [process.returncode for process in (first, second, third)] == [0, 0, 0]


def test_the_device_stays_taken_while_the_command_lives_on(environment, tmp_path):
    """The step itself is killed; what it started is not, and goes on using the device."""
    command = [sys.executable, "-m", "labreport.steps.attempt", "--gpus", "1", "--out", "a", "--"]
    with started([*command, "sh", "-c", "echo $$; read line"], environment) as attempt:
        child = line(attempt.stdout)
        assert child != str(attempt.pid)
        locks = LockFolder(tmp_path / f"labreport-gpus-{os.geteuid()}")
        until = time.monotonic() + PATIENCE_S
        while f"(process {child})" not in (noted := locks.read("gpu-0")):
            assert time.monotonic() < until, noted
            time.sleep(0.02)
        locks.close()
        attempt.kill()
        attempt.wait()
        path = tmp_path / f"labreport-gpus-{os.geteuid()}"
        cleaner = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        with pytest.raises(BlockingIOError):  # who cleans old files up passes the folder by, too
            fcntl.flock(cleaner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(cleaner)
        locks = LockFolder(path)
        assert locks.take("gpu-0") is None
        attempt.stdin.close()  # the child's input ends, and it with it
        assert becomes_free(locks, "gpu-0")
        locks.close()


def becomes_free(locks: LockFolder, name: str) -> bool:
    """Whether a lock is given back while we wait for it."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if (descriptor := locks.take(name)) is not None:
            os.close(descriptor)
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("group", [False, True])
def test_a_stop_reaches_the_command_as_one_wish(environment, tmp_path, number, group):
    """Sent to the step alone, as `kill` does, or to the whole group of processes, as Ctrl-C and schedulers do."""
    command = [sys.executable, "-m", "labreport.steps.attempt", "--outcome", "o", "--out", "a", "--", sys.executable]
    with started([*command, "-c", PATIENT], environment, start_new_session=True) as attempt:
        assert line(attempt.stdout) == "ready"
        os.killpg(attempt.pid, number) if group else attempt.send_signal(number)
        assert line(attempt.stdout) == f"stopped by {number.name}"
        assert attempt.wait(30) == 128 + number
        assert attempt.stderr.read() == b""
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_while_it_waits_for_a_device(environment, number):
    command = [sys.executable, "-m", "labreport.steps.attempt", "--gpus", "1", "--out"]
    with started([*command, "a", "--", "sh", "-c", "echo ready; read line"], environment) as first:
        assert line(first.stdout) == "ready"
        with started([*command, "b", "--", "sh", "-c", "touch begun"], environment) as second:
            assert "waits" in line(second.stderr)
            second.send_signal(number)
            assert second.wait(30) == 128 + number
            said = f"b: stopped by {number.name} before it began, or at once; the same command goes on\n"
            assert second.stderr.read().decode() == said
    assert not Path("begun").exists()


def test_the_command_line_says_what_is_missing(environment):
    command = [sys.executable, "-m", "labreport.steps.attempt", "--out", "a"]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert asked.returncode == 2
    assert "COMMAND" in asked.stderr


def test_it_imports_only_the_standard_library_and_no_part_of_a_run_s_key(environment):
    """A job's wrapper starts at once, and a change of it changes no run."""
    code = "import sys, json, labreport.steps.attempt; print(json.dumps(sorted(sys.modules)))"
    asked = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, timeout=60)
    loaded = [name for name in json.loads(asked.stdout) if name.partition(".")[0] not in sys.stdlib_module_names]
    allowed = {"labreport", "labreport.errors", "labreport.files", "labreport.steps", "labreport.steps.attempt"}
    assert {
        name for name in loaded if name.startswith("labreport") and not name.startswith("labreport.jobs")
    } == allowed
    assert "torch" not in loaded
    assert "numpy" not in loaded
    assert not [module for module in meanings(TRAINED_BY) if "jobs" in module or "attempt" in module]
