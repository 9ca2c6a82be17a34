"""Kinds and values: every option of every kind says what it may be, and what fits is what is meant."""

from __future__ import annotations

import pytest

from labreport import values
from labreport.claims.registry import KINDS as CLAIMS
from labreport.declarations.schema import Published
from labreport.errors import DeclarationError
from labreport.figures.registry import KINDS as FIGURES
from labreport.kinds import MEASURED, Kind, load_kind
from labreport.measurements.registry import KINDS as MEASUREMENTS
from labreport.tables.registry import KINDS as TABLES
from labreport.training.tasks import TASKS

EVERY = {
    f"{group}.{name}": kind
    for group, kinds in (("figures", FIGURES), ("tables", TABLES), ("claims", CLAIMS), ("measurements", MEASUREMENTS))
    for name, kind in kinds.items()
}


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_no_option_is_unchecked_and_none_is_checked_that_is_not_there(kind):
    for option in kind.options:
        kind.type_of(option)
    named = kind.experiment_options | kind.member_options | kind.row_options
    assert set(kind.choices) | set(kind.types) | named <= kind.options


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_what_a_kind_needs_of_experiments_and_data_is_something_that_there_is(kind):
    assert set(kind.files) <= {file for task in TASKS.values() for file in task.files}
    assert set(kind.metrics) <= {metric for task in TASKS.values() for metric in task.metrics}
    assert set(kind.inputs) <= {inputs for task in TASKS.values() for inputs in task.inputs}
    assert set(kind.published) <= {*Published.model_fields, *({"metric"} & kind.options)}
    assert not kind.longtail or "dataset" in kind.required


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_what_a_kind_reads_is_something_that_runs_leave(kind):
    left = {
        "spec.json",
        "summary.json",
        "environment.json",
        "filters.npy",
        *(f for t in TASKS.values() for f in t.files),
    }
    assert set(kind.reads) <= left
    assert set(kind.files) <= set(kind.reads)
    assert set(kind.reads_with) <= {*kind.reads, *(["metrics.csv"] if kind.columns else [])}
    for metric in kind.choices.get("metric", (None,)):
        reads = kind.reads_for({"metric": metric})
        assert list(reads) == sorted(reads)
        assert set(reads.get("metrics.csv", [])) <= MEASURED
    if "experiments" in kind.required and "per_class" not in kind.published:
        assert all(kind.reads_for({"metric": metric}) for metric in kind.choices.get("metric", (None,)))


def test_columns_follow_the_metric_and_some_files_are_read_with_one_only():
    kind = Kind(
        "labreport.claims.within",
        reads=("summary.json", "spec.json"),
        columns=("train_{metric}", "test_{metric}", "seconds"),
        reads_with={"summary.json": ("pearson",)},
    )
    assert kind.reads_for({"metric": "pearson"}) == {
        "metrics.csv": ["epoch", "train_pearson", "test_pearson", "seconds"],
        "spec.json": None,
        "summary.json": None,
    }
    assert kind.reads_for({"metric": "accuracy"}) == {
        "metrics.csv": ["epoch", "train_accuracy", "seconds"],  # no task has an accuracy on a split for tests
        "spec.json": None,
    }


def test_an_option_without_a_type_is_noticed():
    with pytest.raises(KeyError):
        Kind("labreport.claims.within", required=frozenset({"points"})).type_of("points")


def test_only_a_target_of_the_registry_is_imported():
    assert load_kind("labreport.claims.within", CLAIMS).__name__ == "labreport.claims.within"
    with pytest.raises(DeclarationError, match="none of the kinds"):
        load_kind("os", CLAIMS)


@pytest.mark.parametrize(
    ("value", "good", "bad"),
    [
        (values.POSITIVE_WHOLE, [1, 2**31 - 1], [0, -1, 1.0, True, "1", None, 2**31]),
        (values.NUMBER, [0, -1.5, 1e299], [True, "1", None, float("nan"), float("inf"), 10**400]),
        (values.NOT_NEGATIVE, [0, 2.5], [-0.1, "0"]),
        (values.POSITIVE, [1e-9], [0, -1]),
        (values.FRACTION, [0, 1, 0.5], [1.01, -0.01, True]),
        (values.POSITIVE_FRACTION, [1, 0.01], [0, 1.01]),
        (values.PROBABILITY_BELOW_ONE, [0, 0.99], [1, -0.1]),
        (values.PAIR_BELOW_ONE, [[0.9, 0.98]], [[0.9], [0.9, 1], 0.9, [0.9, "x"]]),
        (values.TRUTH, [True, False], [1, 0, "yes"]),
        (values.WORD, ["a"], ["", 1, None]),
        (values.NAMES, [["a", "b"]], [[], "ab", ["a", 1]]),
        (values.WHOLES, [[1], [30, 60]], [[], [0], [1.5], 3]),
        (values.one_of("a", "b"), ["a"], ["c", ["a"], None]),
        (values.some_of("a", "b"), [["a"], ["b", "a"]], [[], ["c"], "a", ["a", 1]]),
        (values.either(values.POSITIVE_WHOLE, values.NOTHING), [1, None], [0, "1"]),
    ],
)
def test_a_value_fits_or_not(value, good, bad):
    assert all(map(value.fits, good))
    assert not any(map(value.fits, bad))
