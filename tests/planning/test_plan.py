"""The plan of the project's own declarations: specs as docs/architecture.md has them, and what moves which key."""

from __future__ import annotations

import json

import pytest
import yaml

from labreport.declarations.project import load
from labreport.planning import specs, templates
from labreport.planning.keys import canonical, key_of, prepared_identity
from labreport.planning.plan import VECTORS, Plan
from labreport.planning.specs import gather_spec, item_spec, sources_of, text_spec
from tests.declarations.conftest import Copy, set_at

MIXED = ["cnn4", "cnn4_longtail", "rnn_rows_balanced", "sts_bilstm1", "sts_bilstm1_ln"]
OWN = {
    "title": "T",
    "authors": ["A"],
    "experiments": MIXED,
    "figures": {"grid": {"kind": "sample_grid", "dataset": "cifar10", "per_class": 2}},
    "tables": {
        "counts": {"kind": "class_counts", "datasets": ["cifar10", "cifar10_longtail", "cifar10_balanced"]},
        "groups": {"kind": "group_accuracy", "experiments": ["cnn4"], "dataset": "cifar10_longtail"},
    },
    "claims": {"gap": {"kind": "gap", "experiment": "cnn4", "at_least": 5}},
}


@pytest.fixture
def project(tmp_path):
    """The project's declarations with a report `own` in place of its own ones."""
    copy = Copy(tmp_path / "project")
    for report in (copy.root / "config/reports").iterdir():
        report.unlink()
    for name in ("demo", "lite"):
        copy.edit(f"scales/{name}.yaml", lambda scale: scale["overrides"].pop())  # the measurement of another report
    copy.write("reports/own.yaml", yaml.safe_dump(OWN))
    return copy


def planned(project, **overrides):
    return Plan(load(project.root, {"scale": "full", **overrides}))


def test_a_runs_spec_names_its_task_and_nothing_twice(project):
    spec = planned(project).runs["cnn4"][0].spec
    assert spec["task"] == {"name": "classification", "target": "labreport.training.classification:Classification"}
    assert set(spec) == {"task", "model", "data", "training", "seed", "code"}
    assert set(spec["training"]) == {
        "epochs", "batch_size", "learning_rate", "optimizer", "loss", "schedule", "precision", "normalize", "augment",
    }  # fmt: skip
    assert spec["training"]["schedule"] is None
    assert json.loads(canonical(spec)) == spec


def test_a_similarity_run_names_its_vectors_by_their_key(project):
    run = planned(project).runs["sts_bilstm1"][0]
    assert run.spec["vectors"] == {"key": run.vectors.key}
    assert run.spec["task"]["target"] == "labreport.training.similarity:Similarity"
    assert run.spec["training"]["schedule"]["parameters"] == {"factor": 0.1, "patience": 20}
    assert run.vectors.spec["data"] == run.spec["data"] == {"dataset": "stsb", "key": run.data.key}
    assert run.vectors.folder == f"results/vectors/stsb/{run.vectors.key}"
    assert run.vectors.key == key_of(run.vectors.spec)


def test_vectors_are_shared_by_all_models_and_seeds(project):
    plan = planned(project, seeds=[0, 1])
    similar = [run for runs in plan.runs.values() for run in runs if run.vectors]
    assert {run.name for run in similar} >= {"sts_lstm1_fixed", "sts_bilstm1", "sts_bilstm1_ln_mp"}
    assert {run.seed for run in similar} == {0, 1}
    assert {run.vectors.folder for run in similar} == set(plan.vectors)
    assert len(plan.vectors) == 1
    assert {kept.spec["target"] for kept in plan.vectors.values()} <= set(VECTORS.values())


def test_a_setting_of_the_vectors_moves_their_key_and_the_runs(project):
    before = planned(project)
    project.edit("experiments/similarity.yaml", set_at(["arms", "sts_bilstm1_ln", "vectors"], {"window": 7}))
    after = planned(project)
    moved = {name for name in before.runs if before.runs[name][0].key != after.runs[name][0].key}
    assert moved == {"sts_bilstm1_ln"}
    assert len(after.vectors) == 2
    assert after.runs["sts_bilstm1_ln"][0].data == before.runs["sts_bilstm1_ln"][0].data


