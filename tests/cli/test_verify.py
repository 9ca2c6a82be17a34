"""`labreport verify` finds what does not match, whatever was changed, and names it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from labreport.cli.comparison import LONGEST, SHOWN, unlike
from labreport.files import read_json, write_json, write_sums
from labreport.steps.texts import page

from .conftest import REPORT, TEMPLATE


@pytest.fixture
def verified(labreport):
    """(status, lines without the count, the count) of `labreport verify`."""

    def ask(*reports):
        status, lines, error = labreport("verify", *reports)
        assert error == ""
        return status, lines[:-1], lines[-1]

    return ask


def lying(pattern):
    """The one file in results/ of such a name."""
    (path,) = Path("results").glob(pattern)
    return path


def forged(project):
    """A run whose summary was changed with its digests."""
    folder = Path(project.run("cnn3").folder)
    summary = read_json(folder / "summary.json")
    write_json(folder / "summary.json", {**summary, "best_val_accuracy": 0.999, "val_accuracy": 0.999})
    write_sums(folder)


def test_an_untouched_report_matches_and_nothing_is_written(project, verified):
    before = project.kept()
    status, lines, count = verified()
    assert (status, lines) == (0, [])
    # Delivered: 2. Derived: of two runs the epochs, the summary and two tables, of the figure numbers, words and note,
    # of two tables two files each, the claim, the frames, two texts. Folders: two runs, data, measurement, figures,
    # tables, claims, two texts, document.
    frames = len(list(Path("results/tables").glob("*/*/frames/*.csv")))
    assert frames >= 2
    assert count == f"own: {2 + 8 + 3 + 4 + 1 + frames + 2} files, 10 folders compared; everything matches"
    assert project.kept() == before
    assert verified("report/own.en.pdf")[2] == count
    shutil.rmtree(project.run("cnn3").needs[0].folder)  # which runs need no longer
    assert verified()[:2] == (0, [])


def test_a_number_changed_in_a_run_is_found_with_all_that_shows_it(project, verified):
    path = Path(project.run("cnn3").folder, "metrics.csv")
    head, first, *rows = path.read_text().splitlines()
    cells, place = first.split(","), head.split(",").index("val_loss")
    was, cells[place] = cells[place], "0.125"
    path.write_text("\n".join([head, ",".join(cells), *rows]) + "\n")
    status, lines, _ = verified()
    assert status == 1
    assert f"{path.parent}: metrics.csv does not have the digest that SHA256SUMS states" in lines
    assert [line for line in lines if "/loss.csv: line " in line and was in line and "0.125" in line]
    assert [line for line in lines if "/frames/metrics.csv: line 2: found " in line]
    assert not [line for line in lines if "/claims/" in line]


def test_a_forger_who_mends_the_digests_is_found_by_what_was_derived(project, verified):
    forged(project)
    status, lines, _ = verified()
    assert status == 1
    for name in ("results.csv", "results.json", "frames/runs.csv", "own.md", "own.tex"):
        assert [line for line in lines if f"/{name}: line " in line and "99" in line], name
    assert [
        line for line in lines if line.endswith("was made from another train cnn3 seed 0 than is there; make it again")
    ]
    summary = Path(project.run("cnn3").folder) / "summary.json"
    assert [line for line in lines if line.startswith("results/runs")] == [
        line for line in lines if line.startswith(f"{summary}: line ") and "0.999" in line
    ]


def test_predictions_that_are_not_those_of_the_metrics_are_found(project, verified):
    folder = Path(project.run("cnn3").folder)
    with np.load(folder / "predictions.npz") as arrays:
        said = dict(arrays)
    said["predicted"][:3] = (said["true"][:3] + 1) % 10
    np.savez(folder / "predictions.npz", **said)
    write_sums(folder)
    unlike = (
        f"{folder}/*: cannot be derived: {folder}/predictions.npz: the predicted class of 3 samples is not the most "
    )
    assert any(line.startswith(unlike) for line in verified()[1])
    said["probabilities"][:3] = np.eye(10)[said["predicted"][:3]]
    np.savez(folder / "predictions.npz", **said)
    write_sums(folder)
    lines = [line for line in verified()[1] if line.startswith(f"{folder}/")]
    assert {line.partition(": ")[0].rpartition("/")[2] for line in lines} == {
        "metrics.csv", "summary.json", "per_class.csv", "confusion.csv"
    }  # fmt: skip
    (folder / "predictions.npz").unlink()
    assert any(
        f"{folder}/*: cannot be derived: {folder}/predictions.npz: no such file" in line for line in verified()[1]
    )


@pytest.mark.parametrize(
    ("column", "name", "line"),
    [("val_accuracy", "metrics.csv", "expected "), ("val_loss", "summary.json", 'expected   "val_loss": 0.0625')],
)
def test_a_last_epoch_that_is_not_that_of_the_predictions_or_the_summary_is_found(
    project, verified, column, name, line
):
    folder = Path(project.run("cnn3").folder)
    head, *rows = (folder / "metrics.csv").read_text().splitlines()
    cells = rows[-1].split(",")
    cells[head.split(",").index(column)] = "0.0625"  # it is never the best epoch
    (folder / "metrics.csv").write_text("\n".join([head, *rows[:-1], ",".join(cells)]) + "\n")
    write_sums(folder)
    (found,) = (one for one in verified()[1] if one.startswith(f"{folder}/"))
    assert found.startswith(f"{folder / name}: line ")
    assert line in found


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("tables/own.en/*/results.csv", "0.78", "0.79"),
        ("tables/own.en/*/results.json", "cnn3", "cnn4"),
        ("tables/own.en/*/frames/runs.csv", "Test CPU", "Best CPU"),
        ("claims/own/*/close.json", "supported", "refuted"),
        ("figures/own.en/*/loss.csv", "cnn3", "cnn4"),
        ("figures/own.en/*/loss.txt", "Line chart", "Bar chart"),
        ("texts/own.en/*/own.tex", "The best is", "The worst is"),
    ],
)
def test_a_change_by_hand_is_found_in_its_file(project, verified, pattern, old, new):
    path = lying(pattern)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    status, lines, count = verified()
    assert status == 1
    folder = Path(*path.parts[:4])
    assert f"{folder}: {path.relative_to(folder)} does not have the digest that SHA256SUMS states" in lines
    assert any(line.startswith(f"{path}: line ") and new in line for line in lines)
    assert f"; {len(lines)} things did not match" in count
    # a text shows what its claims and tables say
    assert {line.partition(": ")[0] for line in lines if "/texts/" not in line} <= {str(path), str(folder)}


def test_what_was_delivered_is_compared_with_what_was_made(project, verified):
    spoilt = ["report/own.en.md", "report/own.en/loss.svg", "report/own.en.pdf"]
    for path in spoilt:
        Path(path).write_text("other")
    assert sorted(verified()[1]) == sorted(f"{path}: was changed since it was made" for path in spoilt)
    Path(spoilt[1]).unlink()
    assert f"{spoilt[1]}: is gone" in verified()[1]


def test_what_was_delivered_of_other_settings_is_out_of_date_and_not_spoilt(project, verified):
    made = lying("texts/*/*/own.md")
    other = made.parent.with_name("0" * 16)
    other.mkdir()
    for path in (other / made.name, Path("report/own.en.md")):
        path.write_text("of other settings")
    status, lines, _ = verified()
    assert (status, lines) == (0, ["report/own.en.md: was made of other settings or words; make it again"])


@pytest.mark.parametrize(
    ("name", "damaged", "words"),
    [
        ("spec.json", "[", "spec.json is missing or damaged"),
        ("spec.json", '{"seed": NaN}', "spec.json is missing or damaged"),
        ("code.json", '{"a": 3}', "code.json has the digest"),
    ],
)
@pytest.mark.parametrize("step", ["runs/CNN3-cifar10", "data/cifar10"])
def test_a_spec_or_code_that_is_not_the_folders_own_is_found(project, verified, step, name, damaged, words):
    path = lying(f"{step}/*/{name}")
    write_json(path, {**read_json(path), "labreport:more": "9" * 16})
    write_sums(path.parent)
    said = "spec.json has the key" if name == "spec.json" else words
    assert [line for line in verified()[1] if line.startswith(f"{path.parent}: {said}")]
    path.write_text(damaged)
    write_sums(path.parent)
    assert [line for line in verified()[1] if line.startswith(f"{path.parent}: {words}")]


@pytest.mark.parametrize("content", [None, "", "epoch,train_loss\n", "epoch\n1,2,3\n\x00"])
def test_a_run_that_cannot_be_read_is_a_line(project, verified, content):
    path = Path(project.run("cnn3").folder, "metrics.csv")
    (path.parent / "more.csv").touch()
    path.unlink() if content is None else path.write_text(content)
    status, lines, _ = verified()
    assert status == 1
    assert f"{path.parent}: more.csv has no digest in SHA256SUMS" in lines
    assert [line for line in lines if line.startswith(f"{path.parent}: metrics.csv ")]
    assert [line for line in lines if line.startswith("results/figures/own.en/") and "cannot be derived: " in line]


def test_a_run_that_is_gone_is_named(project, verified):
    folder = project.run("cnn3").folder
    shutil.rmtree(folder)
    status, lines, _ = verified()
    assert status == 1
    assert f"{folder}: is gone; the report was made with it" in lines
    assert [line for line in lines if "cannot be derived: " in line and "cnn3" in line]


def test_a_report_that_would_be_another_is_out_of_date(project, verified):
    project.rewrite(TEMPLATE, lambda text: f"{text}\nMore.\n")
    status, lines, count = verified()
    why = ["its text is written anew", f"{TEMPLATE} changed"]
    assert lines == [f"{path}: is out of date ({one}); make it again" for path, one in zip(REPORT, why, strict=True)]
    assert (status, count) == (0, "own: nothing compared; everything else matches, 2 are out of date")


def test_a_report_that_is_not_there_cannot_be_verified(empty, labreport):
    told = "error: own: nothing of this report is there; make report/own.pdf first\n"
    assert labreport("verify", "own") == (1, [], told)
    assert labreport("verify") == (0, ["nothing to verify: no report is there"], "")
    assert 'did you mean "own"?' in labreport("verify", "onw").error


def test_a_published_section_is_compared_with_its_runs_and_its_page(project, verified):
    project.make("publish_own")
    section, shown = lying("sections/own/*/section.md"), Path("docs/results.md")
    shown.parent.mkdir()
    page([shown, section])
    text = f"{shown.read_text()}\nWords of one's own.\n"
    shown.write_text(text)
    status, lines, count = verified()
    assert (status, lines) == (0, [])
    assert "1 published section compared" in count
    shown.write_text(text.replace(" interval ", " interval and more ", 1))
    assert verified()[:2] == (1, ["docs/results.md, own at demo: is not what was published; publish it again"])
    shown.write_text("mine\n")
    assert verified()[0] == 0
    section.write_text(section.read_text().replace(" interval ", " interval and more ", 1))
    assert [line for line in verified()[1] if line.startswith(f"{section}: line ") and "and more" in line]


def parted(found, expected):
    return unlike(found.encode(), expected.encode())


def test_where_two_texts_part_is_told_in_few_words():
    assert parted("x\r\n1\r\n", "x\n1\n") == ["found other ends of lines"]
    assert parted("one\n\n", "one\ntwo\n") == ["line 2: found an empty line, expected two"]
    assert parted("one\n", "one\ntwo\n") == ["line 2: found nothing, expected two"]
    assert parted("x\n" * 20, "y\n" * 20)[SHOWN:] == [f"and {20 - SHOWN} more lines"]
    (place,) = parted(f"{'word ' * 100}84.1 %{' word' * 100}", f"{'word ' * 100}84.2 %{' word' * 100}")
    assert "84.1 %" in place
    assert "84.2 %" in place
    assert len(place) < 3 * LONGEST
