"""The similarity task: a score for a pair of texts, judged by its correlation with the true scores."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from labreport.data.prepared import TOP_SCORE
from labreport.errors import TrainingError
from labreport.training.task import Said, Table

LOSSES = {"mse_loss": mse_loss}


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's correlation coefficient of two series, (n,) each; 0 where one of them is constant.

    A constant prediction orders nothing, so it counts as no correlation, and a run's table has no holes.
    """
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


class Similarity:
    """A score from 0 to `TOP_SCORE` for a pair; the model says a similarity from 0 to 1, and the loss compares there.

    Losses are recorded in squared units of the scores.

    Args:
        classes: there are none.
        loss: {"name": "mse_loss", "parameters": {...}}, parameters as in `torch.nn.functional`.

    Raises:
        TrainingError: another loss, or parameters that it does not take; data with classes.
    """

    metric = "pearson"
    loss_scale = TOP_SCORE**2

    def __init__(self, classes: list[str], loss: Mapping[str, Any]) -> None:
        if classes:
            raise TrainingError(f"task: similarity needs data with scores, found classes: {', '.join(classes)}")
        if loss["name"] not in LOSSES:
            raise TrainingError(f"loss: found {loss['name']!r}, allowed are {', '.join(sorted(LOSSES))}")
        self._loss = LOSSES[loss["name"]]
        self._parameters = dict(loss.get("parameters", {}))
        try:
            self.loss(torch.zeros(1), torch.zeros(1))
        except (TypeError, RuntimeError) as error:
            raise TrainingError(f"loss {loss['name']}: {error}") from error

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Similarities (batch,) and scores (batch,) -> mean over the batch on the scale of the similarities, ()."""
        return self._loss(outputs, targets / TOP_SCORE, **self._parameters)

    def judged_loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """As `loss`."""
        return self.loss(outputs, targets)

    def predictions(self, said: Said) -> dict[str, np.ndarray]:
        """`true` and `predicted` scores, float64 (n,), both from 0 to `TOP_SCORE`. Waits for the device."""
        true, predicted = (values.double().cpu().numpy() for values in (said.targets, said.outputs))
        return {"true": true, "predicted": TOP_SCORE * predicted}

    def metrics(self, predictions: Mapping[str, np.ndarray]) -> dict[str, float]:
        """{"pearson", "spearman"}, both in [-1, 1]."""
        true, predicted = predictions["true"], predictions["predicted"]
        ranks = (pd.Series(values).rank().to_numpy() for values in (true, predicted))
        return {"pearson": correlation(true, predicted), "spearman": correlation(*ranks)}

    def tables(self, predictions: Mapping[str, np.ndarray]) -> dict[str, Table]:
        """There are none."""
        return {}
