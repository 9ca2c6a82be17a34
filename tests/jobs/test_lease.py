"""A GPU of its own for every job on this machine. Devices are numbers here: nothing asks whether they are there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from labreport.errors import TrainingError
from labreport.jobs import lease as module
from labreport.jobs.lease import SCHEDULERS, Lease, choices, lease
from labreport.jobs.locks import LockFolder
from tests.jobs.processes import ENVIRONMENT, PATIENCE_S, line, silent, started

# Leases one of COUNT devices, says which, and holds it until its input ends.
HOLDER = """
import sys
from labreport.jobs import lease
lease.POLL_S = 0.02
label, count, asleep_s = sys.argv[1:]
lease.ASLEEP_S = float(asleep_s)
with lease.lease([str(index) for index in range(int(count))], label) as leased:
    print(leased.device, flush=True)
    sys.stdin.read()
"""
# Many jobs: each writes down when it has a device and when it gives it back, in one file opened to append.
CROWD = """
import os, random, sys, time
from labreport.jobs import lease
lease.POLL_S = 0.02
log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
for turn in range(3):
    with lease.lease(["0", "1", "2"], "crowd") as leased:
        os.write(log, f"take {leased.device} {os.getpid()}\\n".encode())
        time.sleep(random.uniform(0.01, 0.1))
        os.write(log, f"give {leased.device} {os.getpid()}\\n".encode())
"""


@pytest.fixture
def shared(tmp_path, monkeypatch) -> dict[str, str]:
    """An environment whose temporary directory, and so whose locks, are this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return {**ENVIRONMENT, "TMPDIR": str(tmp_path)}


@pytest.fixture
def folder(shared) -> Path:
    return Path(shared["TMPDIR"]) / f"labreport-gpus-{os.geteuid()}"


def holder(environment: dict[str, str], label: str, count: int = 1, asleep_s: float = 60):
    return started([sys.executable, "-c", HOLDER, label, str(count), str(asleep_s)], environment)


def release(process: subprocess.Popen[bytes]) -> None:
    process.stdin.close()
    assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("count", "visible", "expected"),
    [
        (0, None, []),
        (1, None, ["0"]),
        (3, None, ["0", "1", "2"]),
        (1, "2", ["2"]),
        (0, "", []),
        (0, "-1", []),
        (2, "2,5", ["2", "5"]),
        (2, " 2 , GPU-8932f937-d72c", ["2", "GPU-8932f937-d72c"]),
        (1, "0,-1,1", ["0"]),  # CUDA sees one device
        (2, "0,1,99", ["0", "1"]),
    ],
)
def test_what_a_job_may_be_given(count, visible, expected):
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert choices(count, environment) == expected


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_scheduler_s_choice_is_left_alone(name):
    assert choices(4, {name: "0,1,2,3"}) == []
    assert choices(2, {name: "0,1", "CUDA_VISIBLE_DEVICES": "0,1"}) == []
    assert choices(2, {name: ""}) == ["0", "1"]  # a step without devices of its own


def test_no_device_needs_no_lease(shared, folder):
    with lease([], "job") as leased:
        assert leased is None
    assert not folder.exists()


def test_jobs_get_different_devices_and_give_them_back(shared, folder):
    with lease(["0", "1"], "a") as first, lease(["0", "1"], "b") as second:
        assert isinstance(first, Lease)
        assert (first.device, second.device) == ("0", "1")
    with lease(["1", "0"], "c") as third:
        assert third.device == "1"  # the first that is named and free
    with pytest.raises(ZeroDivisionError), lease(["0"], "d"):
        _ = 1 / 0
    with lease(["0"], "e") as after:
        assert after.device == "0"
    assert not [path for path in folder.iterdir() if path.name.startswith("ticket")]


