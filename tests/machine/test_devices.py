"""Which accelerators there are, and one of them for a process. What the driver says is given; no device is needed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from labreport.artifacts.code import SOURCES
from labreport.errors import TrainingError
from labreport.machine import devices, driver
from labreport.machine.devices import SCHEDULERS, VISIBLE, choices, leased
from labreport.machine.driver import Driver
from labreport.training.numerics import autocast


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No variable of this machine's own says anything about devices, and no answer is kept."""
    for name in (VISIBLE, *SCHEDULERS):
        monkeypatch.setenv(name, "")  # so that it is restored whatever a test does
        monkeypatch.delenv(name)
    devices._ask.cache_clear()
    yield
    devices._ask.cache_clear()


Answers = Callable[..., None]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """`answers(2)`: the driver shows two devices; `answers(Driver(...))` or `answers(None)`: it says that."""

    def give(answer: Driver | int | None, *uuids: str) -> None:
        found = Driver(0, answer, 99000, uuids) if isinstance(answer, int) else answer
        monkeypatch.setattr(devices, "_driver", lambda: found)

    return give


def test_planning_and_training_agree_on_bf16() -> None:
    computed = autocast("bf16", torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    assert devices.computes_bf16() is (computed is not None)


def test_agrees_with_torch() -> None:
    assert devices.cuda_devices() == torch.cuda.device_count()
    assert devices.torch_cuda() == torch.version.cuda


@pytest.mark.parametrize("value", ["", "-1", " "])
def test_none_are_seen_where_the_environment_hides_them(
    value: str, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(2)
    monkeypatch.setenv(VISIBLE, value)
    assert (devices.cuda_devices(), choices(os.environ)) == (0, {})
    assert "hides" in devices.cuda_obstacle()


@pytest.mark.parametrize(("version", "count"), [(12080, 0), (13000, 2), (13020, 2), (14000, 2)])
def test_a_driver_too_old_for_torch_counts_as_none(
    version: int, count: int, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(Driver(0, 2, version))
    monkeypatch.setattr(devices, "torch_cuda", lambda: "13.0")
    assert devices.cuda_devices() == count
    if not count:
        assert devices.cuda_obstacle() == "the NVIDIA driver supports CUDA 12.8, torch needs 13.0: update the driver"


@pytest.mark.parametrize(
    ("answer", "obstacle"),
    [
        (None, "no CUDA device visible"),
        (Driver(100, 0, 0), "no CUDA device visible"),
        (Driver(0, 0, 13000), "no CUDA device visible"),
        (Driver(803, 0, 0), "the NVIDIA driver does not start (CUDA error 803): see nvidia-smi"),
        (Driver(-1, 0, 0), "the NVIDIA driver does not answer: see nvidia-smi"),
    ],
)
def test_why_there_is_none_is_said(answer: Driver | None, obstacle: str, answers: Answers) -> None:
    answers(answer)
    assert devices.cuda_devices() == 0
    assert devices.cuda_obstacle() == obstacle


def test_the_answer_comes_from_another_process_that_sees_the_same_devices(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is loaded here has no functions to call. Each answer is kept for the devices that were visible."""
    asked = tmp_path / "driver.py"
    asked.write_text(
        "import json, os\n"
        f"open({str(tmp_path / 'calls')!r}, 'a').write('.')\n"
        "count = len(os.environ['CUDA_VISIBLE_DEVICES'].split(','))\n"
        "print(json.dumps({'error': 0, 'devices': count, 'version': 99000}))\n"
    )
    monkeypatch.setattr(devices, "ctypes", SimpleNamespace(CDLL=lambda name: object()))
    monkeypatch.setattr(driver, "__file__", str(asked))
    for value, count in (("2,3", 2), ("1", 1), ("2,3", 2)):
        monkeypatch.setenv(VISIBLE, value)
        assert devices.cuda_devices() == count
    assert (tmp_path / "calls").read_text() == ".."


@pytest.mark.parametrize(
    ("count", "visible", "expected"),
    [
        (0, None, []),
        (1, None, ["0"]),
        (3, None, ["0", "1", "2"]),
        (1, "2", ["2"]),
        (2, " 2 , GPU-8932f937-d72c", ["2", "GPU-8932f937-d72c"]),
        (1, "0,-1,1", ["0"]),  # CUDA sees one device
        (2, "0,1,99", ["0", "1"]),
    ],
)
def test_what_a_process_may_be_given(
    count: int, visible: str | None, expected: list[str], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(count)
    if visible is not None:
        monkeypatch.setenv(VISIBLE, visible)
    assert choices(os.environ) == {name: name for name in expected}
    uuids = [f"GPU-{number}" for number in range(count)]
    answers(count, *uuids)
    assert choices(os.environ) == dict(zip(expected, uuids, strict=True))


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_scheduler_s_choice_is_left_alone(name: str, answers: Answers) -> None:
    answers(2)
    assert choices({name: "0,1"}) == choices({name: "0,1", VISIBLE: "0,1"}) == {}
    assert list(choices({name: ""})) == ["0", "1"]  # a step without devices of its own


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where locks are, which are this test's own; whoever would wait fails."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(devices, "time", SimpleNamespace(sleep=lambda seconds: pytest.fail("it waits")))
    return tmp_path / f"labreport-gpus-{os.geteuid()}"


def take(label: str, held: ExitStack) -> str | None:
    """Lease a device, from a process that sees all of them."""
    os.environ.pop(VISIBLE, None)
    return held.enter_context(leased(label))


def test_without_a_device_to_choose_nothing_is_locked_or_changed(
    folder: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(0)
    with leased("mine") as device:
        assert (device, VISIBLE in os.environ) == (None, False)
    answers(2)
    monkeypatch.setenv("SLURM_JOB_GPUS", "4,7")
    monkeypatch.setenv(VISIBLE, "0,1")
    with leased("mine") as device:
        assert (device, os.environ[VISIBLE]) == (None, "0,1")
    assert not folder.exists()


def test_processes_get_different_devices_and_give_them_back(folder: Path, answers: Answers) -> None:
    answers(2)
    with ExitStack() as both:
        for device in ("0", "1"):
            assert take("mine", both) == os.environ[VISIBLE] == device
    with pytest.raises(ZeroDivisionError), leased("fails"):
        _ = 1 / 0
    with ExitStack() as after:
        assert take("mine", after) == "0"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_device_of_several_names_is_held_once(
    folder: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under CUDA_VISIBLE_DEVICES=1,0, under its UUID, and alone."""
    with ExitStack() as held:
        for visible, uuids, device in (
            (None, ("GPU-a", "MIG-b/1/0", ".."), "0"),
            ("1,0", ("MIG-b/1/0", "GPU-a"), "1"),
            ("GPU-a,..", ("GPU-a", ".."), ".."),
        ):
            answers(len(uuids), *uuids)
            monkeypatch.setenv(VISIBLE, visible) if visible else os.environ.pop(VISIBLE, None)
            assert held.enter_context(leased("mine")) == device
        for name, uuid in (("0", "GPU-a"), ("1", "MIG-b/1/0"), ("GPU-a", "GPU-a")):
            answers(1, uuid)
            monkeypatch.setenv(VISIBLE, name)
            with pytest.raises(pytest.fail.Exception, match="it waits"), leased("other"):
                pass


def test_who_finds_every_device_taken_says_so_once_and_gets_the_first_that_is_free(
    folder: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(2)
    first, second, third, waits = ExitStack(), ExitStack(), ExitStack(), []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            second.close()

    with first, second, third:
        assert (take("lenet5 seed 0", first), take("lenet5 seed 1", second)) == ("0", "1")
        (folder / "gpu-1").write_text("")
        monkeypatch.setattr(devices, "time", SimpleNamespace(sleep=sleep))
        assert take("mine", third) == "1"
        assert len(waits) == 3
    assert capsys.readouterr().err == (
        f"mine: waits for a GPU; taken: 0 by lenet5 seed 0 (process {os.getpid()}), "
        "1 by a job that did not say its name\n"
    )


HOLDER = """
import sys
from labreport.machine import devices
from labreport.machine.driver import Driver
devices._driver = lambda: Driver(0, 1, 99000)
with devices.leased("holder") as device:
    print(device, "torch" in sys.modules, flush=True)
    sys.stdin.read()
"""


def test_kill_minus_nine_gives_the_device_back(
    folder: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCES), "TMPDIR": str(folder.parent)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDER], env=environment, text=True, **pipes) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "0 False\n"

        def kill(_: float) -> None:
            holder.kill()
            holder.wait()

        monkeypatch.setattr(devices, "time", SimpleNamespace(sleep=kill))
        answers(1)
        with leased("mine") as device:
            assert device == "0"
    assert capsys.readouterr().err == f"mine: waits for a GPU; taken: 0 by holder (process {holder.pid})\n"


@pytest.mark.parametrize("kind", ["open to others", "link", "file", "lock is a folder", "nowhere"])
def test_a_folder_that_no_lock_can_be_kept_in_is_one_message(
    kind: str, folder: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(1)
    match kind:
        case "open to others":
            folder.mkdir()
            folder.chmod(0o770)
        case "link":
            (folder.parent / "real").mkdir(mode=0o700)
            folder.symlink_to(folder.parent / "real")
        case "file":
            folder.touch(0o600)
        case "lock is a folder":
            (folder / "gpu-0").mkdir(parents=True)
            folder.chmod(0o700)
        case "nowhere":
            monkeypatch.setattr(tempfile, "tempdir", str(folder.parent / "absent"))
    with pytest.raises(TrainingError, match=r"no GPU can be locked there: .*set TMPDIR") as raised, leased("mine"):
        pass
    assert raised.value.__suppress_context__
    assert VISIBLE not in os.environ


@pytest.mark.parametrize(
    ("gpus", "flags", "expected"),
    [
        (0, "flags : avx2 avx512f avx512_bf16", True),
        (0, "flags : avx2 amx_bf16 amx_tile", True),
        (0, "Features : asimd i8mm bf16", True),
        (0, "flags : avx2 avx512f", False),
        (0, None, False),
        (1, "flags : avx2", True),
    ],
)
def test_what_computes_in_bf16_is_told_by_the_driver_and_the_kernel(gpus, flags, expected, monkeypatch, tmp_path):
    told = tmp_path / "cpuinfo"
    if flags is not None:
        told.write_text(flags)
    monkeypatch.setattr(devices, "cuda_devices", lambda: gpus)
    monkeypatch.setattr(devices, "CPUINFO", told)
    assert devices.computes_bf16() is expected
