"""What a claim came out as, and the rule by which seeds and a finite validation set decide it.

A number that a claim compares has two errors, which add in quadrature: the scatter of training, which only several
seeds can tell, and that of the finite set on which it was measured. The second one is there with one seed too, and
further seeds do not reduce it, since all of them are measured on the same set. That two experiments share this set
makes their difference surer than the sum of their errors says; the rule errs to the side of `undecided`.

A claim is decided where the limit lies beyond the reach of the error: two standard errors, as wide as a normal
distribution makes them at 95.45 %. A scatter that few seeds tell is uncertain itself, so that its share in the error
has the quantile of Student's t instead (`Estimate.reach`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Any, Protocol

import pandas as pd
from scipy.special import stdtrit

from labreport.errors import ResultsError
from labreport.metrics import METRICS, SPLITS, split_column
from labreport.result_spec import titled
from labreport.results import Results
from labreport.sampling import correlation_error, sampling_error

SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"
STANDARD_ERRORS = 2.0
ONE_SIDED = NormalDist().cdf(-STANDARD_ERRORS)  # how often chance alone goes beyond them, to either side
BINARY = 1e-12  # 0.86 - 0.84 is a little more than 2 points in binary


@dataclass(frozen=True)
class Verdict:
    """A claim's outcome.

    Attributes:
        outcome: `supported`, `refuted` or `undecided`.
        reason: one sentence per language (`zh`, `en`), with the numbers it rests on.
        values: what it was decided on, by name (see `docs/architecture.md`); JSON values.
    """

    outcome: str
    reason: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)


class ClaimKind(Protocol):
    """What a module named in `labreport.claims.registry` has."""

    def judge(self, results: Results, options: Mapping[str, Any]) -> Verdict:
        """What the claim came out as."""


def file_of(kind: ClaimKind, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The file of a claim: its outcome, its reason in both languages, and the values it rests on.

    Reasons call experiments by their titles, values by their names.

    Args:
        kind: the module that judges it.
        spec: the claim's.
    """
    shown = {lang: titled(spec, lang) for lang in ("zh", "en")}
    verdicts = {"zh": kind.judge(Results(shown["zh"]), shown["zh"]["options"])}
    alike = list(shown["zh"]["experiments"]) == list(shown["en"]["experiments"])
    verdicts["en"] = verdicts["zh"] if alike else kind.judge(Results(shown["en"]), shown["en"]["options"])
    unlike = {lang: _unlike(Results(one), lang) for lang, one in shown.items()}
    reasons = {lang: f"{verdict.reason[lang]}{unlike[lang]}" for lang, verdict in verdicts.items()}
    names = dict(zip(shown["en"]["experiments"], spec["experiments"], strict=True))
    verdict = verdicts["en"]
    values = {key: _named(value, names) for key, value in verdict.values.items()}
    return {
        "name": spec["name"],
        "kind": spec["kind"],
        "outcome": verdict.outcome,
        "reason": reasons,
        "values": values,
    }


