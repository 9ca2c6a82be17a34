"""What templates see of results."""

from __future__ import annotations

import json
import math
import re
import statistics

import pytest

from labreport.documents import claimed, naming, views
from labreport.errors import TemplateError
from labreport.results import Results
from tests.documents.small import CLAIM, as_similarity


@pytest.fixture
def functions(small_report):
    def make(lang="en", seeds=2):
        spec = small_report("", lang=lang, seeds=seeds)
        return views.names(Results(spec), spec, lang), Results(spec)

    return make


def test_a_run_is_averaged_over_seeds(functions):
    names, results = functions()
    run, summary = names["run"]("mycnn"), results.summary("mycnn")
    for column in ("val_accuracy", "best_val_accuracy", "train_loss", "val_loss", "seconds", "samples_per_second"):
        assert getattr(run, column) == pytest.approx(statistics.mean(summary[column])), column
    assert run.val_accuracy.spread == pytest.approx(statistics.stdev(summary["val_accuracy"]))
    assert names["mycnn"].val_accuracy == run.val_accuracy
    assert names["mycnn"] is run
    assert run.seconds_per_epoch == pytest.approx(run.seconds / 6)
    assert (run.seeds, run.planned, run.epochs, run.batch_size, run.learning_rate) == (2, 2, 6, 128, 0.001)
    assert (run.optimizer, run.device, run.model.width) == ("Adam", "Test CPU", 64)
    assert (run.published.val_accuracy, run.published.seconds) == (0.8442, 868.96)


def test_a_run_knows_how_many_seeds_were_planned(small_report):
    spec = small_report("", seeds=2, experiments={"mycnn": {"failures": {"9": "nan"}}, "resnet34": {}})
    run = views.names(Results(spec), spec, "en")["run"]
    assert [(run(name).seeds, run(name).planned) for name in ("mycnn", "resnet34")] == [(2, 3), (2, 2)]


@pytest.mark.parametrize(("lang", "title"), [("zh", r"小\_网络"), ("en", r"Small\*net")])
def test_a_run_goes_by_its_title(small_report, lang, title):
    spec = small_report("", experiments={"mycnn": {"title": {"zh": "小_网络", "en": "Small*net"}}, "resnet34": {}})
    run = views.names(Results(spec), spec, lang)["run"]
    assert [str(run(name).name) for name in ("mycnn", "resnet34")] == [title, "resnet34"]


def test_every_device_is_named(small_report):
    spec = small_report("", seeds=3)
    for run, device in zip(Results(spec).runs("mycnn"), ("GPU A", "GPU B", "GPU A"), strict=True):
        path = run.path / "environment.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"device": device}))
    run = views.names(Results(spec), spec, "en")["run"]
    assert str(run("mycnn").device) == r"GPU A\, GPU B"


def test_a_run_of_pairs_has_correlations_and_no_accuracy(small_report, tmp_path):
    spec = as_similarity(small_report("", seeds=2), tmp_path, test_pearson=0.57, test_loss=1.52)
    names = views.names(Results(spec), spec, "en")
    run = names["run"]("mycnn")
    assert (run.test_pearson, run.val_pearson, run.train_pearson) == pytest.approx((0.15, 0.25, 0.45))
    assert (run.test_spearman, run.test_loss, run.best_val_pearson, run.val_loss_at_best) == pytest.approx(
        (0.15, 2.5, 0.35, 2.2)
    )
    assert run.test_pearson.spread == pytest.approx(statistics.stdev([0.1, 0.2]))
    assert (run.test_samples, run.schedule, run.loss, run.learning_rate) == (
        138,
        "ReduceLROnPlateau",
        "mse_loss",
        0.001,
    )
    assert (run.published.test_pearson, run.published.test_loss, run.published.val_pearson) == (0.57, 1.52, None)
    assert (str(run.published.test_pearson), str(run.published.test_loss)) == ("0.57", "1.52")  # as it was stated
    assert "val_accuracy" not in run
    assert "accuracy_on" not in run
    assert names["experiments"]("pairs") == ["mycnn", "resnet34"]


