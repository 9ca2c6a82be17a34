"""What templates see of results."""

from __future__ import annotations

import statistics

import pytest

from labreport.documents import views
from labreport.errors import TemplateError
from labreport.results import Results


@pytest.fixture
def functions(small_report):
    def make(lang="en", seeds=2):
        spec = small_report("", lang=lang, seeds=seeds)
        return views.functions(Results(spec), spec, lang), Results(spec)

    return make


def test_a_run_is_averaged_over_seeds(functions):
    names, results = functions()
    run, summary = names["run"]("mycnn"), results.summary("mycnn")
    for column in ("val_accuracy", "best_val_accuracy", "train_loss", "val_loss", "seconds", "samples_per_second"):
        assert getattr(run, column) == pytest.approx(statistics.mean(summary[column])), column
    assert run.val_accuracy_std == pytest.approx(statistics.stdev(summary["val_accuracy"]))
    assert run.seconds_per_epoch == pytest.approx(run.seconds / 6)
    assert (run.seeds, run.epochs, run.batch_size, run.learning_rate) == (2, 6, 128, 0.001)
    assert (run.optimizer, run.device, run.model.width) == ("Adam", "Test CPU", 64)
    assert (run.published.val_accuracy, run.published.seconds) == (0.8442, 868.96)


def test_one_seed_has_no_spread(functions):
    assert functions(seeds=1)[0]["run"]("mycnn").val_accuracy_std is None


def test_data_claims_and_parts(functions):
    names, _ = functions(lang="zh")
    data = names["dataset"]("cifar10")
    assert (data.train_samples, data.test_samples, data.title, data.vocabulary) == (11, 3, "CIFAR-10", None)
    assert list(map(str, data.classes)) == [r"air\_plane", "car"]
    claim = names["claim"]("close")
    assert (claim.supported, claim.refuted, claim.undecided, claim.spread, claim.best) == (
        True,
        False,
        False,
        0.0123,
        "mycnn",
    )
    assert str(claim.reason) == r"相差 1\_0"
    assert names["experiments"]("images") == names["experiments"]() == ["mycnn", "resnet34"]


def test_a_measurement_has_a_row_per_implementation(small_report, cost_folder):
    spec = {**small_report(""), "measurements": {"lstm_cost": str(cost_folder)}}
    cost = views.functions(Results(spec), spec, "en")["measurement"]("lstm_cost")
    assert list(cost) == ["packaged", "own"]
    assert (cost.own.milliseconds, cost["packaged"].operations) == (163.5, 610)


@pytest.mark.parametrize(
    ("function", "wrong", "words"),
    [
        ("run", "mycn", ["experiment 'mycn'", 'did you mean "mycnn"', "resnet34"]),
        ("dataset", "cifar", ["data set", "cifar10"]),
        ("claim", "closer", ["claim", 'mean "close"']),
        ("measurement", "cost", ["measurement", "none"]),
        ("experiments", "image", ["part", 'mean "images"']),
    ],
)
def test_unknown_names_list_the_known(functions, function, wrong, words):
    with pytest.raises(TemplateError) as raised:
        functions()[0][function](wrong)
    assert all(word in str(raised.value) for word in words), raised.value


def test_the_declaration_is_escaped():
    report = views.report({"title": "a_b", "authors": ["x|y"]})
    assert (str(report.title), str(report.authors[0]), bool(report.course)) == (r"a\_b", r"x\|y", False)


@pytest.mark.parametrize(("name", "full"), [("full", True), ("demo", False), ("lite", False), ("mine", False)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_not_full_has_a_notice(name, full, lang):
    scale = views.scale(name, True, lang)
    assert (scale.full, bool(scale.notice), bool(scale.mark)) == (full, not full, not full)


@pytest.mark.parametrize("source", ["archive", "sample"])
def test_real_data_is_what_the_spec_says_whatever_the_scale_is_called(small_report, source):
    spec = {**small_report("", scale="mine"), "source": source}
    assert views.scale("mine", Results(spec).real_data, "en").real is (source == "archive")


def test_names_from_data_are_code_or_escaped():
    assert views.shown_name("res_lstm8") == "res_lstm8"
    assert str(views.shown_name("a*b_")) == r"a\*b\_"


def test_the_command_has_the_scale_the_language_and_the_seeds_of_the_runs(small_report):
    spec = small_report("", seeds=3, scale="lite")
    assert views.command(spec, "zh") == (
        "snakemake --cores 1 report/small.pdf --config scale=lite lang=zh seeds='[0,1,2]'"
    )
