"""Visible accelerators without torch."""

from __future__ import annotations

import pytest
import torch

from labreport.planning.devices import cuda_devices


def test_agrees_with_torch():
    assert cuda_devices() == torch.cuda.device_count()


@pytest.mark.parametrize("value", ["", "-1", " "])
def test_none_are_seen_where_the_environment_hides_them(monkeypatch, value):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    assert cuda_devices() == 0
