from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr, spearmanr

from labreport.errors import TrainingError
from labreport.training.similarity import Similarity, correlation
from labreport.training.task import Said

MSE = {"name": "mse_loss", "parameters": {}}


def test_correlations_are_those_of_scipy() -> None:
    generator = torch.Generator().manual_seed(0)
    scores = torch.randint(21, (73,), generator=generator) / 4  # similarities and scores both have ties
    said = Said((scores / 5 + torch.randn(73, generator=generator) / 4).clamp(0, 1), scores)
    task = Similarity([], MSE)
    predicted, true = said.outputs.double().numpy(), scores.double().numpy()
    kept = task.predictions(said)
    assert task.metrics(kept) == {
        "pearson": pytest.approx(pearsonr(true, predicted)[0], abs=1e-12),
        "spearman": pytest.approx(spearmanr(true, predicted)[0], abs=1e-12),
    }
    np.testing.assert_allclose(np.stack([kept["true"], kept["predicted"]]), np.stack([true, 5 * predicted]))


def test_the_loss_compares_similarities_and_is_recorded_in_units_of_the_scores() -> None:
    task = Similarity([], MSE)
    outputs, scores = torch.tensor([0.2, 0.9]), torch.tensor([0.0, 5.0])
    assert task.loss(outputs, scores).item() == pytest.approx((0.2**2 + 0.1**2) / 2)
    on_their_scale = ((5 * outputs - scores) ** 2).mean().item()
    assert task.loss(outputs, scores).item() * task.loss_scale == pytest.approx(on_their_scale)
    assert task.judged_loss(outputs, scores) == task.loss(outputs, scores)


def test_a_constant_prediction_correlates_with_nothing() -> None:
    assert correlation(np.arange(4.0), np.full(4, 0.5)) == 0.0
    assert correlation(np.full(4, 0.5), np.arange(4.0)) == 0.0
    assert correlation(np.array([0.0, 1.0, 1.0]), np.array([3.0, 5.0, 5.0])) == pytest.approx(1.0)


def test_a_loss_without_parameters_is_the_plain_one() -> None:
    outputs, scores = torch.tensor([0.2, 0.9]), torch.tensor([0.0, 5.0])
    assert Similarity([], {"name": "mse_loss"}).loss(outputs, scores) == Similarity([], MSE).loss(outputs, scores)


@pytest.mark.parametrize(
    ("classes", "loss", "message"),
    [
        (["cat"], MSE, "similarity needs data with scores, found classes: cat"),
        ([], {"name": "cross_entropy"}, "found 'cross_entropy', allowed are mse_loss"),
        ([], {"name": "mse_loss", "parameters": {"margin": 1}}, "loss mse_loss: .*margin"),
    ],
)
def test_what_does_not_fit_is_refused(classes: list[str], loss: dict[str, object], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        Similarity(classes, loss)
