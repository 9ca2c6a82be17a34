from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr, spearmanr

from labreport.errors import TrainingError
from labreport.training.similarity import ScoreTally, Similarity, correlation

CPU = torch.device("cpu")
MSE = {"name": "mse_loss", "parameters": {}}


@pytest.fixture
def batches() -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Similarities in [0, 1] and scores in steps of a quarter, so that both have ties."""
    generator = torch.Generator().manual_seed(0)
    scores = [torch.randint(21, (n,), generator=generator) / 4 for n in (32, 32, 9)]
    return [((true / 5 + torch.randn(len(true), generator=generator) / 4).clamp(0, 1), true) for true in scores]


def test_correlations_are_those_of_scipy(batches: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
    task = Similarity([], MSE)
    tally = task.tally(CPU)
    for outputs, targets in batches:
        tally.add(outputs, targets)
    predicted, true = (torch.cat(parts).double().numpy() for parts in zip(*batches, strict=True))
    assert tally.metrics() == {
        "pearson": pytest.approx(pearsonr(true, predicted)[0], abs=1e-12),
        "spearman": pytest.approx(spearmanr(true, predicted)[0], abs=1e-12),
    }
    head, rows = task.tables(tally)["predictions.csv"]
    assert head == ["score", "predicted"]
    np.testing.assert_allclose(rows, np.stack([true, 5 * predicted], 1))


def test_the_loss_compares_similarities_and_is_recorded_in_units_of_the_scores() -> None:
    task = Similarity([], MSE)
    outputs, scores = torch.tensor([0.2, 0.9]), torch.tensor([0.0, 5.0])
    assert task.loss(outputs, scores).item() == pytest.approx((0.2**2 + 0.1**2) / 2)
    on_their_scale = ((5 * outputs - scores) ** 2).mean().item()
    assert task.loss(outputs, scores).item() * task.loss_scale == pytest.approx(on_their_scale)


def test_a_constant_prediction_correlates_with_nothing() -> None:
    assert correlation(np.arange(4.0), np.full(4, 0.5)) == 0.0


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


def test_a_tally_goes_on_from_where_another_was() -> None:
    generator = torch.Generator().manual_seed(0)
    parts = [(torch.rand(9, generator=generator), torch.rand(9, generator=generator)) for _ in range(3)]
    whole, first, second = ScoreTally(), ScoreTally(), ScoreTally()
    for outputs, targets in parts:
        whole.add(outputs, targets)
    for outputs, targets in parts[:2]:
        first.add(outputs, targets)
    second.load_state_dict(first.state_dict())
    second.add(*parts[2])
    for found, expected in zip(second.scores(), whole.scores(), strict=True):
        np.testing.assert_array_equal(found, expected, strict=True)
