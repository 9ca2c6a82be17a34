"""The demo report, made by the real workflow, and what a second command does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from labreport.artifacts import code
from labreport.artifacts.artifact import roots
from tests.artifacts.traced import HELPERS, PLUMBING, is_in

from .conftest import REPORTS, snakemake
from .declared import Declared
from .edits import arm
from .project import Project, jobs_for, jobs_of

EXPERIMENTS = {"mycnn", "resnet34", "myresnet34", "bilstm2", "lstm4", "lstm8", "res_lstm8", "my_lstm1"}
FOLDER = re.compile(r"(\w+)-(\w+)/[0-9a-f]{16}")  # of a run: its network, its data set and its key


@pytest.mark.parametrize("name", REPORTS)
def test_every_format_is_there(built, name):
    assert (built / name).stat().st_size > 10_000


@pytest.mark.parametrize("name", [name for name in REPORTS if name.endswith(".pdf")])
def test_every_page_says_that_it_is_a_demo(built, name):
    words = {"report/practice1.pdf": "演示", "report/practice1.en.pdf": "demo"}[name]
    # pdftotext reads the Chinese fonts too, whose glyphs carry no ToUnicode map.
    text = subprocess.run(["pdftotext", "-layout", name, "-"], cwd=built, check=True, capture_output=True, text=True)
    pages = text.stdout.split("\f")[:-1]
    assert len(pages) > 8
    for number, text in enumerate(pages, 1):
        assert words in text.lower(), f"{name}: page {number} does not say so"
        assert "??" not in text


@pytest.mark.parametrize("name", [name for name in REPORTS if name.endswith(".md")])
def test_markdown_shows_pictures_that_are_there(built, name):
    text = (built / name).read_text()
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(pictures) == len(yaml.safe_load((built / "config/reports/practice1.yaml").read_text())["figures"])
    for picture in pictures:
        assert not Path(picture).is_absolute()
        assert (built / "report" / picture).is_file(), picture


def test_every_run_is_complete_and_says_what_it_is(built):
    folders = sorted((built / "results/runs").glob("*/*/"))
    assert len(folders) == len(EXPERIMENTS)
    assert all(FOLDER.fullmatch(str(folder.relative_to(built / "results/runs"))) for folder in folders)
    assert {json.loads((folder / "summary.json").read_text())["experiment"] for folder in folders} == EXPERIMENTS
    for folder in folders:
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
        spec = json.loads((folder / "spec.json").read_text())
        summary = json.loads((folder / "summary.json").read_text())
        metrics = pd.read_csv(folder / "metrics.csv")
        assert summary["key"] == folder.name
        assert list(metrics["epoch"]) == list(range(1, spec["training"]["epochs"] + 1))
        assert metrics["val_accuracy"].iloc[-1] == summary["val_accuracy"]
        confusion = pd.read_csv(folder / "confusion.csv")
        correct = confusion.loc[confusion["true"] == confusion["predicted"], "count"].sum()
        assert correct / confusion["count"].sum() == pytest.approx(summary["val_accuracy"], abs=1e-9)


def test_all_that_steps_executed_is_covered_by_their_keys(built):
    """What is drawn, tabulated, written and typeset; of trainings, `tests/artifacts/test_science.py` says it."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in (built / "traced").glob("*.json")]
    assert {one["job"]["step"] for one in found} == {"draw", "tabulate", "write", "typeset"}
    for one in found:
        step, executed = one["job"]["step"], set(one["executed"])
        covered = set(code.covered(roots(step, one["job"]["spec"])))
        assert sorted(name for name in executed - covered if not is_in(name, PLUMBING | HELPERS)) == [], step
        assert len(executed & covered) > 5, step


@pytest.mark.parametrize("arguments", [[], ["--workflow-profile", "none"]], ids=["as before", "no profile"])
def test_a_second_command_has_nothing_to_do(built, arguments):
    """What is made again after an edit is the table of edits' matter; this is its foundation, without an edit."""
    done = snakemake(built, "--cores", "1", "--dry-run", "report/practice1.pdf", *arguments)
    assert "Nothing to be done" in done.stdout + done.stderr


def test_parsing_imports_nothing_heavy(built):
    script = (
        "import sys; sys.path.insert(0, 'src')\n"
        "from pathlib import Path\n"
        "from labreport.artifacts.graph import Graph\n"
        "from labreport.cli.plan import work\n"
        "from labreport.declarations.project import Project\n"
        "work(Graph(Project(Path())), ['report/practice1.pdf'])\n"
        "heavy = {'torch', 'pandas', 'matplotlib', 'numpy', 'gensim', 'jinja2'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=built, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_one_changed_experiment_is_trained_alone(edited):
    """With what Snakemake remembers of the real runs, and with new time stamps of everything."""
    arm("images", "mycnn", learning_rate=0.0005)(Project(edited))
    for path in edited.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.touch()
    done = snakemake(edited, "--cores", "1", "-n", "--printshellcmds", "report/practice1.pdf")
    assert jobs_of(edited, done.stdout + done.stderr) == jobs_for(
        job for job in Declared(edited).trained({"mycnn"}) if ".en" not in job and not job.endswith(".md")
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--config", "scale=huge"],
            "error: --config or --configfile (or config/config.yaml): scale: found 'huge', which is not in config/",
        ),
        (["--config", "lang=fr"], "lang: found 'fr'; it should be 'zh' or 'en'"),
        (["--config", "epochs=3"], "--config or --configfile (or config/config.yaml): epochs: unknown key"),
        (["report/practice1.pfd"], 'error: report/practice1.pfd: nothing makes this; did you mean "pdf"?; allowed are'),
        (["report/practice1.fr.pdf"], "error: report/practice1.fr.pdf: found the language fr, allowed are zh and en"),
        (["report/practice9.pdf"], "config/reports/practice9.yaml does not exist; did you mean"),
        (["--config", "scale=lite", "raw=nowhere"], "nowhere"),
    ],
)
def test_a_wrong_command_ends_in_one_message(built, arguments, words):
    target = [] if arguments[0].startswith("report") else ["report/practice1.pdf"]
    done = snakemake(built, "--cores", "1", *target, *arguments, check=False)
    output = done.stdout + done.stderr
    assert done.returncode != 0
    assert words in output
    assert "Traceback" not in output