def test_a_device_of_several_names_is_held_once(shared, folder):
    """Under CUDA_VISIBLE_DEVICES=1,0, under its UUID, and alone."""
    with lease(["0", "1"], "a", ["GPU-a", "GPU-b"]) as first, lease(["1", "0"], "b", ["GPU-b", "GPU-a"]) as second:
        assert (first.device, second.device) == ("0", "1")
        locks = LockFolder(folder)
        for device, uuid in (("0", "GPU-a"), ("GPU-b", "GPU-b"), ("1", "GPU-b")):
            assert module._take(locks, module._files([device], [uuid]), "c") is None
        locks.close()


def test_a_device_is_the_same_whatever_else_a_job_may_choose(shared):
    names = ["GPU-1", "MIG-GPU-8932f937/1/0", ".."]
    with ExitStack() as held:
        for name in names:
            assert held.enter_context(lease(names, name)).device == name
        with holder(shared, "number", 2) as other:
            assert line(other.stdout) == "0"


@pytest.mark.parametrize("label", ["run", f"/{'长' * 500}/key"])
def test_the_process_that_works_on_a_device_is_named(shared, folder, label):
    """Also where the label is longer than what is kept of it."""
    with lease(["0"], label) as leased:
        locks = LockFolder(folder)
        assert module._holder(locks, "gpu-0").endswith(f"{label[-3:]} (process {os.getpid()})")
        leased.held_by(17)
        assert module._holder(locks, "gpu-0").endswith(f"{label[-3:]} (process 17)")
        locks.close()


def test_nothing_stays_open_after_a_lease(shared):
    before = sorted(os.listdir("/dev/fd"))
    with lease(["0"], "a"):
        pass
    assert sorted(os.listdir("/dev/fd")) == before


def test_who_waits_says_so_once_and_names_the_holders(shared):
    with ExitStack() as stack:
        first = stack.enter_context(holder(shared, "/project/results/runs/lenet5/key", 2))
        assert line(first.stdout) == "0"
        second = stack.enter_context(holder(shared, "other", 2))
        assert line(second.stdout) == "1"
        with holder(shared, "mine", 2) as third:
            assert line(third.stderr) == (
                f"mine: waits for a GPU; taken: 0 by /project/results/runs/lenet5/key (process {first.pid}), "
                f"1 by other (process {second.pid})"
            )
            assert silent(third.stderr, 0.3)
            assert silent(third.stdout, 0)
            release(second)
            assert line(third.stdout) == "1"
            release(third)
            assert third.stderr.read() == b""


def test_first_come_first_served_and_who_is_gone_holds_up_nobody(shared):
    with ExitStack() as stack:
        first = stack.enter_context(holder(shared, "holder"))
        assert line(first.stdout) == "0"
        waiting = []
        for number in range(5):
            waiting.append(stack.enter_context(holder(shared, f"waits {number}")))
            assert line(waiting[-1].stderr).startswith(f"waits {number}: waits")
        killed = waiting.pop(2)
        killed.kill()
        killed.wait()
        for position, served in enumerate(waiting):
            assert all(silent(other.stdout, 0) for other in waiting[position:])
            release(waiting[position - 1] if position else first)
            assert line(served.stdout) == "0"


def test_who_is_stopped_holds_up_nobody_and_loses_nothing(shared):
    with holder(shared, "holder") as first:
        assert line(first.stdout) == "0"
        with holder(shared, "stopped") as stopped:
            assert "waits" in line(stopped.stderr)
            stopped.send_signal(signal.SIGSTOP)
            with holder(shared, "next", asleep_s=0.5) as after:
                assert "waits" in line(after.stderr)
                release(first)
                assert line(after.stdout) == "0"
                stopped.send_signal(signal.SIGCONT)
                assert silent(stopped.stdout, 0.2)
                release(after)
                assert line(stopped.stdout) == "0"