def test_a_variant_is_prepared_from_its_bases_archive(project):
    plan = planned(project)
    base, tail, balanced = (plan.runs[name][0].data for name in ("cnn4", "cnn4_longtail", "rnn_rows_balanced"))
    assert "variants" not in base.spec
    assert [change["name"] for change in balanced.spec["variants"]] == ["longtail", "balance"]
    assert tail.spec["variants"] == balanced.spec["variants"][:1]
    for kept in (tail, balanced):
        assert kept.spec["code"] != base.spec["code"]
        assert {kept.spec[key] == base.spec[key] for key in ("reader", "digest", "folder", "parameters")} == {True}
        assert kept.folder == f"results/data/{kept.name}/{key_of(prepared_identity(kept.spec))}"
    assert plan.raw_source("cifar10_balanced") is None


def test_only_archives_have_samples(project):
    plan = planned(project, scale="demo")
    assert set(plan.samples) == {"cifar10", "imdb", "stsb"}
    digests = {plan.runs[name][0].data.spec["digest"] for name in ("cnn4", "cnn4_longtail", "rnn_rows_balanced")}
    assert digests == {f"sample:{plan.samples['cifar10'].key}"}


def test_another_share_moves_the_variants_on_it_alone(project):
    before = planned(project)
    project.edit("datasets.yaml", set_at(["cifar10_longtail", "longtail", "keep"], 0.2))
    after = planned(project)
    moved = {name for name in before.runs if before.runs[name][0].key != after.runs[name][0].key}
    assert moved == {"cnn4_longtail", "rnn_rows_longtail", "resnet50_balanced", "rnn_rows_balanced"}


def test_a_title_moves_nothing(project):
    before = planned(project)
    project.edit("datasets.yaml", set_at(["cifar10_longtail", "title"], "another"))
    after = planned(project)
    assert [run.key for runs in before.runs.values() for run in runs] == [
        run.key for runs in after.runs.values() for run in runs
    ]
    assert text_spec(after, after.report("own"), "zh")["dataset_titles"]["cifar10_longtail"] == "another"


def test_titles_are_in_the_texts_language(project):
    plan = planned(project)
    titles = {lang: text_spec(plan, plan.report("own"), lang)["dataset_titles"] for lang in ("zh", "en")}
    assert list(titles["en"]) == ["cifar10", "cifar10_longtail", "cifar10_balanced", "stsb"]
    assert titles["zh"]["cifar10_longtail"] != titles["en"]["cifar10_longtail"]


def test_the_data_that_an_item_names_are_in_its_spec_and_its_sources(project):
    plan = planned(project)
    report = plan.report("own")
    folders = {
        name: plan.runs[run][0].data for name, run in (("cifar10", "cnn4"), ("cifar10_longtail", "cnn4_longtail"))
    }
    grid, groups = report.item("figures", "grid"), report.item("tables", "groups")
    spec = item_spec(plan, report, grid, "draw", "zh")
    assert spec["data"] == {"cifar10": folders["cifar10"].folder}
    assert spec["experiments"] == {}
    assert sources_of(plan, report, grid) == [folders["cifar10"].file("dataset.json")]
    assert item_spec(plan, report, groups, "tabulate", "zh")["data"] == {
        name: kept.folder for name, kept in folders.items()
    }
    assert sources_of(plan, report, groups) == [
        plan.runs["cnn4"][0].outcome,
        folders["cifar10_longtail"].file("dataset.json"),
    ]
    counts = item_spec(plan, report, report.item("tables", "counts"), "tabulate", "en")
    assert list(counts["data"]) == ["cifar10", "cifar10_longtail", "cifar10_balanced"]


def test_a_claim_is_judged_once_for_both_languages(project):
    found = []
    for lang in ("zh", "en"):
        plan = planned(project, lang=lang)
        report = plan.report("own")
        found.append(item_spec(plan, report, report.item("claims", "gap"), "judge", None))
    assert found[0] == found[1]
    assert "lang" not in found[0]


def test_a_text_follows_the_sources_that_it_prints(project, tmp_path, monkeypatch):
    module = tmp_path / "src/labreport/models/cnn.py"
    module.parent.mkdir(parents=True)
    module.write_text("class CNN4: ...\n")
    template = project.root / templates.template("own", "zh")
    template.parent.mkdir(parents=True)
    template.write_text(
        "{{ source(\"labreport.models.cnn:CNN4\") }}{% set what = 'labreport.models.rnn:RowRNN' %}{{ source(what) }}"
        "{% include 'code.md.j2' %}"
    )
    (template.parent / "code.md.j2").write_text('{{ source("labreport.training.loop:train") }}')
    plan = planned(project)
    report = plan.report("own")
    assert set(text_spec(plan, report, "zh")["listings"]) == {
        "labreport.models.cnn",
        "labreport.models.rnn",
        "labreport.training.loop",
    }
    assert text_spec(plan, report, "en")["listings"] == {}
    before = canonical(text_spec(plan, report, "zh"))
    monkeypatch.setattr(templates, "SOURCES", tmp_path / "src")
    assert canonical(text_spec(plan, report, "zh")) != before


