"""Results held in memory, for claims that are decided on frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from labreport.results import Results, Run


class FrameResults(Results):
    """Results whose curves are given: `curves[experiment]` is a list of validation accuracies per seed.

    They come from so many samples that only seeds are left to doubt, unless a test says otherwise. Training accuracies
    lie `ahead` of them. With `metric="pearson"` the curves are correlations of a similarity, on the test split `behind`
    those on the validation split.
    """

    def __init__(
        self, curves, datasets=None, classes=2, measurement=None, samples=10**12, *,
        metric="accuracy", ahead=0.0, behind=0.0, published=None, scale="full", bases=None, train_samples=None,
        seconds=None, machines=None,
    ):  # fmt: skip
        datasets, bases, self.published_of = datasets or {}, bases or {}, published or {}
        entries = {name: {"dataset": datasets.get(name, "cifar10"), "base": bases.get(name)} for name in curves}
        for name, stated in self.published_of.items():
            entries.setdefault(name, {"dataset": "cifar10"})["published"] = stated
        for entry in entries.values():
            entry["as_published"] = scale == "full"
        super().__init__({"name": "some_claim", "scale": scale, "experiments": entries})
        self.curves, self.classes, self.frame, self.samples = curves, classes, measurement, samples
        self.kind, self.ahead, self.behind = metric, ahead, behind
        self.train_samples, self.seconds, self.machines = train_samples or {}, seconds or {}, machines or {}

    def seeded(self, experiment):
        """The curves with their seeds, which are not 0 to n - 1."""
        return [(4 * place + 3, curve) for place, curve in enumerate(self.curves[experiment])]

    def runs(self, experiment):
        return [Run(experiment, seed, f"{seed}", Path("nowhere")) for seed, _ in self.seeded(experiment)]

    def task(self, experiment):
        return {"accuracy": "classification", "pearson": "similarity"}[self.kind]

    def metrics(self, experiment, columns):
        rows = [
            {
                "epoch": epoch,
                f"train_{self.kind}": value + self.ahead,
                f"val_{self.kind}": value,
                **({} if self.kind == "accuracy" else {"test_pearson": value - self.behind}),
                "seconds": self.seconds.get(experiment, [1.0])[(epoch - 1) % len(self.seconds.get(experiment, [1.0]))],
                "seed": seed,
            }
            for seed, curve in self.seeded(experiment)
            for epoch, value in enumerate(curve, start=1)
        ]
        frame = pd.DataFrame(rows)[["epoch", *columns, "seed"]]
        return frame.sample(frac=1, random_state=0)  # claims must not rely on the order of rows

    def summary(self, experiment):
        classes = [f"class {index}" for index in range(self.classes)]
        sizes = {f"{split}_samples": self.samples for split in ("val", "test")}
        sizes["train_samples"] = self.train_samples.get(experiment, 2 * self.samples)
        rows = [
            {
                "seed": seed,
                "classes": classes,
                "best_epoch": curve.index(max(curve)) + 1,
                f"train_{self.kind}": curve[-1] + self.ahead,
                f"best_val_{self.kind}": max(curve),
                **sizes,
            }
            for seed, curve in self.seeded(experiment)
        ]
        return pd.DataFrame(rows[::-1])

    def environment(self, experiment):
        machine = {
            "device": "Test CPU",
            "precision": "fp32",
            "threads": 2,
            "torch": "2",
            "shared": False,
            **self.machines.get(experiment, {}),
        }
        return pd.DataFrame([{"seed": run.seed, **machine} for run in self.runs(experiment)])

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
