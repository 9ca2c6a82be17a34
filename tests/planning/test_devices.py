"""Usable accelerators without torch."""

from __future__ import annotations

import ctypes

import pytest
import torch

from labreport.planning import devices


class Driver:
    """A driver's library with two devices and a CUDA version."""

    def __init__(self, version: int) -> None:
        self.version = version

    def cuDriverGetVersion(self, out) -> int:
        ctypes.cast(out, ctypes.POINTER(ctypes.c_int))[0] = self.version
        return 0

    def cuDeviceGetCount(self, out) -> int:
        ctypes.cast(out, ctypes.POINTER(ctypes.c_int))[0] = 2
        return 0


def test_agrees_with_torch():
    assert devices.cuda_devices() == torch.cuda.device_count()
    assert devices.torch_cuda() == torch.version.cuda


@pytest.mark.parametrize("value", ["", "-1", " "])
def test_none_are_seen_where_the_environment_hides_them(monkeypatch, value):
    monkeypatch.setattr(devices, "_driver", lambda: Driver(99000))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    assert devices.cuda_devices() == 0
    assert "hides" in devices.cuda_obstacle()


@pytest.mark.parametrize(("version", "count"), [(12080, 0), (13000, 2), (13020, 2), (14000, 2)])
def test_a_driver_too_old_for_torch_counts_as_none(monkeypatch, version, count):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(devices, "_driver", lambda: Driver(version))
    monkeypatch.setattr(devices, "torch_cuda", lambda: "13.0")
    assert devices.cuda_devices() == count
    if not count:
        assert devices.cuda_obstacle() == ("the NVIDIA driver supports CUDA 12.8, torch needs 13.0: update the driver")


def test_no_driver_is_said(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(devices, "_driver", lambda: None)
    assert devices.cuda_devices() == 0
    assert devices.cuda_obstacle() == "no CUDA device visible"
