"""Results held in memory, for claims that are decided on frames."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from labreport.results import Results


class FrameResults(Results):
    """Results whose curves are given: `curves[experiment]` is a list of validation accuracies per seed.

    They come from so many samples that only seeds are left to doubt, unless a test says otherwise.
    """

    def __init__(self, curves, datasets=None, classes=2, measurement=None, samples=10**12):
        datasets = datasets or {}
        entries = {name: {"dataset": datasets.get(name, "cifar10")} for name in curves}
        super().__init__({"name": "some_claim", "experiments": entries})
        self.curves, self.classes, self.frame, self.samples = curves, classes, measurement, samples

    def metrics(self, experiment):
        rows = [
            {"epoch": epoch, "val_accuracy": value, "seed": seed}
            for seed, curve in enumerate(self.curves[experiment])
            for epoch, value in enumerate(curve, start=1)
        ]
        return pd.DataFrame(rows).sample(frac=1, random_state=0)  # claims must not rely on the order of rows

    def summary(self, experiment):
        classes = [f"class {index}" for index in range(self.classes)]
        sizes = {"train_samples": 2 * self.samples, "val_samples": self.samples}
        return pd.DataFrame(
            [{"seed": seed, "classes": classes, **sizes} for seed in range(len(self.curves[experiment]))]
        )

    def measurement(self, name, columns=("implementation",)):
        return pd.DataFrame(self.frame)


@pytest.fixture
def frames() -> type[FrameResults]:
    """`frames({"mycnn": [[0.5, 0.8], [0.5, 0.9]]})`: two seeds of two epochs."""
    return FrameResults


@pytest.fixture
def in_both_languages() -> Callable[..., None]:
    """Check that a verdict's reason says the same numbers in both languages."""

    def check(verdict, *numbers: str) -> None:
        assert set(verdict.reason) == {"zh", "en"}
        for sentence in verdict.reason.values():
            assert all(number in sentence for number in numbers), sentence

    return check
