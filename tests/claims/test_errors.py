"""How often claims are decided wrongly at the null, by simulation: 5 %, within the error of the simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labreport.claims import estimates
from labreport.claims.estimates import Estimate, between, ratio
from labreport.claims.ratio import COLUMNS, of_medians
from labreport.claims.verdict import Evidence, weigh
from labreport.measurements.lstm_cost import quartiles
from labreport.quantities.values import Measured, Samples
from tests.claims.test_estimates import answered

SIZE = 250


def decided(evidence: Evidence) -> bool:
    p = weigh([evidence])[2]
    assert p is not None
    return p <= 0.05


def near(rate: float, trials: int, least: float = 0.05) -> bool:
    """Whether a rate is 5 %, or between `least` and that, to three standard errors."""
    error = 3 * np.sqrt(0.05 * 0.95 / trials)
    return least - error <= rate <= 0.05 + error


def runs(rng: np.random.Generator, easy: np.ndarray, seeds: int, scatter: float) -> Measured:
    """Runs whose answers depend on how easy a sample is, on how a method sees it, and on the seed."""
    seen = easy + rng.normal(size=(SIZE, 1)) + scatter * rng.normal(size=(1, seeds)) * (seeds > 1)
    return answered((seen + rng.logistic(size=(SIZE, seeds)) > 0).astype(float))


@pytest.mark.parametrize("scatter", [0.0, 0.3])
@pytest.mark.parametrize("seeds", [1, 3, 5, 10])
def test_of_equal_accuracies_one_is_called_better_in_five_percent(seeds, scatter):
    """Of the trained models only where there is one seed, on samples drawn anew; of methods where there are more."""
    rng, trials = np.random.default_rng([seeds, int(10 * scatter)]), 500
    wrong = 0
    for _ in range(trials):
        easy = rng.normal(0.5, 1.2, (SIZE, 1))
        one, other = (runs(rng, easy, seeds, scatter) for _ in range(2))
        wrong += decided(Evidence.at_least(between(one, other), 0.0))
    assert near(wrong / trials, trials, least=0.03)


@pytest.mark.parametrize("seeds", [1, 3])
def test_at_the_margin_close_is_decided_in_five_percent(seeds):
    """Values whose true difference is the margin itself; half of the errors call it close."""
    rng, trials = np.random.default_rng(seeds), 2000
    error = 0.02 if seeds == 1 else 0.0
    wrong, close = 0, 0
    for _ in range(trials):
        one, other = (
            Measured(pd.Series(rng.normal(mean, 0.02, seeds)), error / np.sqrt(2) if seeds > 1 else 0.02)
            for mean in (0.2, 0.0)
        )
        evidence = Evidence.within(between(one, other), 0.2)
        wrong += decided(evidence)
        close += decided(evidence) and evidence.supports < evidence.refutes
    assert near(wrong / trials, trials)
    assert near(2 * close / trials, trials / 2)


def test_of_equal_correlations_of_single_runs_one_is_called_better_in_five_percent(monkeypatch):
    monkeypatch.setattr(estimates, "DRAWS", 399)
    rng, trials, wrong = np.random.default_rng(3), 300, 0
    for _ in range(trials):
        score = rng.normal(size=SIZE)
        found = []
        for _ in range(2):
            said = score + 0.8 * rng.normal(size=SIZE)
            r = float(np.corrcoef(score, said)[0, 1])
            samples = Samples(score, np.zeros((SIZE, 1)), scores=np.column_stack([score, said]))
            found.append(Measured(pd.Series([r]), samples=samples))
        wrong += decided(Evidence.at_least(between(*found), 0.0))
    assert near(wrong / trials, trials)


@pytest.mark.parametrize("seeds", [1, 3])
def test_of_equal_costs_one_is_called_dearer_in_five_percent(seeds, monkeypatch):
    monkeypatch.setattr(estimates, "DRAWS", 399)
    rng, trials, wrong = np.random.default_rng(seeds), 600, 0
    for _ in range(trials):
        found = []
        for _ in range(2):
            times = {seed: rng.lognormal(0.1 * rng.normal() * (seeds > 1), 0.1, 20) for seed in range(seeds)}
            medians = pd.Series({seed: float(np.median(one)) for seed, one in times.items()})
            found.append(Measured(medians, repeats=times))
        wrong += decided(Evidence.at_least(ratio(*found), 0.0))
    assert near(wrong / trials, trials)


@pytest.mark.parametrize(
    ("repeats", "scatter", "least", "most"),
    [(3, 1.0, 0.0, 0.05), (5, 1.0, 0.04, 0.06), (7, 1.0, 0.04, 0.06), (15, 1.0, 0.04, 0.06), (5, 0.1, 0.05, 0.08)],
)
def test_of_equally_fast_implementations_one_is_called_dearer_in_about_five_percent(repeats, scatter, least, most):
    rng, trials, wrong = np.random.default_rng(repeats), 4000, 0
    for times in rng.normal(20.0, [[1.0], [scatter]], (trials, 2, repeats)):
        rows = [
            dict(zip(COLUMNS, ("", middle, low, high, repeats), strict=True))
            for low, middle, high in map(quartiles, times.tolist())
        ]
        wrong += decided(Evidence.at_least(of_medians(*rows), 0.0))
    assert least <= wrong / trials <= most


def test_of_several_rivals_none_is_called_better_more_often():
    """Against the best of several that are all alike: errors do not grow with their number."""
    rng, trials, wrong = np.random.default_rng(9), 2000, 0
    for _ in range(trials):
        values = rng.normal(size=6)
        leads = [Evidence.at_least(Estimate(values[0] - other, np.sqrt(2)), 0.0) for other in values[1:]]
        p = weigh(leads)[2]
        wrong += p is not None and p <= 0.05
    assert wrong / trials <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / trials)