def _unlike(results: Results, lang: str) -> str:
    """A sentence that says which experiments were computed in which precision, where not all were in one."""
    found = {name: results.environment(name)["precision"] for name in results.experiments if results.specified(name)}
    computed = {name: "/".join(sorted({*values.dropna()})) for name, values in found.items()}
    if len({*computed.values()} - {""}) < 2:
        return ""
    if lang == "zh":
        return f"计算精度不同：{'，'.join(f'{name} 为 {precision}' for name, precision in computed.items())}。"
    return f" Precisions differ: {', '.join(f'{name} {precision}' for name, precision in computed.items())}."


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """A value in which experiments have their names again."""
    if isinstance(value, Mapping):
        return {names.get(key, key): _named(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Estimate:
    """A number and its standard error.

    Attributes:
        mean: the number.
        error: its standard error.
        freedom: degrees of freedom of the error: seeds - 1 of a scatter over seeds, infinite where it is known.
    """

    mean: float
    error: float = 0.0
    freedom: float = math.inf

    def minus(self, other: Estimate) -> Estimate:
        """The difference of two independent estimates; errors add in quadrature.

        The degrees of freedom are those of Welch and Satterthwaite: Welch 1947, "The generalization of 'Student's'
        problem when several different population variances are involved", Biometrika 34, 28-35,
        doi:10.1093/biomet/34.1-2.28.
        """
        error = math.hypot(self.error, other.error)
        doubt = sum((part.error / error) ** 4 / part.freedom for part in (self, other)) if error else 0.0
        return Estimate(self.mean - other.mean, error, 1 / doubt if doubt else math.inf)

    def blurred(self, error: float) -> Estimate:
        """The same number with a further, independent and known error."""
        return self.minus(Estimate(0.0, error))

    def negated(self) -> Estimate:
        """The number with the other sign, its error as it is."""
        return replace(self, mean=-self.mean)

    def reach(self, comparisons: int = 1) -> float:
        """How far the truth may lie from the number: two standard errors, more where few seeds tell the scatter.

        That is the error times the quantile of Student's t that leaves as much outside as two standard errors of a
        normal distribution do, 4.55 %. Of several comparisons each gets an equal part of this (Bonferroni), so that
        chance alone breaks one of them no more often.
        """
        tail = ONE_SIDED / comparisons
        if math.isinf(self.freedom):
            return -NormalDist().inv_cdf(tail) * self.error
        return -float(stdtrit(self.freedom, tail)) * self.error


def estimate(values: Sequence[float]) -> Estimate:
    """Mean of one value per seed, with the standard error s / sqrt(n) (s with n - 1 in the denominator).

    One seed says nothing about the scatter of training: its error is 0, and what is left is the validation set's.

    Raises:
        ResultsError: there is no value, or one is not finite.
    """
    numbers = [float(value) for value in values]
    if not numbers or not all(map(math.isfinite, numbers)):
        raise ResultsError(f"a claim needs finite numbers, one per seed; found {numbers}")
    mean = math.fsum(numbers) / len(numbers)
    if len(numbers) == 1:
        return Estimate(mean)
    variance = math.fsum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)
    return Estimate(mean, math.sqrt(variance / len(numbers)), len(numbers) - 1)


def exceeds(value: Estimate, limit: float) -> bool | None:
    """Whether `value` lies above `limit`: None where the reach of its error crosses the limit."""
    reach = value.reach()
    if value.mean - reach > limit:
        return True
    if value.mean + reach <= limit:
        return False
    return None


def outcome(holds: bool | None) -> str:
    """The word for a claim that holds, does not hold, or cannot be told."""
    return {True: SUPPORTED, False: REFUTED, None: UNDECIDED}[holds]


def reaches(value: Estimate, limit: float) -> bool | None:
    """Whether `value` is at least `limit`: None where the reach of its error crosses the limit."""
    reach = value.reach()
    if value.mean - reach >= limit - BINARY:
        return True
    if value.mean + reach < limit - BINARY:
        return False
    return None


def measured(results: Results, experiment: str, metric: str, values: Sequence[float]) -> Estimate:
    """The mean of one value per seed, with the scatter over seeds and the error of the finite set of samples.

    Raises:
        ResultsError: there is no value, or one is no accuracy or correlation.
    """
    found = estimate(values)
    return found.blurred(metric_error(results, experiment, metric, found.mean))


def final(results: Results, experiment: str, metric: str) -> Estimate:
    """What an experiment ended with: the mean of `final_values` with both errors."""
    return measured(results, experiment, metric, final_values(results, experiment, metric))


def metric_error(results: Results, experiment: str, metric: str, value: float) -> float:
    """Standard error of `value` on the samples that `metric` of `experiment` was measured on.

    Args:
        results: the runs.
        experiment: its name.
        metric: the column of an accuracy or of a Pearson correlation.
        value: what was measured.

    Raises:
        ResultsError: `value` is no accuracy or correlation, or the runs were measured on different numbers of samples.
    """
    split, kind = split_column(metric)
    samples = set(results.summary(experiment)[f"{split}_samples"])
    accuracy = kind is METRICS["accuracy"]
    if not (0 if accuracy else -1) <= value <= 1 or len(samples) != 1:
        what = "a fraction" if accuracy else "a correlation"
        raise ResultsError(
            f"{results.name}: {metric} of {experiment} has to be {what} of one number of samples; "
            f"found {value} of {sorted(samples)}"
        )
    return (sampling_error if accuracy else correlation_error)(value, int(samples.pop()))


def final_values(results: Results, experiment: str, metric: str) -> list[float]:
    """`metric` of the model that counts, one number per seed, in the order of the seeds.

    That is the model after the last epoch, also on the samples that it was trained on. Where a test split is measured
    beside the validation split, it is the one of the best epoch by validation, whose values on all splits belong
    together.

    Raises:
        ResultsError: the experiment or the metric is not there.
    """
    chosen = "test" in SPLITS[results.task(experiment)]
    if split_column(metric)[0] == "train" and not chosen:
        return [float(value) for value in results.summary(experiment).sort_values("seed")[metric]]
    found = curves(results, experiment, metric)
    if not chosen:
        return [float(curve.iloc[-1]) for curve in found]
    epochs = results.summary(experiment).sort_values("seed")["best_epoch"]
    return [float(curve.loc[epoch]) for curve, epoch in zip(found, epochs, strict=True)]


def curves(results: Results, experiment: str, metric: str) -> list[pd.Series]:
    """`metric` by epoch (the index, counted from 1), one series per seed.

    Raises:
        ResultsError: the experiment or the metric is not there.
    """
    ordered = results.metrics(experiment, [metric]).sort_values(["seed", "epoch"])
    return [run.set_index("epoch")[metric] for _, run in ordered.groupby("seed", sort=True)]


def same_dataset(results: Results, experiments: Sequence[str]) -> None:
    """Refuse to compare runs of different data; variants of one data set share its test split, so they may be compared.

    Raises:
        ResultsError: they differ; the message says which experiment used which.
    """
    used = {name: results.base_dataset(name) for name in experiments}
    if len(set(used.values())) > 1:
        found = ", ".join(f"{name} on {dataset}" for name, dataset in used.items())
        raise ResultsError(f"{results.name}: a claim compares runs of one data set; found {found}")
