"""Mistakes on texts and pairs, beside the samples that they were made on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from labreport.errors import ResultsError
from labreport.results import Results
from labreport.tables import mistakes
from tests.conftest import SEEDS
from tests.fabricated import add_pairs, add_words

CLASSES = ("negative", "positive")


def presented(table):
    return json.loads(table.to_json())["rows"]


def text_of(sample):
    """As `add_words` has it, shortened to 16 words."""
    words = ["w0", *[f"w{sample % 23}"] * (sample % 23)]
    return " ".join(words[:16]) + (" …" if len(words) > 16 else "")


@pytest.fixture
def made(report_spec, tmp_path):
    spec = report_spec("labreport.tables.mistakes", {"experiments": ["lstm"]}, {"lstm": {"classes": CLASSES}}, seeds=2)
    add_words(spec, tmp_path, "lstm")
    return Results(spec)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_surest_mistakes_of_the_first_seed_stand_with_their_texts(lang, made):
    arrays = np.load(made.runs("lstm")[0].path / "predictions.npz")
    wrong = np.flatnonzero(arrays["true"] != arrays["predicted"])
    sure = arrays["probabilities"].max(axis=1).astype(float)[wrong]
    first = wrong[np.argsort(-sure, kind="stable")][:3]
    rows = presented(mistakes.build(made, {"experiments": ["lstm"], "count": 3}, lang))
    names = {"zh": ("负面", "正面"), "en": CLASSES}[lang]
    for row, sample in zip(rows, first, strict=True):
        true, predicted = (names[arrays[key][sample]] for key in ("true", "predicted"))
        assert row[:3] == [text_of(sample), true, predicted]
        assert row[3] == pytest.approx(100 * float(arrays["probabilities"][sample].max()), abs=0.051)
    assert made.runs("lstm")[0].seed == SEEDS[0]


def test_the_pairs_that_are_farthest_off_come_first(report_spec, tmp_path):
    spec = report_spec("labreport.tables.mistakes", {"experiments": ["sts"]}, {}, seeds=1)
    add_pairs(spec, tmp_path, "sts")
    add_words(spec, tmp_path, "sts", "stsb")
    results = Results(spec)
    arrays = np.load(results.runs("sts")[0].path / "predictions.npz")
    order = np.argsort(-np.abs(arrays["true"] - arrays["predicted"]), kind="stable")[:8]
    rows = presented(mistakes.build(results, {"experiments": ["sts"]}, "en"))
    last = len(arrays["true"]) - 1
    for row, sample in zip(rows, order, strict=True):
        assert row[:2] == [text_of(sample), text_of(last - sample)]
        assert row[2:] == pytest.approx([arrays["true"][sample], arrays["predicted"][sample]], abs=0.0501)


def test_other_data_than_those_of_the_run_are_refused(made):
    path = Path(made.spec["data"]["imdb"], "test_labels.npy")
    np.save(path, 1 - np.load(path))
    with pytest.raises(ResultsError, match="holds other samples than lstm was judged on"):
        mistakes.build(made, {"experiments": ["lstm"]}, "en")


def test_runs_without_probabilities_are_refused(made):
    path = made.runs("lstm")[1].path / "predictions.npz"
    arrays = dict(np.load(path))
    del arrays["probabilities"]
    np.savez(path, **arrays)
    with pytest.raises(ResultsError, match=r"holds true, predicted, but no probabilities; show another experiment"):
        mistakes.build(made, {"experiments": ["lstm"]}, "en")