def test_what_classes_are_published(small_report):
    spec = small_report("")
    spec["experiments"]["mycnn"]["published"] = {"convergence_epoch": 30, "per_class": {"a_b": 0.73}}
    run = views.names(Results(spec), spec, "en")["run"]
    published = run("mycnn").published
    assert (published.convergence_epoch, published.val_accuracy, published.per_class["a_b"]) == (30, None, 0.73)
    assert [str(name) for name in published.per_class] == [r"a\_b"]
    assert run("resnet34").published.per_class is None


def test_a_published_value_prints_the_digits_it_was_published_with(small_report):
    spec = small_report("")
    spec["experiments"]["mycnn"]["published"] = {"val_accuracy": 0.7672, "train_accuracy": 0.864, "test_loss": 1.52}
    spec["experiments"]["resnet34"]["published"] = {"val_accuracy": 0.8513}
    run = views.names(Results(spec), spec, "en")["run"]
    published = run("mycnn").published
    shown = [str(one).split("\u202f")[0] for one in (published.val_accuracy, published.train_accuracy)]
    assert (shown, str(published.test_loss)) == (["76.72", "86.4"], "1.52")
    assert (run("resnet34").published.val_accuracy - published.val_accuracy).digits() == "8.41"


def test_pairs_have_splits_a_vocabulary_and_unknown_words(small_report, tmp_path):
    spec = as_similarity(small_report(""), tmp_path)
    data = views.names(Results(spec), spec, "en")["dataset"]("stsb")
    assert (data.train_samples, data.dev_samples, data.test_samples, data.length) == (575, 150, 138, 55)
    assert (data.vocabulary, data.classes, str(data.title)) == (1234, [], r"STS\_b")
    assert (data.unknown.train, data.unknown.dev) == (0.03, 0.05)


@pytest.mark.parametrize(("filled", "counts"), [(False, (50, 500)), (True, (500, 500))])
def test_a_long_tail_has_short_classes(small_report, tmp_path, filled, counts):
    spec = small_report("")
    variants = [{"name": "longtail", "classes": [0, 2], "keep": 0.1, "seed": 0}]
    variants += [{"name": "balance", "flip": True, "noise_sigma": 0.1, "seed": 0}] if filled else []
    train = [counts[0], counts[1], counts[0]]
    about = {"dataset": "tail", "classes": ["a_b", "c", "d"], "train_counts": train, "test_counts": [9, 9, 9]}
    about |= {"train_samples": sum(train), "test_samples": 27, "spec": {"variants": variants}}
    (tmp_path / "data" / "dataset.json").write_text(json.dumps(about), encoding="utf-8")
    data = views.names(Results(spec), spec, "en")["dataset"]("cifar10")
    assert {*data} <= {*naming.FIELDS["datasets"]}
    assert ([str(name) for name in data.short], data.full) == ([r"a\_b", "d"], ["c"])
    assert (data.short_count, data.full_count, data.train_samples, data.dev_samples) == (*counts, sum(train), None)


def test_texts_inside_the_values_of_a_claim_are_escaped(small_report, tmp_path):
    spec = small_report("")
    values = {"quantity": "val_accuracy", "means": {"sts_a": 0.1}, "order": ["a_b", "*c*"], "best": "sts_a"}
    (tmp_path / "close.json").write_text(json.dumps({**CLAIM, "values": values}), encoding="utf-8")
    found = views.names(Results(spec), spec, "en")["claims"].close
    assert {*found} <= {*naming.of_claim("difference"), "order"}
    assert (found.means, found.best, list(map(str, found.order))) == ({"sts_a": 0.1}, "sts_a", ["a_b", r"\*c\*"])


