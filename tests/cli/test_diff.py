"""`labreport diff`: what changed between two archives, commits, or one of them and now."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from labreport.cli.changes import changes
from labreport.cli.states import of_archive
from labreport.documents.zips import packed, unpacked

from .conftest import OWN, SMALL

ZIP = "report/own.en.zip"


@pytest.fixture
def earlier(project) -> Path:
    """The archive of the project as it was handed in."""
    project.make(ZIP)
    return Path(shutil.copy(ZIP, "earlier.zip"))


@pytest.fixture
def commit(project) -> str:
    """The project as a repository of one commit, with what it declares."""
    Path(".gitignore").write_text("results/\nreport/\n.snakemake/\n*.zip\n")
    subprocess.run(["git", "init", "-q"], check=True)
    return _commit()


def _commit() -> str:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "add", "."], check=True)
    subprocess.run(["git", *author, "commit", "-qm", "as it is"], check=True)
    return subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def retrain(project) -> None:
    """One experiment of the two with other settings."""
    project.edit(SMALL, lambda value: value["arms"]["cnn3"].update(learning_rate=0.25, epochs=9))


def rows(said, title: str) -> list[list[str]]:
    """The cells of a section's rows, without its head."""
    start = said.lines.index(f"### {title}") + 4
    lines = [*said.lines[start:], ""]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]


def test_the_same_archive_twice_is_no_difference(earlier, labreport):
    said = labreport("diff", str(earlier), str(earlier))
    assert (said.status, said.error) == (0, "")
    assert said.lines == ["own, earlier.zip -> earlier.zip: nothing differs"]


def test_nothing_changed_since_it_was_handed_in(earlier, labreport):
    assert labreport("diff", str(earlier)).lines == ["own, earlier.zip -> now: nothing differs"]


def test_now_is_of_the_scale_of_the_archive_unless_another_is_asked_for(earlier, project, labreport):
    project.replace("config/config.yaml", "scale: demo ", "scale: full ")
    assert labreport("diff", str(earlier)).lines == ["own, earlier.zip -> now: nothing differs"]
    full = labreport("diff", str(earlier), "--config", "scale=full")
    assert full.status == 2
    assert f"make it by .venv/bin/snakemake --cores 1 {ZIP} --config scale=full" in full.error


def test_a_key_that_looks_like_a_number_is_shown_whole(earlier, tmp_path):
    state = of_archive(earlier, tmp_path / "archive")
    states = []
    for key, value in (("88355562", "0.123456789"), ("12e45678", "0.2")):
        table = tmp_path / f"{key}.csv"
        table.write_text(f"experiment,key,share\ncnn3,{key},{value}\n")
        states.append(replace(state, files={**state.files, "tables/own.csv": table}))
    (section,) = changes(*states)
    assert [row[3:5] for row in section.rows] == [["88355562", "12e45678"], ["0.123457", "0.2"]]


def test_a_retrained_run_and_all_that_follows_from_it(earlier, project, labreport):
    old = project.run("cnn3").key
    retrain(project)
    project.make(ZIP)
    said = labreport("diff", str(earlier), ZIP)
    assert said.status == 1
    assert "1 run retrained" in said.lines[0]
    assert rows(said, "Runs") == [["cnn3", "0", "retrained", old, project.run("cnn3").key]]
    assert ["cnn3", "learning_rate 0.001 -> 0.25"] in rows(said, "Settings")
    numbers = {row[1]: row[2:] for row in rows(said, "Numbers") if row[0] == "cnn3"}
    assert numbers["epochs"][1:] == ["9", f"+{9 - int(numbers['epochs'][0])}", "exact"]
    before, after, change, against = numbers["validation accuracy"]
    one, other, points = (
        float(re.match(r"[+−]?[\d.]+", text)[0].replace("−", "-")) for text in (before, after, change)
    )
    assert points == pytest.approx(other - one, abs=0.11)
    times, error = re.fullmatch(r"([\d.]+) times its error of ([\d.]+)\spoints", against).groups()
    assert float(times) == pytest.approx(abs(points) / float(error), rel=0.1)
    assert before.endswith(" %".replace(" ", "\u202f"))
    assert {row[0] for row in rows(said, "Numbers")} == {"cnn3"}
    cells = {(row[0], row[1], row[2]): row[5] for row in rows(said, "Tables")}
    assert cells["results", "cnn3", "val_accuracy"] == against
    assert not any("resnet_small" in row for row in cells)
    assert [row[0] for row in rows(said, "Figures")] == ["loss"]
    assert said.lines[1:] == labreport("diff", str(earlier)).lines[1:]


