"""What is made again, and why: products of fabricated runs, whose steps are played by writing any bytes."""

from __future__ import annotations

import os
import shutil

import pytest
import yaml

from labreport.declarations.project import load
from labreport.errors import DeclarationError
from labreport.planning import records
from labreport.planning.plan import Plan
from labreport.planning.products import Products
from tests.declarations.conftest import Copy

OWN = {
    "title": "T",
    "authors": ["A"],
    "experiments": ["cnn3", "resnet_small"],
    "figures": {
        "loss": {"kind": "curves", "experiments": ["cnn3"], "metric": "loss"},
        "accuracy": {"kind": "curves", "experiments": ["cnn3"], "metric": "accuracy"},
        "confusion": {"kind": "confusion", "experiments": ["resnet_small"]},
    },
    "tables": {"results": {"kind": "results", "experiments": ["cnn3", "resnet_small"]}},
    "claims": {"gap": {"kind": "gap", "experiment": "cnn3", "at_least": 5}},
}
TARGETS = ["report/own.pdf", "report/own.md"]
METRICS = "epoch,train_loss,train_accuracy,val_loss,val_accuracy,seconds\n1,1.5,0.2,1.6,0.3,4\n"
REPORT = {"report/own.pdf", "report/own.md", "results/typeset/own.zh/own.tex"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a report whose runs are there."""
    copy = Copy(tmp_path / "project")
    for report in (copy.root / "config/reports").iterdir():
        report.unlink()
    for name in ("demo", "lite"):
        copy.edit(f"scales/{name}.yaml", lambda scale: scale["overrides"].pop())  # the measurement of another report
    copy.write("reports/own.yaml", yaml.safe_dump(OWN))
    for name in ("own/zh.md.j2", "own/en.md.j2", "latex/report.tex.j2", "markdown/report.md.j2"):
        (copy.root / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
        (copy.root / "templates" / name).write_text("text")
    monkeypatch.chdir(copy.root)
    return copy


def products_of(project, **overrides):
    keep_going = overrides.pop("keep_going", False)
    return Products(Plan(load(project.root, {"scale": "full", **overrides}), keep_going))


def train(project, run):
    folder = project.root / run.folder
    folder.mkdir(parents=True)
    (folder / "metrics.csv").write_text(METRICS)
    for name in ("spec.json", "summary.json", "environment.json", "per_class.csv", "confusion.csv", "SHA256SUMS"):
        (folder / name).write_text(name)


def train_all(project, products):
    for run in products.plan.report_runs(OWN["experiments"]):
        if not run.is_there(project.root):
            train(project, run)


def build(project, products, targets=TARGETS):
    """Play Snakemake: make what is stale, each after what it needs; the titles of what was made."""
    made = [product for product in products.reachable(targets) if products.stale(product)]
    for product in made:
        with records.recorded(product.step, product.spec, product.files, project.root / product.record):
            for file in product.files:
                (project.root / file).parent.mkdir(parents=True, exist_ok=True)
                (project.root / file).write_text(f"{product.title} of {sorted(product.spec.items())}")
    return made


@pytest.fixture
def built(project):
    """The project, with its report in both forms."""
    products = products_of(project)
    train_all(project, products)
    assert len(build(project, products)) == 9
    return project


def stale(project, targets=TARGETS, **overrides):
    """Name -> why it is to be made again."""
    products = products_of(project, **overrides)
    found = {product.name: products.stale(product) for product in products.reachable(targets)}
    return {name: reason for name, reason in found.items() if reason}


def metrics_of(project, name="cnn3"):
    return project.root / products_of(project).plan.runs[name][0].folder / "metrics.csv"


def test_every_product_comes_after_what_it_is_made_from(project):
    products = products_of(project)
    order = products.reachable(TARGETS)
    assert len(order) == len(set(order))
    for place, product in enumerate(order):
        assert set(product.needs) <= set(order[:place])
    assert {product.files[0] for product in order} >= REPORT


def test_nothing_is_made_where_nothing_changed(built):
    assert stale(built) == {}


def test_time_stamps_and_another_folder_count_for_nothing(built, tmp_path, monkeypatch):
    for age, path in enumerate(sorted(built.root.rglob("*"), reverse=True)):
        os.utime(path, (age * 1000, age * 1000))
    assert stale(built) == {}
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(built.root, elsewhere)
    monkeypatch.chdir(elsewhere)
    products = Products(Plan(load(elsewhere, {"scale": "full"})))
    assert not any(products.stale(product) for product in products.reachable(TARGETS))


def test_a_number_that_changed_concerns_what_shows_it(built):
    path = metrics_of(built)
    path.write_text(METRICS.replace("1.6", "1.7"))  # val_loss
    shown = {"loss", "own"} | REPORT
    found = stale(built)
    assert set(found) == shown
    assert found["loss"] == f"{path.relative_to(built.root)} changed"
    path.write_text(METRICS.replace("0.3", "0.4"))  # val_accuracy
    assert set(stale(built)) == {"accuracy", "gap", "own"} | REPORT


def test_a_file_of_a_finished_run_that_is_gone_is_told_with_what_helps(built):
    path = metrics_of(built)
    path.unlink()
    folder = path.parent.relative_to(built.root)
    assert stale(built)["loss"] == f"{folder}/metrics.csv is gone; remove the folder {folder} to train it again"
    shutil.rmtree(path.parent)
    assert stale(built)["loss"] == "cnn3 seed 0 is trained"


def test_a_source_of_a_text_that_is_gone_is_told(built):
    (built.root / "templates/latex/report.tex.j2").write_text("text")
    (built.root / "templates/own/references.bib").write_text("")
    build(built, products_of(built))
    products = products_of(built)
    text = products.markdown("own", "", "zh")
    (built.root / "templates/own/references.bib").unlink()
    assert products.stale(text) == "templates/own/references.bib is gone"


def test_a_style_concerns_its_own_figure(built):
    built.edit("reports/own.yaml", lambda own: own["figures"]["loss"].update(width="half"))
    found = stale(built)
    assert set(found) == {"loss"} | REPORT
    assert found["loss"] == "options.width added"


def test_prose_concerns_its_own_language(built):
    (built.root / "templates/own/zh.md.j2").write_text("another text")
    assert set(stale(built)) == REPORT
    build(built, products_of(built), ["report/own.en.pdf"])
    (built.root / "templates/own/zh.md.j2").write_text("yet another text")
    assert stale(built, ["report/own.en.pdf"]) == {}


def test_a_shell_concerns_its_own_format(built):
    (built.root / "templates/latex/report.tex.j2").write_text("another shell")
    assert set(stale(built)) == REPORT - {"report/own.md"}


@pytest.mark.parametrize("file", ["results/figures/own/zh/loss.csv", "results/tables/own/zh/results.json"])
def test_what_was_changed_by_hand_is_made_again(built, file):
    name = file.rpartition("/")[2].partition(".")[0]
    (built.root / file).write_text("by hand")
    assert stale(built)[name] == f"{file} was changed since it was made"
    (built.root / file).unlink()
    assert stale(built)[name] == f"{file} is gone"


def test_a_report_that_was_changed_by_hand_is_left_alone(built):
    (built.root / "report/own.md").write_text("with remarks of my own")
    assert stale(built) == {}
    (built.root / "report/own/loss.svg").unlink()
    assert stale(built) == {"report/own.md": "report/own/loss.svg is gone"}


def test_no_text_has_its_pictures_where_another_has(project):
    """The one may be of another scale than the other, and its curves as well."""
    made = products_of(project)
    texts = [made.markdown("own", "", "zh"), made.markdown("own", ".zh", "zh"), made.markdown("own", ".en", "en")]
    files = [file for text in texts for file in text.files]
    assert len(set(files)) == len(files) == 3 * (1 + len(OWN["figures"]))


def test_a_record_that_is_damaged_or_gone_has_its_product_made_again(built):
    record = built.root / products_of(built).figure("own", "loss", "zh").record
    record.write_text(record.read_text()[:-20])
    assert stale(built)["loss"] == "there is no record of what it was made from"


def test_a_run_that_is_to_be_trained_comes_first(built):
    built.edit("experiments/small.yaml", lambda value: value["arms"]["cnn3"].update(learning_rate=0.5))
    found = stale(built)
    assert set(found) == {"loss", "accuracy", "results", "gap", "own"} | REPORT
    assert found["loss"] == "cnn3 seed 0 is trained"


def test_an_earlier_setting_needs_no_training(built):
    before = (built.root / "config/experiments/small.yaml").read_text()
    built.edit("experiments/small.yaml", lambda value: value["arms"]["cnn3"].update(learning_rate=0.5))
    changed = products_of(built)
    train_all(built, changed)
    build(built, changed)
    (built.root / "config/experiments/small.yaml").write_text(before)
    found = stale(built)
    assert set(found) == {"loss", "accuracy", "results", "gap", "own"} | REPORT
    assert not any("trained" in reason for reason in found.values())


def test_the_language_of_the_report_concerns_its_text(built):
    found = stale(built, lang="en")
    assert found["report/own.md"]
    assert "gap" not in found  # a claim is judged in both languages
    build(built, products_of(built, lang="en"))
    assert stale(built, lang="en") == {}
    assert set(stale(built)) == {"report/own.pdf", "report/own.md"}  # these two files hold one language at a time


def test_a_seed_that_failed_and_then_succeeded(project):
    products = products_of(project, seeds=[0, 1], keep_going=True)
    lost = products.plan.runs["cnn3"][1]
    train_all(project, products)
    shutil.rmtree(project.root / lost.folder)
    outcome = project.root / lost.outcome
    outcome.parent.mkdir(parents=True)
    outcome.write_text('{"status": "failed", "message": "its loss is nan", "at": "2026-01-01"}')
    build(project, products_of(project, seeds=[0, 1], keep_going=True))
    assert stale(project, seeds=[0, 1], keep_going=True) == {}
    assert "cnn3 seed 1 is trained" in stale(project, seeds=[0, 1]).values()
    train(project, lost)
    assert {"loss", "accuracy", "results"} <= set(stale(project, seeds=[0, 1], keep_going=True))


@pytest.mark.parametrize(
    ("target", "kinds"),
    [
        ("report/own.pdf", ["pdf"]),
        ("report/own.en.md", ["text"]),
        ("all", ["pdf", "text"]),
        ("results/figures/own/en/loss.svg", ["figure"]),
        ("results/reports/own/runs.csv", ["frames"]),
        ("results/typeset/own.en/own.tex", ["text"]),
        ("results/typeset/own.en/figures/loss.pdf", []),
        ("report/own.en/loss.svg", []),
        ("publish_own", ["figure", "figure", "figure", "table", "claim", "frames"]),
        ("train_all", []),
        ("--cores", []),
        ("own", []),
    ],
)
def test_targets(project, target, kinds):
    """As Snakemake takes them: pictures beside a text are no output of its rule."""
    assert [product.kind for product in products_of(project).of_target(target)] == kinds


@pytest.mark.parametrize("target", ["report/owl.pdf", "report/own.draft.md"])
def test_a_report_that_is_not_declared_is_named(project, target):
    with pytest.raises(DeclarationError, match=r"config/reports/ow\S+\.yaml does not exist"):
        products_of(project).of_target(target)
