"""The error of an accuracy, against repeated sampling."""

from __future__ import annotations

import numpy as np
import pytest

from labreport.sampling import sampling_error


def test_sampling_error_is_the_spread_of_repeated_sampling():
    rng = np.random.default_rng(0)
    accuracies = rng.binomial(1000, 0.85, 200_000) / 1000
    assert sampling_error(0.85, 1000) == pytest.approx(accuracies.std(), rel=0.01)


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_an_accuracy_at_its_end_has_no_error(accuracy):
    assert sampling_error(accuracy, 100) == 0
