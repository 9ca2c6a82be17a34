"""What is refused before Snakemake begins: targets, raw data and texts that cannot be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from labreport.declarations.project import load
from labreport.errors import DataError, DeclarationError, TemplateError
from labreport.planning.plan import Plan
from labreport.planning.targets import check_targets
from tests.declarations.conftest import PROJECT, Copy

OWN = {
    "title": "T",
    "authors": ["A"],
    "experiments": ["cnn3", "cnn4_longtail"],
    "figures": {"loss": {"kind": "curves", "experiments": ["cnn3"], "metric": "loss"}},
    "claims": {"fits": {"kind": "gap", "experiment": "cnn3", "at_least": 5}},
}
GOOD = """# A {#sec:a}

{{ run("cnn3").val_accuracy | percent(1) }} {{ dataset("cifar10_longtail").title }} {{ claim("fits").points }}

{% call figure("loss") %}Loss.{% endcall %}
See {{ ref("fig:loss") }} and {{ ref("sec:a") }}.
"""


@pytest.fixture
def project(tmp_path):
    """A project with one report, `own`, and a text that is right."""
    copy = Copy(tmp_path / "project")
    for report in (copy.root / "config/reports").iterdir():
        report.unlink()
    copy.edit("scales/demo.yaml", lambda scale: scale["overrides"].pop())  # the measurement of another report
    copy.write("reports/own.yaml", yaml.safe_dump(OWN))
    (copy.root / "templates/own").mkdir(parents=True)
    (copy.root / "templates/own/zh.md.j2").write_text(GOOD)
    return copy


def check(project, *targets, **overrides):
    plan = Plan(load(project.root, {"scale": "demo", **overrides}))
    check_targets(plan, targets)
    return plan


@pytest.mark.parametrize("targets", [["report/own.pdf"], ["report/own.zh.md"], [], ["all"], ["--cores", "1"]])
def test_a_text_that_is_right_passes(project, targets):
    check(project, *targets)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('run("cnn3")', 'run("cnn4")', ['line 3: experiment "cnn4"', "cnn3, cnn4_longtail"]),
        ('dataset("cifar10_longtail")', 'dataset("stsb")', ['line 3: data set "stsb"']),
        ('claim("fits")', 'claim("fit")', ['line 3: claim "fit"']),
        ('figure("loss")', 'figure("lose")', ['line 5: figure "lose"', 'figure "loss": declared, but never shown']),
        ('ref("fig:loss")', 'ref("tab:loss")', ["line 6", "loss"]),
        ('ref("sec:a")', 'cite("he2016deep")', ['line 6: reference "he2016deep"']),
        ('ref("sec:a")', 'source("labreport.models.cnn:CNN5")', ["line 6", "CNN5"]),
        ("{% endcall %}", "", ["line "]),
    ],
)
def test_what_a_text_names_and_nobody_declares_is_told_before_training(project, old, new, words):
    template = project.root / "templates/own/zh.md.j2"
    template.write_text(GOOD.replace(old, new))
    with pytest.raises(TemplateError) as caught:
        check(project, "report/own.pdf")
    message = str(caught.value)
    assert all(line.startswith("templates/own/zh.md.j2: ") for line in message.splitlines())
    assert all(word in message for word in words), message
    check(project, "train_all")


def test_the_text_of_the_language_asked_for_is_needed(project):
    for targets, overrides in ((["report/own.en.pdf"], {}), (["report/own.pdf"], {"lang": "en"}), ([], {"lang": "en"})):
        with pytest.raises(TemplateError, match=r"templates/own/en\.md\.j2: no such file; write"):
            check(project, *targets, **overrides)


def test_a_text_that_is_no_text_is_one_message(project):
    (project.root / "templates/own/zh.md.j2").write_bytes(b"\xff\xfe")
    with pytest.raises(TemplateError, match=r"templates/own/zh\.md\.j2: cannot be read"):
        check(project, "report/own.pdf")


def test_a_report_that_is_not_declared_is_named(project):
    with pytest.raises(DeclarationError, match=r"config/reports/owl\.yaml does not exist; did you mean \"own\"\?"):
        check(project, "report/owl.pdf")


def test_raw_data_that_are_not_there_are_named_for_a_variant_too(project, tmp_path):
    with pytest.raises(DataError, match=r"cifar-10-python\.tar\.gz"):
        check(project, "report/own.pdf", scale="full", raw=str(tmp_path))


def finish(project) -> Path:
    """Put the runs of the report in place, and the report itself."""
    for run in check(project, "report/own.pdf").report_runs(OWN["experiments"]):
        (project.root / run.folder).mkdir(parents=True)
        (project.root / run.file(run.last)).touch()
    made = project.root / "report/own.pdf"
    made.parent.mkdir(exist_ok=True)
    made.touch()
    return made


def test_a_report_is_not_replaced_by_one_whose_text_cannot_be_written(project):
    made = finish(project)
    (project.root / "templates/own/zh.md.j2").write_text(GOOD.replace("fig:loss", "fig:nowhere"))
    os.utime(made, (0, 0))
    with pytest.raises(TemplateError, match="nowhere"):
        check(project, "report/own.pdf")
    os.utime(made)  # a text that is older than its report has been written once
    check(project, "report/own.pdf")


def test_a_report_whose_runs_are_there_is_planned_without_jinja2(project):
    finish(project)
    script = (
        "import sys; from pathlib import Path\n"
        "from labreport.declarations.project import load\n"
        "from labreport.planning.plan import Plan\n"
        "from labreport.planning.targets import check_targets\n"
        f"check_targets(Plan(load(Path({str(project.root)!r}), {{'scale': 'demo'}})), ['report/own.pdf'])\n"
        "heavy = {'torch', 'pandas', 'matplotlib', 'numpy', 'gensim', 'jinja2', 'pypandoc'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT / "src", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