def test_a_text_follows_what_it_includes_and_no_other_language(project):
    folder = project.root / "templates"
    texts = {
        "own/zh.md.j2": """{% include "own.j2" %}{%- from 'macros.j2' import row -%}{% include "../../README.md" %}""",
        "own/en.md.j2": """{% include ["nowhere.j2", "parts/en.md"] ignore missing %}{% include "zh" ~ ".md.j2" %}""",
        "own/own.j2": '{% extends "deep.j2" %}',
        "own/macros.j2": "{% include 'own.j2' %}",
        "macros.j2": "hidden by the one beside the text",
        "deep.j2": "",
        "own/parts/en.md": "",
        "own/idle.j2": "",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    plan = planned(project)
    files = {
        lang: [name for name in text_spec(plan, plan.report("own"), lang)["files"] if name.startswith("templates/")]
        for lang in ("zh", "en")
    }
    zh = ["own/zh.md.j2", "own/own.j2", "own/macros.j2", "deep.j2"]
    assert files["zh"] == [f"templates/{name}" for name in zh]
    assert files["en"] == ["templates/own/en.md.j2", "templates/own/parts/en.md"]
    assert set(files["zh"]) <= set(specs.text_sources(plan, plan.report("own"), "zh", "markdown"))


def test_references_are_a_source_where_there_are_any(project):
    plan = planned(project)
    report = plan.report("own")
    bibliography = project.root / "templates/own/references.bib"
    assert "templates/own/references.bib" not in specs.text_sources(plan, report, "zh", "markdown")
    bibliography.parent.mkdir(parents=True)
    bibliography.write_text("")
    assert "templates/own/references.bib" in specs.text_sources(plan, report, "zh", "markdown")


def test_frames_are_made_of_every_run(project):
    plan = planned(project, seeds=[0, 3])
    report = plan.report("own")
    spec = gather_spec(plan, report)
    assert {name: [run["seed"] for run in entry["runs"]] for name, entry in spec["experiments"].items()} == {
        name: [0, 3] for name in MIXED
    }
    assert spec["experiments"]["cnn4_longtail"]["dataset"] == "cifar10_longtail"
    assert specs.run_sources(plan, MIXED) == [run.outcome for name in MIXED for run in plan.runs[name]]


def finished(project, run):
    """A run that is there, as far as planning looks."""
    last = project.root / run.file(run.last)
    last.parent.mkdir(parents=True)
    last.touch()


def failed(project, run, text):
    outcome = project.root / run.outcome
    outcome.parent.mkdir(parents=True, exist_ok=True)
    outcome.write_text(text)


def test_a_run_that_is_there_stands_for_itself_and_a_missing_one_for_its_outcome(project):
    plan = planned(project, seeds=[0, 1])
    there, missing = plan.runs["cnn4"]
    finished(project, there)
    assert specs.run_sources(plan, ["cnn4"]) == [there.file("SHA256SUMS"), missing.outcome]
    assert missing.outcome == f"results/outcomes/cnn4/{missing.key}.json"


@pytest.mark.parametrize("keep_going", [False, True])
def test_a_run_that_failed_is_done_without_only_where_that_is_wanted(project, keep_going):
    plan = Plan(load(project.root, {"scale": "full", "seeds": [0, 1]}), keep_going)
    there, broken = plan.runs["cnn4"]
    finished(project, there)
    assert not plan.is_settled(broken)
    failed(project, broken, '{"status": "failed", "message": "its loss is nan", "at": "2026-01-01"}')
    assert plan.failed(broken) == "its loss is nan"
    assert plan.is_settled(broken) is keep_going
    failed(project, broken, '{"status": "failed", "message": "no memory", "at": "2026-01-01", "again": true}')
    assert plan.failed(broken) == "no memory"
    assert not plan.is_settled(broken)
    finished(project, broken)
    assert plan.failed(broken) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"status": "finished", "message": "", "at": ""}', '{"status": "failed"}']
)
def test_an_outcome_that_says_nothing_is_none(project, text):
    plan = Plan(load(project.root, {"scale": "full"}), keep_going=True)
    run = plan.runs["cnn4"][0]
    failed(project, run, text)
    assert plan.failed(run) is None
    assert not plan.is_settled(run)
