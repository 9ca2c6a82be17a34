"""A run between its epochs: what is told of it, with epochs whose numbers are given."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from labreport.data.prepared import Prepared
from labreport.training import session
from labreport.training.loop import Epoch
from labreport.training.session import Session
from labreport.training.task import Said
from tests.small_runs import spec

CPU = torch.device("cpu")
EPOCHS = 4
# The second epoch is the best by validation, and by nothing else; the third is as good.
VALIDATION = (0.1, 0.7, 0.7, 0.2)
TEST = (0.9, 0.3, 0.5, 0.8)


def begun(data: dict[str, Prepared], name: str, **training: Any) -> Session:
    vectors = np.eye(4, 3, -1, np.float32) if name == "pairs" else None
    return Session(spec(name, epochs=EPOCHS, **training), data[name], CPU, vectors)


def counts(name: str) -> Said:
    """Stands for what was said in an epoch; its tables name it."""
    return Said(torch.tensor(len(name)), torch.tensor(int(name[-1])))


def told(name: str) -> Iterator[Epoch]:
    """Epochs of a run with a metric of that name, and with a test split where it is `pearson`."""
    for number, (validation, test) in enumerate(zip(VALIDATION, TEST, strict=True), start=1):
        metrics = [{name: value, "other": -value} for value in (number / 10, validation, test)]
        beside = (number + 0.75, metrics[2], counts(f"test {number}")) if name == "pearson" else ()
        times = (10.0 * number, 2.0 * number)  # of the epoch, and of its training
        losses = (number + 0.25, metrics[0], number + 0.5, metrics[1])
        yield Epoch(number, *losses, 0.01 * number, *times, 24, counts(f"val {number}"), *beside)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Epochs are `told`, and tables say of which counts they are."""
    monkeypatch.setattr(session, "fit", lambda parts, task, *_, **__: told(task.metric))
    for task in ("classification:Classification", "similarity:Similarity"):
        module, _, name = task.partition(":")
        monkeypatch.setattr(f"labreport.training.{module}.{name}.predictions", lambda _, said: said)
        monkeypatch.setattr(
            f"labreport.training.{module}.{name}.tables",
            lambda _, said: f"{'test' if said.outputs == len('test 1') else 'val'} {said.targets}",
        )


@pytest.mark.usefixtures("given")
def test_a_row_is_what_its_epoch_measured(data: dict[str, Prepared]) -> None:
    rows = list(begun(data, "pairs").epochs())
    assert rows[1] == {
        **{"epoch": 2, "train_loss": 2.25, "train_pearson": 0.2, "train_other": -0.2},
        **{"val_loss": 2.5, "val_pearson": 0.7, "val_other": -0.7},
        **{"test_loss": 2.75, "test_pearson": 0.3, "test_other": -0.3},
        **{"learning_rate": 0.02, "seconds": 20.0, "samples_per_second": 24 / 4.0},
    }
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert not any(name.startswith("test_") for row in begun(data, "texts").epochs() for name in row)


@pytest.mark.usefixtures("given")
def test_of_a_test_split_the_epoch_counts_that_validation_chose(data: dict[str, Prepared]) -> None:
    """The first of the best, so that nothing is chosen on the test; what training and validation say is the last's."""
    found = begun(data, "pairs")
    last = list(found.epochs())[-1]
    summary = found.summary()
    parameters = sum(value.numel() for value in found.parts.model.state_dict().values())
    assert summary == {
        **{"parameters": parameters, "train_samples": 24, "val_samples": 9, "test_samples": 10, "classes": []},
        **{name: value for name, value in last.items() if name.startswith(("train_", "val_"))},
        **{"epochs": 4, "steps": 12, "best_epoch": 2, "best_val_pearson": 0.7, "val_loss_at_best": 2.5},
        **{"test_loss": 2.75, "test_pearson": 0.3, "test_other": -0.3},
        # of a run of 100 seconds, 20 of which it trained
        **{"seconds": 100.0, "samples_per_second": 24 * 4 / 20},
    }
    assert found.tables() == "test 2"


@pytest.mark.usefixtures("given")
def test_without_a_test_split_the_last_validation_counts(data: dict[str, Prepared]) -> None:
    found = begun(data, "images")
    list(found.epochs())
    summary = found.summary()
    assert (summary["best_epoch"], summary["best_val_accuracy"], summary["val_accuracy"]) == (2, 0.7, 0.2)
    assert summary["classes"] == ["dark", "bright"]
    assert not [name for name in summary if name.startswith("test_") or name == "val_loss_at_best"]
    assert found.tables() == "val 4"


