from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score

from labreport.errors import TrainingError
from labreport.training.classification import Classification
from labreport.training.task import Said

NAMES = ["a", "b", "c", "d"]
PLAIN = {"name": "cross_entropy", "parameters": {}}


@pytest.fixture
def said() -> Said:
    generator = torch.Generator().manual_seed(0)
    # class d never occurs
    return Said(torch.randn(47, 4, generator=generator), torch.randint(3, (47,), generator=generator))


def test_what_is_measured_is_what_scikit_learn_measures(said: Said) -> None:
    task = Classification(NAMES, PLAIN)
    kept = task.predictions(said)
    true, predicted = said.targets.numpy(), said.outputs.argmax(1).numpy()
    np.testing.assert_array_equal(kept["true"], true)
    np.testing.assert_array_equal(kept["predicted"], predicted)
    exact = np.exp(said.outputs.double().numpy())
    exact /= exact.sum(1, keepdims=True)
    np.testing.assert_allclose(kept["probabilities"], exact, rtol=2**-11)
    assert [kept[name].dtype for name in kept] == [np.uint8, np.uint8, np.float16]
    assert task.metrics(kept) == {"accuracy": pytest.approx(accuracy_score(true, predicted), abs=1e-12)}
    head, rows = task.tables(kept)["per_class.csv"]
    assert head == ["class", "samples", "correct", "accuracy"]
    recalls = recall_score(true, predicted, labels=range(3), average=None)
    assert [row[3] for row in rows] == [*(pytest.approx(value) for value in recalls), None]
    head, rows = task.tables(kept)["confusion.csv"]
    assert head == ["true", "predicted", "count"]
    assert [(true, predicted) for true, predicted, _ in rows] == [(i, j) for i in NAMES for j in NAMES]
    assert [count for _, _, count in rows] == confusion_matrix(true, predicted, labels=range(4)).ravel().tolist()


def test_no_sample_is_no_accuracy() -> None:
    nothing = Said(torch.empty(0, 4), torch.empty(0, dtype=torch.int64))
    task = Classification(NAMES, PLAIN)
    assert math.isnan(task.metrics(task.predictions(nothing))["accuracy"])


def test_loss_is_cross_entropy_with_its_parameters() -> None:
    outputs, targets = torch.tensor([[1.0, 2.0, 0.0, -1.0]]), torch.tensor([2])
    logs = outputs.log_softmax(1)
    assert Classification(NAMES, PLAIN).loss(outputs, targets).item() == pytest.approx(-logs[0, 2].item())
    smoothed = Classification(NAMES, {"name": "cross_entropy", "parameters": {"label_smoothing": 0.2}})
    expected = -(0.8 * logs[0, 2] + 0.2 * logs.mean()).item()
    assert smoothed.loss(outputs, targets).item() == pytest.approx(expected)
    assert smoothed.judged_loss(outputs, targets).item() == pytest.approx(-logs[0, 2].item())


def test_evaluation_leaves_out_smoothing_and_nothing_else() -> None:
    outputs, targets = torch.tensor([[1.0, 2.0, 0.0, -1.0], [0.5, 0.0, 3.0, 1.0]]), torch.tensor([2, 0])
    parameters = {"label_smoothing": 0.2, "reduction": "sum"}
    task = Classification(NAMES, {"name": "cross_entropy", "parameters": parameters})
    logs = outputs.log_softmax(1)
    assert task.judged_loss(outputs, targets).item() == pytest.approx(-(logs[0, 2] + logs[1, 0]).item())


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
