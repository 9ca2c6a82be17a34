"""What the training benchmark divides by what."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from benchmarks import processor, training
from benchmarks.comparison import Comparison, NotMeasured

MILAN = "processor : 0\ncpu MHz : 2445.4\nflags : fpu sse2 avx fma avx2\nbogomips : 1\n"


def test_the_costliest_convolution_is_that_of_most_layers_times_operations() -> None:
    """ResNet-34's third stage has eleven convolutions of 256 channels, more than any other stage has of its own."""
    found = training.costliest("myresnet34", 2)
    assert found.what == "3x3, 256 to 256 channels, 8x8"
    assert found.flops == 3 * 2 * (2 * 256 * 8 * 8) * (256 * 3 * 3)
    found()


def test_operations_of_a_batch_are_those_of_an_image_times_its_size() -> None:
    once, twice = training.training_flops("lenet5", 1), training.training_flops("lenet5", 2)
    assert twice == 2 * once
    convolutions = 2 * (6 * 28 * 28 * 3 * 25 + 16 * 10 * 10 * 6 * 25)
    linear = 2 * (400 * 120 + 120 * 84 + 84 * 10)
    first = 2 * 6 * 28 * 28 * 3 * 25  # whose input needs no gradient
    assert once == 3 * (convolutions + linear) - first


def test_the_projects_own_loop_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"STEPS": 2, "PRODUCTS": 1, "CONVOLUTIONS": 1, "PAIRS": 2, "BATCH": 2, "MATRIX": 32}.items():
        monkeypatch.setattr(training, name, value)
    monkeypatch.setattr(training, "LENGTH", 4)
    monkeypatch.setattr(training, "RESNET", "lenet5")
    monkeypatch.setattr(training, "peak", lambda threads: 1e9 * threads)
    against_peak, *others = training.resnet()
    assert isinstance(against_peak, Comparison)
    assert against_peak.compared_with == f"{torch.get_num_threads()} GFLOP/s, peak of the cores"
    for row in (against_peak, *others, training.lstm()):
        assert row.ratio > 0
        assert row.what.endswith("median of 2 pairs")
    monkeypatch.setattr(training, "peak", lambda threads: 0.0)
    assert isinstance(training.resnet()[0], NotMeasured)


def test_bf16_is_compared_with_fp32_where_the_cpu_has_it_and_said_to_be_missing_where_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training, "has_bf16", lambda device: False)
    assert training.bf16("cnn4").cells == (
        "cnn4 training, bf16, batch 1024",
        "not measured: this CPU does not compute bf16",
        "",
        "",
        "at least 1.60",
        "",
    )
    asked = []

    def train(name: str, size: int, *, autocast: torch.dtype | None) -> object:
        asked.append(autocast)
        seconds = 1.0 if autocast else 2.0
        return iter([SimpleNamespace(train_seconds=seconds)] * 9)

    monkeypatch.setattr(training, "has_bf16", lambda device: True)
    monkeypatch.setattr(training, "train", train)
    row = training.bf16("cnn4")
    assert asked == [torch.bfloat16, None]
    assert (row.ratio, row.aim, row.met) == (2.0, 1.6, "yes")


def test_bf16_reaches_the_networks_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "STEPS", 1)
    kinds = []
    packaged = torch.nn.Conv2d.forward

    def forward(layer: torch.nn.Conv2d, images: torch.Tensor) -> torch.Tensor:
        out = packaged(layer, images)
        kinds.append(out.dtype)
        return out

    monkeypatch.setattr(torch.nn.Conv2d, "forward", forward)
    next(training.train("lenet5", 2, autocast=torch.bfloat16))
    assert set(kinds) == {torch.bfloat16}


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        (MILAN, ("avx2+fma", 32)),
        (MILAN.replace("avx2", "avx2 avx512f"), ("avx512f", 64)),
        (MILAN.replace("fma avx2", ""), ("avx", 16)),
        ("Features\t: fp asimd evtstrm\n", ("asimd", 16)),
        ("model name : unknown\n", None),
    ],
)
def test_flops_per_cycle_are_those_of_the_widest_extension(cpuinfo: str, expected: tuple[str, int] | None) -> None:
    assert processor.extension(cpuinfo) == expected


def test_the_peak_is_cores_times_clock_times_flops_per_cycle(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(processor, "clock", lambda: 3e9)
    monkeypatch.setattr(processor.psutil, "cpu_count", lambda logical: 2)
    assert processor.peak(4) == 0
    processor.CPUINFO.write_text(MILAN)
    assert processor.peak(1) == 1 * 3e9 * 32
    assert processor.peak(4) == 2 * 3e9 * 32  # two threads of a core share its units


def test_the_clock_is_that_of_a_processor() -> None:
    assert 0.5e9 < processor.clock() < 7e9