def test_who_is_stopped_with_the_queue_in_hand_is_named(shared, folder):
    """Nobody can go past it; a wait without a word would look like a fault of the GPU's."""
    stops = "import os, signal; lease._tickets = lambda locks: os.kill(os.getpid(), signal.SIGSTOP) or []"
    code = HOLDER.replace("lease.POLL_S = 0.02", stops)
    with started([sys.executable, "-c", code, "stopped", "1", "60"], shared) as first:
        until = time.monotonic() + PATIENCE_S
        while not os.waitid(os.P_PID, first.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT):
            assert time.monotonic() < until, "it does not stop"
            time.sleep(0.02)
        with holder(shared, "mine") as second:
            assert line(second.stderr) == (
                f"mine: waits for process {first.pid}, which looks for a GPU and stands still: "
                "let it go on (fg), or end it"
            )
            assert silent(second.stderr, 0.7)
            first.kill()
            assert line(second.stdout) == "0"
            release(second)


def test_who_waits_for_long_keeps_its_place(shared, folder, monkeypatch):
    """It looks again and again, and so is not taken for one that is stopped."""
    monkeypatch.setattr(module, "ASLEEP_S", 0.5)
    with ExitStack() as stack:
        assert line(stack.enter_context(holder(shared, "holder")).stdout) == "0"
        patient = stack.enter_context(holder(shared, "patient"))
        assert "waits" in line(patient.stderr)
        time.sleep(0.8)
        locks = LockFolder(folder)
        assert not module._is_first(locks, f"{module.TICKET}999999999999")
        patient.send_signal(signal.SIGSTOP)
        time.sleep(0.8)
        assert module._is_first(locks, f"{module.TICKET}999999999999")
        locks.close()


def test_kill_minus_nine_gives_the_device_back(shared):
    for number in range(3):
        with holder(shared, f"killed {number}") as killed:
            assert line(killed.stdout) == "0"
            killed.kill()
            killed.wait()
    with holder(shared, "next") as after:
        assert line(after.stdout) == "0"


def test_no_device_is_ever_held_twice_in_a_crowd(shared, tmp_path):
    log = tmp_path / "log"
    command = [sys.executable, "-c", CROWD, str(log)]
    crowd = [subprocess.Popen(command, env=shared, stderr=subprocess.DEVNULL) for _ in range(12)]
    try:
        assert [process.wait(60) for process in crowd] == [0] * 12
    finally:
        for process in crowd:
            process.kill()
    held: dict[str, str] = {}
    most = turns = 0
    for entry in log.read_text().splitlines():
        action, device, process = entry.split()
        if action == "take":
            assert device not in held, f"{process} got {device}, which {held.get(device)} holds"
            held[device] = process
            turns += 1
        else:
            assert held.pop(device) == process
        most = max(most, len(held))
    assert (turns, most, held) == (36, 3, {})


@pytest.mark.parametrize("name", ["queue", "gpu-0", "ticket-000000000001"])
def test_a_lock_that_cannot_be_used_is_one_message(shared, folder, name):
    folder.mkdir(0o700)
    (folder / name).mkdir()
    with (
        pytest.raises(TrainingError, match=f"no GPU can be locked there: .*{name}.*set TMPDIR") as raised,
        lease(["0"], "a"),
    ):
        pass
    assert raised.value.__suppress_context__


def test_a_folder_that_others_can_enter_is_refused(shared, folder):
    folder.mkdir(0o700)
    folder.chmod(0o777)
    with pytest.raises(TrainingError, match="yours alone"), lease(["0"], "a"):
        pass


def test_a_holder_s_name_is_printed_as_text(shared, folder):
    """Whatever the file holds, it neither moves the cursor nor fills the screen."""
    folder.mkdir(0o700)
    locks = LockFolder(folder)
    (folder / "gpu-0").write_bytes(b"\x1b[2Jname\n\xff" + b"x" * 10_000)
    assert len(module._holder(locks, "gpu-0")) < 500
    assert "\x1b" not in module._holder(locks, "gpu-0")
    (folder / "gpu-0").write_bytes(b"")
    assert module._holder(locks, "gpu-0") == "a job that did not say its name"
    locks.close()
