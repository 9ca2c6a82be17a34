"""Usable accelerators without torch."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from labreport.jobs import driver
from labreport.jobs.lease import SCHEDULERS
from labreport.planning import devices
from labreport.planning.devices import Driver


@pytest.fixture(autouse=True)
def _unset(monkeypatch):
    """No variable of this machine's own says anything about devices, and no answer is kept."""
    for name in ("CUDA_VISIBLE_DEVICES", *SCHEDULERS):
        monkeypatch.delenv(name, raising=False)
    devices._ask.cache_clear()
    yield
    devices._ask.cache_clear()


@pytest.fixture
def answers(monkeypatch):
    """Lets the driver give an answer."""

    def give(answer: Driver | None) -> None:
        monkeypatch.setattr(devices, "_driver", lambda: answer)

    return give


def test_agrees_with_torch():
    assert devices.cuda_devices() == torch.cuda.device_count()
    assert devices.torch_cuda() == torch.version.cuda


@pytest.mark.parametrize("value", ["", "-1", " "])
def test_none_are_seen_where_the_environment_hides_them(monkeypatch, answers, value):
    answers(Driver(0, 2, 99000))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    assert devices.cuda_devices() == 0
    assert "hides" in devices.cuda_obstacle()


@pytest.mark.parametrize(("version", "count"), [(12080, 0), (13000, 2), (13020, 2), (14000, 2)])
def test_a_driver_too_old_for_torch_counts_as_none(monkeypatch, answers, version, count):
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
def test_why_there_is_none_is_said(answers, answer, obstacle):
    answers(answer)
    assert devices.cuda_devices() == 0
    assert devices.cuda_obstacle() == obstacle
    assert devices.gpus() is None


def test_as_many_jobs_as_devices_but_one_where_a_scheduler_chose_them(monkeypatch, answers):
    answers(Driver(0, 4, 99000))
    assert devices.gpus() == 4
    for name in SCHEDULERS:
        with monkeypatch.context() as one:
            one.setenv(name, "0,1,2,3")
            assert devices.gpus() == 1, name


def test_planning_itself_never_initialises_cuda(monkeypatch, tmp_path):
    """What it loads has no functions to call; the answer comes from another process."""
    asked = tmp_path / "driver.py"
    asked.write_text('print(\'{"error": 0, "devices": 3, "version": 99000}\')')
    monkeypatch.setattr(devices, "ctypes", SimpleNamespace(CDLL=lambda name: object()))
    monkeypatch.setattr(driver, "__file__", str(asked))
    assert devices.cuda_devices() == 3


def test_the_other_process_sees_the_same_devices(monkeypatch, tmp_path):
    """Its answer is kept for the CUDA_VISIBLE_DEVICES that it was given for."""
    asked = tmp_path / "driver.py"
    asked.write_text(
        "import json, os\n"
        "count = len(os.environ['CUDA_VISIBLE_DEVICES'].split(','))\n"
        "print(json.dumps({'error': 0, 'devices': count, 'version': 99000}))\n"
    )
    monkeypatch.setattr(devices, "ctypes", SimpleNamespace(CDLL=lambda name: object()))
    monkeypatch.setattr(driver, "__file__", str(asked))
    for value, count in (("2,3", 2), ("1", 1), ("2,3", 2)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
        assert devices.cuda_devices() == count


@pytest.mark.parametrize(
    "body",
    ["import time; time.sleep(60)", "import os; os.abort()", "print('no JSON')", "print([])", "print('{}')", "1 / 0"],
)
def test_a_driver_that_hangs_or_crashes_takes_nothing_with_it(monkeypatch, tmp_path, body):
    asked = tmp_path / "driver.py"
    asked.write_text(body)
    monkeypatch.setattr(devices, "ctypes", SimpleNamespace(CDLL=lambda name: object()))
    monkeypatch.setattr(driver, "ANSWER_S", 0.5)
    monkeypatch.setattr(driver, "__file__", str(asked))
    assert devices.cuda_devices() == 0
    assert "does not answer" in devices.cuda_obstacle()
