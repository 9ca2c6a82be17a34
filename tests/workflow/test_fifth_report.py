"""The worked examples of docs/adding.md and docs/fifth-report.md: what their pages say, done word for word."""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from .conftest import PROJECT, copy_project, run, snakemake
from .project import Project

DATA, REPORT = ((PROJECT / f"docs/{name}.md").read_text(encoding="utf-8") for name in ("adding", "fifth-report"))
NAMED = re.compile(r"^`([\w./]+)`\n\n```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE)
DIGITS, WIDTH = (dict(NAMED.findall(page)) for page in (DATA, REPORT))
ENTRY = re.search(r"```yaml\n(digits:\n.*?)```", DATA, re.DOTALL)
MODELS = re.search(r"registry\.py`:\n\n```python\n(    \"one_.*?)```", REPORT, re.DOTALL)
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
FORMS = ("pdf", "html", "docx")


@pytest.fixture(scope="module")
def digits(tmp_path_factory) -> Path:
    """A copy of the project with the data set of docs/adding.md and its report, made by the page's commands."""
    folder = copy_project(tmp_path_factory.mktemp("fifth") / "project")
    write(folder, DIGITS)
    assert ENTRY
    Project(folder).rewrite("config/datasets.yaml", lambda text: f"{text}\n{ENTRY[1]}")
    for command in SHELL.findall(DATA):
        done = run(folder, ["bash", "-ec", command])
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def fifth(digits) -> Path:
    """The same project with the files of docs/fifth-report.md, in which its commands were run."""
    write(digits, WIDTH)
    assert MODELS
    Project(digits).rewrite("src/labreport/models/registry.py", lambda text: text.rstrip()[:-1] + MODELS[1] + "}\n")
    photo = digits / "templates/width/images/sheet.jpg"
    photo.parent.mkdir()
    Image.new("RGB", (80, 60), "khaki").save(photo)
    (commands,) = SHELL.findall(REPORT)
    check, build = map(shlex.split, commands.splitlines())
    assert run(digits, check).stdout.splitlines()[-1] == "width: no mistakes"
    assert trained(digits, *build[1:]) == {"conv_2", "conv_8", "conv_32", "perceptron_32"}  # `digits_cnn4` is there
    snakemake(digits, *build[1:])
    return digits


def write(folder: Path, files: dict[str, str]) -> None:
    """Write a page's files, none of which may be there."""
    for name, text in files.items():
        assert not (folder / name).exists()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def trained(folder: Path, *arguments: str) -> set[str]:
    """The experiments that a command would train."""
    return set(re.findall(r"train (\w+) seed", snakemake(folder, "--dry-run", *arguments).stdout))


def words(folder: Path, form: str) -> str:
    """What a reader sees of the fifth report, its spaces as single ones."""
    path = folder / f"report/width.{form}"
    if form == "pdf":
        text = run(folder, ["pdftotext", str(path), "-"]).stdout
    elif form == "html":
        text = re.sub(r"<[^>]*>", "", path.read_text(encoding="utf-8"))
    else:
        with zipfile.ZipFile(path) as file:
            text = re.sub(r"<[^>]*>", "", file.read("word/document.xml").decode())
    return " ".join(text.split())


def made(folder: Path, kind: str, name: str) -> Path:
    """A figure or claim of the fifth report."""
    (found,) = folder.glob(f"results/{kind}/width*/*/{name}")
    return found


def test_own_data_are_split_as_the_page_says(digits):
    (about,) = digits.glob("results/data/digits/*/dataset.json")
    counts = json.loads(about.read_text(encoding="utf-8"))
    lines = pd.read_csv(digits / "data/digits.csv")["target"].value_counts().sort_index()
    assert counts["test_counts"] == [40] * 10
    assert counts["train_counts"] == list(lines - 40)


def test_own_data_train_a_network_that_reads_them(digits):
    assert (digits / "report/digits.pdf").read_bytes().startswith(b"%PDF")
    summary = json.loads((Project(digits).run_folder("digits_cnn4") / "summary.json").read_text(encoding="utf-8"))
    assert summary["val_accuracy"] > 0.9


def test_an_edited_file_of_data_is_trained_on_anew(digits):
    path = digits / "data/digits.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.rpartition("\n0")[0] + "\n", encoding="utf-8")
    command = ["--cores", "1", "report/digits.pdf", "--config", "scale=full"]
    assert trained(digits, *command) == {"digits_cnn4"}
    path.write_text(text, encoding="utf-8")
    assert trained(digits, *command) == set()


def test_a_whole_report_takes_at_most_twenty_five_lines():
    lines = [line for name, text in DIGITS.items() if not name.endswith(".py") for line in text.splitlines()]
    assert len([line for line in lines if line.strip()]) <= 25


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_what_the_page_declares(fifth, form):
    text = words(fifth, form)
    claim = json.loads(made(fifth, "claims", "wider.json").read_text(encoding="utf-8"))
    accuracy = {}
    for name in ("conv_2", "conv_32"):
        summary = json.loads((Project(fifth).run_folder(name) / "summary.json").read_text(encoding="utf-8"))
        accuracy[name] = summary["val_accuracy"]
        assert f"{100 * accuracy[name]:.2f}" in text  # of the 400 test images each is a quarter of a percent
    assert claim["estimate"] == pytest.approx(accuracy["conv_32"] - accuracy["conv_2"])
    for part in (
        "Student number: 20261127",
        "Figure 1. A sheet of digits.",
        "Figure 5. The filters that were learnt",
        "National Institute of Standards and Technology, NISTIR 5469, 1994",
        "filters instead of",
        {"supported": "supported)", "refuted": "not supported)", "undecided": "undecided)"}[claim["outcome"]],
    ):
        assert part in text.replace("\N{NO-BREAK SPACE}", " "), part
    assert re.search(r"of Equation\s\(1\) after", text)


def test_the_photo_is_in_every_form(fifth):
    assert "80 " in " ".join(run(fifth, ["pdfimages", "-list", "report/width.pdf"]).stdout.split())
    assert "data:image/jpeg;base64," in (fifth / "report/width.html").read_text(encoding="utf-8")
    with zipfile.ZipFile(fifth / "report/width.docx") as file:
        assert any(name.endswith((".jpg", ".jpeg")) for name in file.namelist())


def test_the_figure_has_the_widths_on_its_axis(fifth):
    drawn = made(fifth, "figures", "width.pdf")
    said = run(fifth, ["pdftotext", str(drawn), "-"]).stdout.split()
    assert {"2", "8", "32", "Width"} <= set(said)
    frame = pd.read_csv(drawn.with_suffix(".csv"))
    assert dict(zip(frame["experiment"], frame["setting"], strict=True)) == {"conv_2": 2, "conv_8": 8, "conv_32": 32}


def test_filters_of_grey_images_are_grey(fifth):
    frame = pd.read_csv(made(fifth, "figures", "filters.csv"))
    assert frame["red"].equals(frame["green"])
    assert frame["red"].equals(frame["blue"])
    assert frame["filter"].nunique() == 8


def test_nothing_is_left_to_do(fifth):
    done = snakemake(fifth, *(f"report/width.{form}" for form in FORMS), "--cores", "1", "--config", "scale=full")
    assert "Nothing to be done" in done.stdout + done.stderr