@pytest.mark.parametrize(
    ("changed", "lang", "said"),
    [
        ({}, "en", "1.2\u00a0points (95\u202f\\% interval 1.0 to 1.5, supported)"),
        (  # an end that is not zero is not printed as zero
            {"estimate": 0.04, "low": 0.003, "high": 0.08},
            "en",
            "4.0\u00a0points (95\u202f\\% interval 0.3 to 8.0, supported)",
        ),
        ({"outcome": "refuted"}, "zh", "1.2\u00a0个百分点（95\\% 置信区间 1.0 至 1.5，数据不支持）"),
        ({"low": None, "high": None, "outcome": "undecided"}, "en", "1.2\u00a0points (undecided)"),
        (
            {"unit": "times", "estimate": 2.13, "low": 1.9, "high": 2.4},
            "en",
            "2.1\u00a0times (95\u202f\\% interval 1.9 to 2.4, supported)",
        ),
        ({"estimate": None, "low": None, "high": None, "outcome": "undecided"}, "zh", "–（尚无定论）"),
        ({"low": math.nan, "high": math.nan, "outcome": "undecided"}, "en", "1.2\u00a0points (undecided)"),
    ],
)
def test_a_claim_prints_estimate_interval_and_outcome(small_report, tmp_path, changed, lang, said):
    spec = small_report("", lang=lang)
    (tmp_path / "close.json").write_text(json.dumps({**CLAIM, **changed}), encoding="utf-8")
    assert str(views.names(Results(spec), spec, lang)["claims"].close) == said


@pytest.mark.parametrize(
    ("unit", "margin", "said"),
    [
        ("fraction", 0.015, "1.5\u00a0points"),
        ("fraction", 0.02, "2\u00a0points"),
        ("correlation", 0.01, "0.01"),
        ("fraction", 0.0025, "0.25\u00a0points"),
        ("times", 1.25, "1.25\u00a0times"),
    ],
)
def test_the_limit_of_a_claim_is_printed_as_declared(small_report, tmp_path, unit, margin, said):
    spec = small_report("")
    changed = {"unit": unit, "margin": margin, "low": -0.1, "high": 0.12}
    (tmp_path / "close.json").write_text(json.dumps({**CLAIM, **changed}), "utf-8")
    found = views.names(Results(spec), spec, "en")["claims"].close
    assert str(found.margin) == said
    assert unit != "fraction" or str(found.estimate) == "1\u00a0point"


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"unit": "", "values": {"quantity": "val_loss"}}, "estimate", "0.012"),
        ({"values": {"quantity": "val_accuracy", "classes": 10}}, "classes", "10"),
    ],
)
def test_every_number_of_a_claim_is_printed_in_its_own_unit(small_report, tmp_path, changed, field, said):
    spec = small_report("")
    (tmp_path / "close.json").write_text(json.dumps({**CLAIM, **changed}), encoding="utf-8")
    assert str(views.names(Results(spec), spec, "en")["claims"].close[field]) == said


def test_one_seed_has_no_spread(functions):
    assert functions(seeds=1)[0]["mycnn"].val_accuracy.spread is None


def test_what_is_exact_has_no_spread(functions):
    found = functions(seeds=2)[0]["mycnn"]
    assert (found.chance.spread, found.val_accuracy.spread is None) == (None, False)


@pytest.mark.parametrize(("lang", "cat"), [("en", "cat"), ("zh", "猫")])
def test_classes_are_named_as_in_figures_and_tables(small_report, tmp_path, lang, cat):
    spec = small_report("", lang=lang)
    variants = [{"name": "longtail", "classes": [0], "keep": 0.1, "seed": 0}]
    about = {"dataset": "tail", "classes": ["cat", "a_b"], "train_counts": [1, 9], "test_counts": [9, 9]}
    (tmp_path / "data" / "dataset.json").write_text(json.dumps({**about, "spec": {"variants": variants}}))
    data = views.names(Results(spec), spec, lang)["dataset"]("cifar10")
    assert [[str(name) for name in names] for names in (data.classes, data.short, data.full)] == [
        [cat, "a\\_b"],
        [cat],
        ["a\\_b"],
    ]


def test_data_claims_and_parts(functions):
    names, _ = functions(lang="zh")
    data = names["dataset"]("cifar10")
    assert (data.train_samples, data.test_samples, data.title, data.vocabulary) == (11, 3, "CIFAR-10", None)
    assert list(map(str, data.classes)) == [r"air\_plane", "car"]
    claim = names["claim"]("close")
    assert (claim.supported, claim.refuted, claim.undecided, claim.estimate, claim.best) == (
        True,
        False,
        False,
        0.0123,
        "mycnn",
    )
    assert (str(claim.reason), str(claim.what)) == (r"相差 1\_0", r"甲\_1 减乙")
    assert names["experiments"]("images") == names["experiments"]() == ["mycnn", "resnet34"]


