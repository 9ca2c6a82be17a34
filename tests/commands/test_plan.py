"""What `labreport plan` says: every run with its reason, and all that is made of runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from labreport.commands import words
from labreport.commands.command import main
from labreport.commands.work import work
from labreport.errors import DataError, DeclarationError
from labreport.planning.history import History
from labreport.planning.products import Products
from tests.commands.leaving import put
from tests.declarations.conftest import PROJECT, set_at
from tests.planning.earlier import outcome

ARM = "experiments/small.yaml"
DEMO = ["--config", "scale=demo"]


def needed(project, *targets, keep_going=False, **settings):
    plan = project.plan(**settings)
    plan.keep_going = keep_going
    return work(Products(plan), targets)


def said(project, capsys, *arguments):
    capsys.readouterr()
    assert main(["plan", *arguments, *DEMO]) == 0
    return capsys.readouterr().out.splitlines()


def test_of_nothing_everything_is_to_be_done_in_order(project):
    found = needed(project)
    assert found.targets == ("all",)
    assert [one.name for one in found.samples] == [one.name for one in found.data] == ["cifar10"]
    assert [run.name for run in found.runs] == ["cnn3", "resnet_small"]
    kinds = [product.kind for product, _ in found.products]
    assert sorted(kinds) == ["claim", "figure", "frames", "pdf", "table", "text", "text"]
    assert kinds.index("text") > max(kinds.index(kind) for kind in ("figure", "table", "claim", "frames"))
    assert kinds.index("pdf") > kinds.index("text")
    assert (found.archives, found.vectors, found.measurements, found.pages, found.runs_there) == ((),) * 5


def test_of_a_finished_report_nothing_is_to_be_done(project, capsys):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    found = needed(project, "report/own.en.md")
    assert found.is_nothing
    assert len(found.runs_there) == 2
    assert sorted(product.kind for product in found.products_there) == ["claim", "figure", "frames", "table", "text"]
    assert words.summary(plan, Products(plan), ["report/own.en.md"]) == []
    assert said(project, capsys, "report/own.en.md")[2:] == [
        "nothing to do for report/own.en.md",
        "there already: 2 runs, 1 figure, 1 table, 1 claim, 1 report's runs, 1 text",
    ]


def test_data_that_are_there_need_no_sample(project):
    plan = project.plan()
    project.train(plan, "cnn3")
    found = needed(project, "train_all")
    cifar10 = [run for run in found.runs if run.data.folder == plan.runs["cnn3"][0].data.folder]
    assert cifar10
    assert plan.runs["cnn3"][0].data.folder not in {one.folder for one in found.data}


def test_all_runs_are_asked_for_with_what_they_are_trained_on(project):
    found = needed(project, "train_all")
    assert not found.products
    assert {one.name for one in found.vectors} == {"stsb"}
    assert {one.name for one in found.samples} == {"cifar10", "imdb", "stsb"}
    assert {run.name for run in found.runs} == set(project.plan().runs)


def test_a_file_is_asked_for_with_what_it_is_made_from(project):
    (claim,) = needed(project, "results/claims/own/close.json").products
    assert claim[0].kind == "claim"
    (run,) = project.plan().runs["cnn3"]
    for target in (run.outcome, f"./{run.outcome}"):
        found = needed(project, target)
        assert [one.key for one in found.runs] == [run.key]
        assert not found.products
    (sample,) = needed(project, run.data.file("dataset.json")).samples
    assert sample.name == "cifar10"
    for ending in ("", ".sha256"):
        assert needed(project, sample.file(sample.last) + ending).samples == (sample,)


def test_of_each_sort_only_what_a_rule_declares_is_made(project):
    plan = project.plan()
    (run,), (own,) = plan.runs["cnn3"], plan.runs[_with_vectors(plan)]
    refused = [run.file("SHA256SUMS"), run.file("metrics.csv"), run.data.file("train_inputs.npy")]
    refused += [own.vectors.file("spec.json"), plan.samples["cifar10"].file("other")]
    for target in refused:
        with pytest.raises(DeclarationError, match="nothing makes this"):
            needed(project, target)
    assert needed(project, own.vectors.file("SHA256SUMS")).vectors == (own.vectors,)
    project.train(plan, "cnn3")
    for target in (run.file("SHA256SUMS"), run.file("metrics.csv"), run.data.file("dataset.json")):
        assert needed(project, target).is_nothing
    with pytest.raises(DeclarationError, match="nothing makes this"):
        needed(project, run.outcome)  # the run is there, and has no rule


def _with_vectors(plan):
    return next(name for name, (run, *_) in plan.runs.items() if run.vectors)


@pytest.mark.parametrize("scale", ["demo", "full"])
def test_an_official_archive_is_downloaded_at_any_scale(project, scale):
    target = "results/data/raw/cifar-10-python.tar.gz"
    found = needed(project, target, scale=scale)
    assert (found.archives, found.samples, found.runs) == ((target,), (), ())
    put(project, target)
    assert needed(project, target, scale=scale).is_nothing
    with pytest.raises(DeclarationError, match="nothing makes this"):
        needed(project, "results/data/raw/other.tar.gz", scale=scale)


def test_prepared_data_that_are_gone_are_prepared_for_what_is_made_of_them_alone(project):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    data = plan.runs["cnn3"][0].data
    shutil.rmtree(project.root / data.folder)
    assert needed(project, "report/own.en.md").is_nothing
    assert needed(project, "publish_own").data == (data,)  # its rule names them, and always runs
    (project.root / "templates/own/en.md.j2").write_text("# Another")
    assert needed(project, "report/own.en.md").data == (data,)


def test_a_finished_run_that_lacks_a_file_is_named_with_what_to_do(project, capsys):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    (run,) = plan.runs["cnn3"]
    (project.root / run.file("metrics.csv")).unlink()
    told = (
        f"{run.folder} lacks metrics.csv, which no step makes again: remove the folder {run.folder} to train it again"
    )
    assert told in said(project, capsys, "report/own.en.md")
    assert told in words.summary(plan, Products(plan), ["report/own.en.md"])
    found = json.loads("\n".join(said(project, capsys, "report/own.en.md", "--json")))
    assert found["lacking"] == {run.folder: ["metrics.csv"]}


def test_publishing_needs_results_in_english_and_no_text(project):
    found = needed(project, "publish_own")
    assert found.pages == ("own",)
    assert {product.kind for product, _ in found.products} == {"figure", "table", "claim", "frames"}
    assert {product.lang for product, _ in found.products} == {"en", None}
    assert not found.is_nothing


@pytest.mark.parametrize("target", ["reprot/own.pdf", "publish_other", "results/claims/own/far.json"])
def test_what_nothing_makes_is_refused(project, target):
    with pytest.raises(DeclarationError, match=r"nothing makes this; allowed are all, train_all, publish"):
        needed(project, target)


def test_a_report_that_is_not_declared_is_named(project, capsys):
    assert main(["plan", "report/onw.pdf", *DEMO]) == 1
    assert "config/reports/onw.yaml does not exist" in capsys.readouterr().err


def test_real_data_are_downloaded_once(project):
    found = needed(project, "report/own.pdf", scale="full")
    assert found.archives == ("results/data/raw/cifar-10-python.tar.gz",)
    assert not found.samples
    archive = project.root / found.archives[0]
    archive.parent.mkdir(parents=True)
    archive.touch()
    assert needed(project, "report/own.pdf", scale="full").archives == ()
    with pytest.raises(DataError, match="raw"):
        needed(project, "report/own.pdf", scale="full", raw=str(project.root / "raw"))


def test_a_failed_run_is_tried_again_unless_it_is_done_without(project, capsys):
    plan = project.plan()
    project.train(plan, "cnn3")
    outcome(plan, plan.runs["resnet_small"][0], "failed", "loss is not finite")
    (line,) = [line for line in said(project, capsys, "report/own.pdf") if "resnet_small seed" in line]
    assert line == "    resnet_small seed 0: failed before: loss is not finite"
    assert [run.name for run in needed(project, "report/own.pdf", keep_going=True).given_up] == ["resnet_small"]
    lines = said(project, capsys, "report/own.pdf", "--keep-going")
    assert lines[-1] == "failed and done without: resnet_small seed 0 (without --keep-going tried again)"
    assert not [line for line in lines if "train" in line and "runs that are" not in line]


def test_one_changed_setting_is_told_with_all_that_follows(project, capsys):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.edit(ARM, set_at(["arms", "cnn3", "learning_rate"], 0.0005))
    assert said(project, capsys, "report/own.en.md")[2:] == [
        "to do for report/own.en.md:",
        "  train 1 run (about 20 s, from 1 earlier run on Test CPU)",
        "    cnn3 seed 0: learning_rate 0.001 -> 0.0005",
        "  draw 1 figure",
        "    loss: of runs that are trained",
        "  tabulate 1 table",
        "    results: of runs that are trained",
        "  judge 1 claim",
        "    close: of runs that are trained",
        "  gather 1 report's runs",
        "    own: of runs that are trained",
        "  write 1 text",
        "    report/own.en.md: of runs that are trained",
        "there already: 1 run",
    ]


def test_a_changed_option_is_told_beside_what_follows(project, capsys):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.edit("reports/own.yaml", set_at(["figures", "loss", "metric"], "accuracy"))
    lines = said(project, capsys, "report/own.en.md")
    assert lines[2:] == [
        "to do for report/own.en.md:",
        "  draw 1 figure",
        "    own: loss: options.metric loss -> accuracy",
        "  write 1 text",
        "    report/own.en.md: of figures, tables, claims or texts that are made again",
        "there already: 2 runs, 1 table, 1 claim, 1 report's runs",
    ]


def test_the_plan_for_programs_says_the_same(project, capsys):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.edit(ARM, set_at(["arms", "cnn3", "learning_rate"], 0.0005))
    found = json.loads("\n".join(said(project, capsys, "report/own.en.md", "--json")))
    (run,) = project.plan().runs["cnn3"]
    (trained,) = found["train"]
    seconds = trained.pop("seconds")
    assert seconds == found["time"]["seconds"] == pytest.approx(2.5 * 8)
    why = "learning_rate 0.001 -> 0.0005"
    assert trained == {"experiment": "cnn3", "seed": 0, "key": run.key, "why": why}
    assert [one["title"] for one in found["draw"]] == ["draw loss (en)"]
    assert [one["files"] for one in found["judge"]] == [["results/claims/own/close.json"]]
    assert found["typeset"] == found["prepare"] == []
    assert found["there"]["runs"] == 1


def test_seeds_and_experiments_with_one_reason_share_a_line(project):
    plan = project.plan(seeds=[0, 1])
    history, runs = History(plan), plan.runs
    lines = words.run_lines(history, [*runs["cnn3"], *runs["resnet_small"]])
    assert lines == ["cnn3 seeds 0, 1: never run", "resnet_small seeds 0, 1: never run"]
    (line,) = words.run_lines(history, [run for found in runs.values() for run in found])
    assert line.startswith(f"{len(runs)} experiments, seeds 0, 1: never run (")
    assert line.endswith(f"and {len(runs) - words.NAMED} more)")


def test_the_short_form_is_a_few_lines(project):
    plan = project.plan()
    lines = words.summary(plan, Products(plan), ["report/own.pdf"])
    assert lines == [
        "to do: generate 1 demo sample, prepare 1 data set, train 2 runs (time unknown: no earlier run tells it), "
        "draw 1 figure, tabulate 1 table, judge 1 claim, gather 1 report's runs, write 1 text, typeset 1 PDF",
        "  cnn3 seed 0: never run",
        "  resnet_small seed 0: never run",
    ]


def test_the_short_form_names_some_of_many_runs(project):
    for number in range(words.SUMMARY_RUNS + 3):
        plan = project.plan(seeds=[number])
        (run,) = plan.runs["cnn3"]
        outcome(plan, run, "failed", f"for reason {number}")
    plan = project.plan(seeds=list(range(words.SUMMARY_RUNS + 3)))
    lines = words.summary(plan, Products(plan), ["results/claims/own/close.json"])
    assert len(lines) == 1 + words.SUMMARY_RUNS
    assert lines[1] == "  cnn3 seed 0: failed before: for reason 0"
    assert lines[-1] == "  ... and 5 more; `labreport plan` names them"


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (89, "89 s"), (95, "2 min"), (7190, "2 h 0 min")])
def test_a_time_as_one_says_it(seconds, text):
    assert words.duration(seconds) == text


def test_planning_imports_nothing_heavy():
    code = (
        "import sys; from labreport.commands import command, plan, words, prune; "
        "heavy = ('torch', 'pandas', 'numpy', 'matplotlib', 'jinja2', 'snakemake'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT / "src", check=True)
    assert done.stdout.strip() == "[]"
