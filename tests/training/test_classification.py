from __future__ import annotations

import math

import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score

from labreport.errors import TrainingError
from labreport.training.classification import Classification

NAMES = ["a", "b", "c", "d"]
PLAIN = {"name": "cross_entropy", "parameters": {}}
CPU = torch.device("cpu")


@pytest.fixture
def batches() -> list[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    # class d never occurs
    return [(torch.randn(n, 4, generator=generator), torch.randint(3, (n,), generator=generator)) for n in (20, 20, 7)]


def test_tally_counts_as_scikit_learn(batches: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
    task = Classification(NAMES, PLAIN)
    tally = task.tally(CPU)
    for outputs, targets in batches:
        tally.add(outputs, targets)
    true = torch.cat([targets for _, targets in batches]).numpy()
    predicted = torch.cat([outputs for outputs, _ in batches]).argmax(1).numpy()
    assert tally.matrix() == confusion_matrix(true, predicted, labels=range(4)).tolist()
    assert tally.metrics() == {"accuracy": pytest.approx(accuracy_score(true, predicted), abs=1e-12)}
    head, rows = task.tables(tally)["per_class.csv"]
    assert head == ["class", "samples", "correct", "accuracy"]
    recalls = recall_score(true, predicted, labels=range(3), average=None)
    assert [row[3] for row in rows] == [*(pytest.approx(value) for value in recalls), None]
    head, rows = task.tables(tally)["confusion.csv"]
    assert head == ["true", "predicted", "count"]
    assert {(true, predicted) for true, predicted, _ in rows} == {(i, j) for i in NAMES for j in NAMES}
    assert sum(count for _, _, count in rows) == 47


def test_nothing_counted_is_no_accuracy() -> None:
    assert math.isnan(Classification(NAMES, PLAIN).tally(CPU).metrics()["accuracy"])


def test_loss_is_cross_entropy_with_its_parameters() -> None:
    outputs, targets = torch.tensor([[1.0, 2.0, 0.0, -1.0]]), torch.tensor([2])
    logs = outputs.log_softmax(1)
    assert Classification(NAMES, PLAIN).loss(outputs, targets).item() == pytest.approx(-logs[0, 2].item())
    smoothed = Classification(NAMES, {"name": "cross_entropy", "parameters": {"label_smoothing": 0.2}})
    expected = -(0.8 * logs[0, 2] + 0.2 * logs.mean()).item()
    assert smoothed.loss(outputs, targets).item() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ({"name": "hinge"}, "found 'hinge', allowed are cross_entropy"),
        ({"name": "cross_entropy", "parameters": {"smoothing": 0.1}}, "cross_entropy: .*smoothing"),
    ],
)
def test_unknown_loss_is_refused(loss: dict[str, object], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        Classification(NAMES, loss)


def test_a_tally_goes_on_from_where_another_was() -> None:
    generator = torch.Generator().manual_seed(0)
    parts = [(torch.randn(9, 3, generator=generator), torch.randint(3, (9,), generator=generator)) for _ in range(2)]
    task = Classification(["a", "b", "c"], {"name": "cross_entropy"})
    whole, first, second = (task.tally(torch.device("cpu")) for _ in range(3))
    for outputs, targets in parts:
        whole.add(outputs, targets)
    first.add(*parts[0])
    second.load_state_dict(first.state_dict())
    second.add(*parts[1])
    assert second.matrix() == whole.matrix() != first.matrix()
