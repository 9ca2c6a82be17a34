"""What the time of a training step is said to be spent on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from benchmarks import profile


def event(name: str, microseconds: float = 0.0, above: SimpleNamespace | None = None) -> SimpleNamespace:
    return SimpleNamespace(name=name, self_cpu_time_total=microseconds, cpu_parent=above)


def test_an_operator_counts_by_the_part_that_it_is_in_else_by_its_name_and_the_rest_is_pythons() -> None:
    batch, step = event(profile.BATCH, 5.0), event("Optimizer.step#Adam.step", 1.0)
    node = event("autograd::engine::evaluate_function: ConvolutionBackward0", 7.0)
    events = [
        batch,
        event("aten::mm", 10.0, event("aten::index", above=batch)),
        step,
        event("aten::_fused_adam_", 20.0, step),
        event("aten::mkldnn_convolution", 100.0, event("aten::conv2d")),
        event("aten::convolution_backward", 200.0, node),
        event("aten::addmm", 50.0),
        event("aten::max_pool2d_with_indices", 30.0),
        node,
        event("aten::nll_loss_backward", 3.0),
    ]
    spent = profile.split(events, 500e-6)
    assert {name: round(1e6 * seconds) for name, seconds in spent.items()} == {
        "batch": 15,
        "optimizer": 21,
        "arithmetic": 350,
        "layers": 30,
        "loss": 3,
        "Python": 81,
    }


@pytest.mark.parametrize(("name", "length"), [("lenet5", None), ("bilstm2", 3)])
def test_the_parts_of_a_real_step_make_up_its_time(monkeypatch: pytest.MonkeyPatch, name, length) -> None:
    packaged = profile.spec
    monkeypatch.setattr(profile, "spec", lambda one, **training: packaged(one, batch_size=4, **training))
    bare, whole, spent = profile.seconds(name, length, 2, 1)
    assert len(bare) == 1
    assert spent.total() == pytest.approx(whole)
    assert set(spent) == set(profile.SHARES)
    assert min(spent.values()) > 0