def test_a_measurement_has_a_row_per_implementation(small_report, cost_folder):
    spec = {**small_report(""), "measurements": {"lstm_cost": str(cost_folder)}}
    cost = views.names(Results(spec), spec, "en")["measurement"]("lstm_cost")
    assert list(cost) == ["own", "packaged"]
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
    report = views.report({"title": "a_b", "authors": ["x|y"], "fields": {"No_": "1"}}, "2026-01-02")
    assert (str(report.title), str(report.authors[0]), bool(report.course)) == (r"a\_b", r"x\|y", False)


@pytest.mark.parametrize(("name", "full"), [("full", True), ("demo", False), ("lite", False), ("mine", False)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_not_full_has_a_notice(name, full, lang):
    scale = views.scale({"scale": name}, True, lang)
    assert (scale.full, bool(scale.notice), bool(scale.mark)) == (full, not full, not full)


@pytest.mark.parametrize("source", ["archive", "sample"])
def test_real_data_is_what_the_spec_says_whatever_the_scale_is_called(small_report, source):
    spec = {**small_report("", scale="mine"), "source": source}
    assert views.scale(spec, Results(spec).real_data, "en").real is (source == "archive")


PERCENT = "\u202f\\%"
PERCENT_READ = re.escape(PERCENT)


@pytest.mark.parametrize(
    ("unit", "values", "printed"),
    [
        (
            "fraction",
            {"quantity": "val_accuracy", "mean": 0.8459, "classes": 10},
            ["1.2 points", f"84.6{PERCENT}", "10"],
        ),
        ("fraction", {"quantity": "val_accuracy", "tolerance": 0.005}, ["1.2 points", "0.5 points"]),
        ("", {"quantity": "val_loss", "mean": 0.8459}, ["0.012", "0.846"]),
        ("epochs", {"quantity": "epochs_to(0.5)", "metric": "accuracy", "threshold": 0.5}, ["0.0", f"50.0{PERCENT}"]),
        ("epochs", {"quantity": "epochs_to(0.5)", "metric": "pearson", "threshold": 0.5}, ["0.0", "0.500"]),
    ],
)
def test_every_number_of_a_claim_has_its_own_unit(unit, values, printed):
    found = claimed.claim({**CLAIM, "estimate": 0.0123, "unit": unit, "values": values}, "c", "en")
    numbers = [found.estimate, *(getattr(found, key) for key in values if key not in ("quantity", "metric"))]
    assert [str(one).replace("\xa0", " ") for one in numbers] == printed
    each = claimed.claim({**CLAIM, "values": {"quantity": "val_accuracy", "means": {"a": 0.8459}}}, "c", "en").means
    assert str(each["a"]) == f"84.6{PERCENT}"


def test_names_from_data_are_code_or_escaped():
    assert claimed.shown_name("res_lstm8") == "res_lstm8"
    assert str(claimed.shown_name("a*b_")) == r"a\*b\_"


def test_the_command_has_the_scale_the_language_and_the_seeds_of_the_runs(small_report):
    spec = small_report("", seeds=3, scale="lite")
    command = "snakemake --cores 1 report/small.pdf --config scale=lite lang=zh"
    assert views.command(spec, "zh") == f"{command} seeds='[3,7,12]'"
    spec["experiments"]["mycnn"]["failures"] = {"9": "nan"}
    assert views.command(spec, "zh") == f"{command} seeds='[3,7,9,12]' failed=leave_out"


def test_every_number_of_a_run_is_printed_in_its_unit(small_report, functions):
    run = functions(seeds=2)[0]["mycnn"]
    for field, printed in (
        ("val_accuracy", rf"\d\d\.\d ± \d\.\d{PERCENT_READ}"),
        ("best_val_accuracy", rf"\d\d(\.\d)? ± \d(\.\d)?{PERCENT_READ}"),
        ("generalisation_gap", r"−?\d(\.\d)? ± \d(\.\d)? points"),
        ("chance", rf"10\.0{PERCENT_READ}"),
        ("train_loss", r"\d\.\d+ ± 0\.\d+"),
        ("val_loss", r"\d\.\d+ ± 0\.\d+"),
        ("seconds", r"2\d s"),
        ("samples_per_second", "400"),
        ("parameters", "21,282,127"),
        ("val_samples", r"1,050"),
        ("epochs", "6"),
        ("learning_rate", r"0\.001"),
        ("batch_size", "128"),
        ("width", "64"),
    ):
        assert re.fullmatch(printed, str(run[field]).replace("\xa0", " ")), (field, str(run[field]))
    assert {"name", "published", "model", "val_accuracy", "accuracy_on", "seconds", "width"} <= set(run)
    assert len(list(run)) == len(set(run))


def test_what_stands_in_brackets_says_of_what_or_to_which_level(functions):
    names, results = functions(seeds=2)
    run = names["mycnn"]
    per_class = results.per_class("mycnn").groupby("class")["accuracy"].mean()
    assert run.accuracy_on("cat") == pytest.approx(per_class["cat"])
    assert run.accuracy_on("cat, dog") == pytest.approx((per_class["cat"] + per_class["dog"]) / 2)
    assert str(run.accuracy_on("cat, dog")).endswith(PERCENT)
    assert 1 <= run.epochs_to(0.2) < run.epochs_to(0.6) <= 6
    assert re.fullmatch(r"\d(\.\d)? ± \d(\.\d)?", str(run.epochs_to(0.6)).replace("\xa0", " "))


def test_every_number_of_a_data_set_is_printed_in_its_unit(small_report, tmp_path):
    spec = as_similarity(small_report(""), tmp_path)
    data = views.names(Results(spec), spec, "en")["datasets"].stsb
    assert (data.name, str(data.vocabulary), str(data.length), str(data.train_samples)) == (
        "stsb",
        "1,234",
        "55",
        "575",
    )
    assert str(data.unknown.train) == f"3.0{PERCENT}"
    del spec["dataset_titles"]
    assert str(views.names(Results(spec), spec, "en")["dataset"]("stsb").title) == "STSB"


def test_settings_and_measurements_in_words_are_escaped(small_report, cost_folder):
    spec = {**small_report(""), "measurements": {"lstm_cost": str(cost_folder)}}
    spec["experiments"]["mycnn"]["model"] = {"kind": "a_b", "width": 64}
    file = cost_folder / "measurement.csv"
    head, own, packaged = file.read_text(encoding="utf-8").splitlines()
    file.write_text(f"{head},device\n{own},*GPU*\n{packaged},\n", encoding="utf-8")
    names = views.names(Results(spec), spec, "en")
    cost = names["measurements"].lstm_cost
    assert (str(names["mycnn"].model.kind), names["mycnn"].model.width) == (r"a\_b", 64)
    assert (str(cost.own.device), cost.packaged.device, str(cost.own.implementation)) == (r"\*GPU\*", None, "own")


def test_experiments_come_in_the_order_of_the_report_and_by_part(small_report):
    spec = {**small_report(""), "order": ["resnet34", "mycnn"]}
    spec["experiments"]["mycnn"]["part"] = "texts"
    of_part = views.names(Results(spec), spec, "en")["experiments"]
    assert (of_part(), of_part("texts"), of_part("images")) == (["resnet34", "mycnn"], ["mycnn"], ["resnet34"])
    with pytest.raises(TemplateError, match="There are: images, texts"):
        of_part("sounds")


def test_what_is_no_text_says_what_it_has(small_report, tmp_path, cost_folder):
    spec = {**as_similarity(small_report(""), tmp_path), "measurements": {"lstm_cost": str(cost_folder)}}
    names = views.names(Results(spec), spec, "en") | {
        "report": views.report({"title": "T"}, "2026-01-02"), "scale": views.scale(spec, True, "en")
    }  # fmt: skip
    for what, held in {
        "mycnn": "name, optimizer, loss",
        "mycnn.published": "val_accuracy, train_accuracy, seconds",
        "mycnn.model": "width",
        "datasets": "stsb",
        "datasets.stsb": "name, title, train_samples",
        "datasets.stsb.unknown": "train, dev",
        "claims": "close",
        "measurements": "lstm_cost",
        'measurement("lstm_cost")': "own, packaged",
        'measurement("lstm_cost").own': "implementation, milliseconds",
        "report": "title, subtitle, affiliation, course, authors, fields, date",
        "scale": "name, notice, mark, full, real",
    }.items():
        with pytest.raises(TemplateError) as raised:
            str(eval(what, {}, names))
        assert str(raised.value).startswith(f"{what} is not text; write one of its values: {held}")


def test_a_scale_is_told_in_words(small_report):
    scale = views.scale({"scale": "a_b*"}, False, "en")
    assert (str(scale.name), str(scale.mark), scale.real) == (r"a\_b\*", r"a\_b\* scale", False)
    assert str(scale.notice).startswith(r"Scale a\_b\*\: the numbers do not compare")


def test_the_declaration_has_all_that_stands_on_a_title_page():
    told = {
        "title": "T",
        "subtitle": "S_",
        "affiliation": "A_",
        "course": "C_",
        "authors": ["x", "y_"],
        "fields": {"N_": "1_"},
    }
    report = views.report(told, "2026-01-02")
    shown = [str(report[key]) for key in ("title", "subtitle", "affiliation", "course", "date")]
    assert shown == ["T", r"S\_", r"A\_", r"C\_", "2026-01-02"]
    assert list(map(str, report.authors)) == ["x", r"y\_"]
    assert {str(label): str(text) for label, text in report.fields.items()} == {r"N\_": r"1\_"}


@pytest.mark.parametrize(
    ("quantity", "field", "value", "printed"),
    [
        *(
            ("val_accuracy", level, 0.8459, f"84.6{PERCENT}")
            for level in ("base", "highest", "lowest", "measured", "published", "mean")
        ),
        ("val_accuracy", "spread", 0.0123, "1.2\xa0points"),
        ("val_accuracy", "share_of_best", 0.95, f"95.0{PERCENT}"),
        ("val_accuracy", "classes", 10, "10"),
        ("val_accuracy", "absent", None, "–"),
        ("val_accuracy", "adjusted", True, "True"),
        ("val_accuracy", "worst", "a_b*", r"a\_b\*"),
        ("val_loss", "mean", 0.8459, "0.846"),
        ("parameters", "mean", 21282122, "21,282,122"),
        ("seconds(own)", "mean", 869, "14\xa0min\xa029\xa0s"),
    ],
)
def test_a_value_of_a_claim_is_printed_in_its_unit(quantity, field, value, printed):
    values = {"quantity": quantity, field: value}
    wide = {**CLAIM, "low": 0.0098, "high": 0.0148, "values": values}
    assert str(claimed.claim(wide, "c", "en")[field]) == printed
    inside = {**CLAIM, "values": {"quantity": quantity, field: {"a": [value]}}}
    assert str(claimed.claim(inside, "c", "en")[field]["a"][0]) == printed


def test_values_of_a_claim_have_the_digits_that_its_error_leaves_and_limits_have_their_own():
    values = {"quantity": "val_accuracy", "mean": 0.8459, "spread": 0.0123, "share_of_best": 0.95, "tolerance": 0.005}
    found = claimed.claim({**CLAIM, "low": -0.1, "high": 0.12, "values": values}, "c", "en")
    shown = [str(found[key]).replace("\xa0", " ") for key in ("mean", "spread", "share_of_best", "tolerance")]
    assert shown == [f"85{PERCENT}", "1 point", f"95.0{PERCENT}", "0.5 points"]


def test_a_claim_has_its_facts():
    found = claimed.claim(CLAIM, "close", "en")
    assert [found[key] for key in ("outcome", "favours", "seeds", "paired", "method", "p", "p_adjusted")] == [
        "supported", "supported", 1, True, "samples", 0.01, 0.02,
    ]  # fmt: skip
    shown = [str(found[key]).replace("\xa0", " ") for key in ("low", "high", "margin", "level", "verdict", "reason")]
    assert shown == ["1.0 points", "1.5 points", "2 points", f"95.0{PERCENT}", "supported", r"1\_0 apart"]