def test_training_samples_are_evaluated_as_they_are_after_the_last_epoch(data: dict[str, Prepared]) -> None:
    mean, std = [0.4, 0.5, 0.6], [0.2, 0.3, 0.25]
    found = begun(data, "images", normalize={"mean": mean, "std": std}, augment=[{"name": "crop", "padding": 4}])
    list(found.epochs())
    found.look_back()
    model = found.parts.model.eval()
    images = v2.Normalize(mean, std)(torch.from_numpy(data["images"].train_inputs) / 255)
    targets = torch.from_numpy(data["images"].train_labels).long()
    with torch.no_grad():
        logits = model(images)
    summary = found.summary()
    assert summary["seen_loss"] == pytest.approx(torch.nn.functional.cross_entropy(logits, targets).item(), rel=1e-4)
    assert summary["seen_accuracy"] == pytest.approx((logits.argmax(1) == targets).double().mean().item())
    assert summary["seen_loss"] != summary["train_loss"]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [({}, torch.float32), ({"precision": "fp32"}, torch.float32), ({"precision": "bf16"}, torch.bfloat16)],
)
def test_a_run_computes_in_the_precision_that_is_declared(
    declared: dict[str, str], expected: torch.dtype, data: dict[str, Prepared], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    what = spec("images")
    what["training"] = {name: value for name, value in what["training"].items() if name != "precision"} | declared
    found = Session(what, data["images"], CPU)
    types: list[torch.dtype] = []
    found.parts.model.conv1.register_forward_hook(lambda _, inputs, output: types.append(output.dtype))
    list(found.epochs())
    trained = len(types)
    found.look_back()
    assert len(types) > trained > 0
    assert set(types) == {expected}


def same(one: Any, other: Any) -> None:
    """Two nested states are the same to the bit."""
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        same(list(one.values()), list(other.values()))
    elif isinstance(one, (list, tuple)):
        for each in zip(one, other, strict=True):
            same(*each)
    else:
        assert one == other


def kept(found: Session, after: int) -> dict[str, Any]:
    """The state of a session after an epoch, as a file hands it on."""
    while len(found.rows) < after:
        next(found.epochs())
    content = io.BytesIO()
    torch.save(found.state_dict(), content)
    content.seek(0)
    state: dict[str, Any] = torch.load(content, weights_only=True)
    return state


def untimed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if "second" not in name} for row in rows]


@pytest.mark.parametrize(("name", "after"), [("images", 2), ("texts", 2), ("pairs", 1), ("pairs", 3)])
def test_a_session_goes_on_where_another_was(name: str, after: int, data: dict[str, Prepared]) -> None:
    whole = begun(data, name)
    list(whole.epochs())
    draws = torch.get_rng_state()
    state = kept(begun(data, name), after)
    again = begun(data, name)
    again.load_state_dict(state, after)
    same(again.state_dict(), state)
    assert [row["epoch"] for row in again.epochs()] == list(range(after + 1, EPOCHS + 1))
    assert untimed(again.rows) == untimed(whole.rows)
    assert again.tables() == whole.tables()
    same(again.parts.model.state_dict(), whole.parts.model.state_dict())
    assert torch.equal(torch.get_rng_state(), draws)
    # the seconds before count, too
    trained = sum(24 / row["samples_per_second"] for row in again.rows)
    assert again.summary()["samples_per_second"] == pytest.approx(24 * EPOCHS / trained)


def test_a_state_of_another_epoch_is_refused(data: dict[str, Prepared]) -> None:
    state = kept(begun(data, "texts"), 2)
    for epoch in (1, 3):
        with pytest.raises(ValueError, match=f"it has 2 rows of metrics, not those of {epoch} epochs"):
            begun(data, "texts").load_state_dict(state, epoch)


def test_the_filters_are_the_weights_of_the_first_convolution(data: dict[str, Prepared]) -> None:
    found = begun(data, "images")
    filters = found.filters()
    assert filters is not None
    np.testing.assert_array_equal(filters, dict(found.parts.model.named_parameters())["conv1.weight"].detach().numpy())
    assert begun(data, "texts").filters() is None