def test_a_claim_that_turned(earlier, project, labreport):
    project.replace(OWN, "within: 50", "within: 0.01")
    project.make(ZIP)
    said = labreport("diff", str(earlier), ZIP)
    (row,) = rows(said, "Claims")
    assert row[:2] == ["close", "turned"]
    assert "supported" in row[2]
    assert "undecided" in row[3] or "refuted" in row[3]
    assert "1 of 1 claim turned" in said.lines[0]
    assert "### Runs" not in said.lines


def test_a_page_begins_with_what_changed_in_a_line(earlier, project, labreport, tmp_path):
    retrain(project)
    project.make(ZIP)
    page = tmp_path / "page.md"
    said = labreport("diff", str(earlier), ZIP, "--page", str(page))
    assert (said.status, len(said.lines)) == (1, 1)
    lines = page.read_text().splitlines()
    assert "1 run retrained" in lines[0]
    assert "### Runs" in lines


def test_a_figure_that_went(earlier, project, labreport):
    text = Path(OWN).read_text()
    Path(OWN).write_text(re.sub(r"figures:\n(  .*\n)+", "figures: {}\n", text))
    project.replace("templates/own/en.md.j2", "![Loss.](figure:loss)\n", "")
    project.make(ZIP)
    said = labreport("diff", str(earlier), ZIP)
    assert rows(said, "Figures") == [["loss", "gone", "–"]]


def test_commits_are_compared_by_the_results_that_have_their_keys(earlier, project, commit, labreport):
    assert labreport("diff", str(earlier), commit).status == 0
    retrain(project)
    project.make(ZIP)
    second = _commit()
    said = labreport("diff", commit, second, "--report", "own")
    assert said.status == 1
    assert said.lines[1:] == labreport("diff", str(earlier), ZIP).lines[1:]


def test_what_a_commit_declares_and_nothing_made_is_named_with_its_command(earlier, project, commit, labreport):
    retrain(project)
    second = _commit()
    said = labreport("diff", str(earlier), second)
    assert said.status == 2
    assert (
        "is not there; make it by .venv/bin/snakemake --cores 1 report/own.en.zip --config scale=demo in a"
        in said.error
    )
    now = labreport("diff", str(earlier))
    assert now.status == 2
    assert "as it is declared now is not there; make it by" in now.error


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("earlier.zip", "nowhere"), "found 'nowhere', which is no commit; allowed are NAME.zip"),
        (("earlier.zip", "--output=x"), ""),
        (("HEAD",), "of which report? commits hold several; say --report NAME, of own"),
        (("earlier.zip", "earlier.zip", "earlier.zip"), "found 3 states; allowed are two"),
        (("text.zip",), "text.zip: cannot be read as a zip"),
        (("absent.zip",), "absent.zip: no such file"),
        (("altered.zip", "earlier.zip"), "tables/results.csv does not have the digest that SHA256SUMS states"),
        (("empty.zip", "earlier.zip"), "empty.zip: holds no tables/spec.json"),
        (("foreign.zip", "earlier.zip"), "allowed are two states of one report"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(earlier, labreport, capsys, arguments, found):
    files = unpacked(earlier.read_bytes())
    Path("text.zip").write_text("words")
    Path("altered.zip").write_bytes(packed({**files, "own/tables/results.csv": b"experiment,val_accuracy\ncnn3,1.0\n"}))
    Path("empty.zip").write_bytes(packed({"own/SHA256SUMS": b""}))
    Path("foreign.zip").write_bytes(packed({name.replace("own/", "other/", 1): data for name, data in files.items()}))
    if not found:
        with pytest.raises(SystemExit) as stopped:
            labreport("diff", *arguments)
        assert stopped.value.code == 2
        return
    said = labreport("diff", *arguments)
    assert said.status == 2
    assert found in said.error
    assert said.error.startswith("error: ")
    assert len(said.error.splitlines()) == 1
