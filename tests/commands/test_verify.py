"""`labreport verify` finds what does not match, whatever was changed, and names it."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from labreport.commands.command import main
from labreport.files import write_sums
from labreport.planning import records
from tests.commands.conftest import Project
from tests.declarations.conftest import set_at

DEMO = ["--config", "scale=demo"]
FORMS = ("pdf", "svg", "png", "csv", "txt")
EVERYTHING = "; everything matches"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project whose report was made, as Markdown in English."""
    with pytest.MonkeyPatch.context() as patch:
        project = Project(tmp_path_factory.mktemp("verified") / "project")
        (project.root / "Snakefile").touch()
        patch.chdir(project.root)
        plan = project.plan()
        project.train(plan)
        project.make(plan)
    return project


@pytest.fixture
def project(made, tmp_path, monkeypatch):
    """A copy of it that a test may spoil, and the current folder."""
    root = tmp_path / "project"
    shutil.copytree(made.root, root)
    copy = object.__new__(Project)
    copy.root = root
    monkeypatch.chdir(root)
    return copy


def verified(capsys, *reports):
    """(status, lines without the count, the count)."""
    capsys.readouterr()
    status = main(["verify", *reports, *DEMO])
    *lines, count = capsys.readouterr().out.splitlines()
    return status, lines, count


def run_of(project, name="cnn3"):
    return project.root / project.plan().runs[name][0].folder


def files(project):
    return {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}


def test_an_untouched_report_matches_and_nothing_is_written(project, capsys):
    before = files(project)
    status, lines, count = verified(capsys)
    assert (status, lines) == (0, [])
    # Of the figure numbers and words, of the table both files, the claim, three frames, the text. Its pictures, and the
    # text's copy of one, are compared with their digests.
    counted = set(count.removeprefix("own: ").removesuffix(f" compared{EVERYTHING}").split(", "))
    assert counted == {"2 run folders", "1 data folder", "9 files", "4 digests"}
    assert files(project) == before


def test_a_number_changed_in_a_runs_metrics_is_found_with_all_that_shows_it(project, capsys):
    path = run_of(project) / "metrics.csv"
    frame = pd.read_csv(path)
    frame.loc[1, "val_loss"] = 0.125
    was = frame.loc[1, "val_loss"]
    frame.to_csv(path, index=False)
    status, lines, _ = verified(capsys)
    assert status == 1
    folder = path.parent.relative_to(project.root)
    assert f"{folder}: metrics.csv does not have the digest that SHA256SUMS states" in lines
    (figure,) = [line for line in lines if line.startswith("results/figures/own/en/loss.csv: ")]
    assert figure.endswith(f"expected {was}")
    assert [line for line in lines if line.startswith("results/reports/own/metrics.csv: row 2, val_loss: found ")]
    assert not [line for line in lines if "claims" in line or "tables" in line]


def test_a_forger_who_mends_the_digests_is_found_by_what_was_derived(project, capsys):
    folder = run_of(project)
    summary = json.loads((folder / "summary.json").read_text())
    summary["best_val_accuracy"] = summary["val_accuracy"] = 0.999
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "SHA256SUMS").unlink()
    write_sums(folder)
    status, lines, _ = verified(capsys)
    assert status == 1
    for name in (
        "tables/own/en/results.csv",
        "tables/own/en/results.json",
        "reports/own/runs.csv",
    ):
        assert [line for line in lines if line.startswith(f"results/{name}: ")], name
    assert [line for line in lines if line.startswith("report/own.en.md: line ") and "99.9" in line]
    assert not [line for line in lines if line.startswith("results/runs")]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("results/tables/own/en/results.csv", "0.784", "0.785"),
        ("results/tables/own/en/results.json", "cnn3", "cnn4"),
        ("results/claims/own/close.json", "supported", "refuted"),
        ("results/figures/own/en/loss.csv", "cnn3", "cnn4"),
        ("results/figures/own/en/loss.txt", "Line chart", "Bar chart"),
        ("results/reports/own/runs.csv", "Test CPU", "Best CPU"),
        ("report/own.en.md", "The best is", "The worst is"),
    ],
)
def test_a_change_by_hand_is_found_in_its_file_alone(project, capsys, path, old, new):
    file = project.root / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    status, lines, count = verified(capsys)
    assert status == 1
    assert lines
    assert {line.partition(": ")[0] for line in lines} == {path}
    assert f"{len(lines)} thing" in count


def test_pictures_are_known_by_their_digests(project, capsys):
    for path in ("results/figures/own/en/loss.png", "report/own.en/loss.svg"):
        with (project.root / path).open("ab") as file:
            file.write(b" ")
    assert verified(capsys)[:2] == (
        1,
        [
            "results/figures/own/en/loss.png: was changed since it was made",
            "report/own.en/loss.svg: was changed since it was made",
        ],
    )


@pytest.mark.parametrize("name", ["spec.json", "code.json"])
def test_a_spec_or_code_that_is_not_the_folders_own_is_found(project, capsys, name):
    folder = run_of(project)
    value = json.loads((folder / name).read_text())
    value["seed" if name == "spec.json" else "labreport"] = "9" * 64
    (folder / name).write_text(json.dumps(value))
    (folder / "SHA256SUMS").unlink()
    write_sums(folder)
    status, lines, _ = verified(capsys)
    assert status == 1
    start = f"{folder.relative_to(project.root)}: "
    said = "its spec has the key" if name == "spec.json" else "code.json has the digest"
    assert [line for line in lines if line.startswith(f"{start}{said}")]


def test_files_that_come_or_go_in_a_run_folder_are_found(project, capsys):
    folder = run_of(project)
    (folder / "more.csv").touch()
    (folder / "confusion.csv").unlink()
    start = folder.relative_to(project.root)
    assert verified(capsys)[1] == [
        f"{start}: confusion.csv cannot be read (No such file or directory)",
        f"{start}: more.csv is not among SHA256SUMS",
    ]


def test_prepared_data_are_checked(project, capsys):
    folder = project.root / project.plan().runs["cnn3"][0].data.folder
    about = (folder / "dataset.json").read_text()
    (folder / "dataset.json").write_text(about.replace("1000", "1001"))
    assert verified(capsys)[1][0] == (
        f"{folder.relative_to(project.root)}: dataset.json does not have the digest that SHA256SUMS states"
    )


def test_a_run_that_is_gone_is_named_and_no_traceback(project, capsys):
    folder = run_of(project)
    shutil.rmtree(folder)
    status, lines, _ = verified(capsys)
    assert status == 1
    assert f"{folder.relative_to(project.root)}: is gone; the report was made with it" in lines
    assert [line for line in lines if "cannot be derived: cnn3: no finished run" in line]


@pytest.mark.parametrize("content", ["", "epoch,train_loss\n", "epoch\n1,2,3\n\x00"])
def test_a_run_that_cannot_be_read_is_a_line_and_no_traceback(project, capsys, content):
    (run_of(project) / "metrics.csv").write_text(content)
    status, lines, _ = verified(capsys)
    assert status == 1
    assert [line for line in lines if line.startswith("draw loss (en): cannot be derived: results/runs/cnn3/")]


def test_a_text_that_was_edited_is_out_of_date(project, capsys):
    path = project.root / "templates/own/en.md.j2"
    path.write_text(path.read_text() + "\nMore.\n")
    told = "report/own.en.md: is out of date: templates/own/en.md.j2 changed since it was made; make it again"
    status, lines, count = verified(capsys)
    assert (status, lines) == (0, [told])
    assert count.endswith("; everything else matches, 1 is out of date")
    with (project.root / "report/own.en.md").open("a") as file:
        file.write("more")
    status, lines, count = verified(capsys)
    assert (status, lines) == (1, ["report/own.en.md: was changed since it was made", told])
    assert count.endswith("; 1 thing did not match, 1 is out of date")


@pytest.mark.parametrize(
    ("patterns", "gone"),
    [
        (["results/figures/own/en/loss.*"], [f"results/figures/own/en/loss.{form}" for form in FORMS]),
        (["results/reports/own/runs.csv"], ["results/reports/own/runs.csv"]),
        (["report/own.en.md"], ["report/own.en.md"]),
        (["results/claims/own/close.json", "results/records/judge/own/close.json"], ["results/claims/own/close.json"]),
    ],
)
def test_what_is_gone_is_told(project, capsys, patterns, gone):
    """Whether it was made is told by its record, or by a text that needs it."""
    for path in [path for pattern in patterns for path in project.root.glob(pattern)]:
        path.unlink()
    status, lines, _ = verified(capsys)
    assert status == 1
    told = [line for line in lines if not line.startswith("write ")]  # a text cannot be derived without its claims
    assert sorted(told) == sorted(f"{path}: is gone" for path in gone)


def test_word_vectors_that_runs_began_with_are_checked(project, capsys):
    """As of runs whose models take them; the fabricated ones are of images."""
    folder = run_of(project)
    spec = json.loads((folder / "spec.json").read_text())
    (folder / "spec.json").write_text(json.dumps({**spec, "vectors": {"key": "ab" * 8}}))
    path = project.root / f"results/vectors/cifar10/{'ab' * 8}/vectors.npy"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"vectors")
    write_sums(path.parent)
    path.write_bytes(b"others")
    own = path.parent.relative_to(project.root)
    assert f"{own}: vectors.npy does not have the digest that SHA256SUMS states" in verified(capsys)[1]


@pytest.mark.parametrize("step", ["draw/own.en/loss", "tabulate/own.en/results", "gather/own", "write/own.en.md"])
@pytest.mark.parametrize("spoilt", [{}, {"experiments": ["cnn3"]}, {"experiments": {"cnn3": {"runs": [{"seed": 0}]}}}])
def test_a_record_of_another_layout_is_a_line_and_no_traceback(project, capsys, step, spoilt):
    path = project.root / f"results/records/{step}.json"
    record = json.loads(path.read_text())
    record["spec"] = {name: record["spec"][name] for name in ("report", "scale")} | spoilt
    path.unlink()
    record["digest"] = records._seal(record)
    path.write_text(json.dumps(record))
    status, lines, _ = verified(capsys)
    assert status == 1
    if (step, spoilt) != ("gather/own", {}):  # frames of no experiments can be derived, and differ
        (line,) = [line for line in lines if "cannot be derived: its record is of another version" in line]
        assert line.endswith("; make it again")
    assert main(["prune"]) == 0


def test_other_code_is_told_where_numbers_differ(project, capsys, monkeypatch):
    monkeypatch.setattr("labreport.commands.derive.code_digest", lambda roots: "0" * 16)
    assert verified(capsys)[:2] == (0, [])
    path = project.root / "results/claims/own/close.json"
    path.write_text(path.read_text().replace("supported", "refuted", 1))
    (line,) = verified(capsys)[1]
    assert line.endswith("expected supported (its code changed since it was made)")


def test_declarations_that_changed_meanwhile_do_not_count(project, capsys):
    """What is verified is the report that is there, not the one that would be made."""
    project.edit("experiments/small.yaml", set_at(["shared", "learning_rate"], 0.02))
    project.edit("reports/own.yaml", set_at(["title"], "Another"))
    assert verified(capsys)[:2] == (0, [])


def test_what_has_no_record_is_named(project, capsys):
    (project.root / "results/records/judge/own/close.json").write_text("{")
    assert verified(capsys)[:2] == (
        1,
        ["close: there is no record of what it was made from, or it is damaged; make it again"],
    )


def test_a_report_that_is_not_there_cannot_be_verified(project, capsys):
    for folder in ("results", "report"):
        shutil.rmtree(project.root / folder)
    assert main(["verify", "own", *DEMO]) == 1
    assert capsys.readouterr().err == "error: own: nothing of this report is there; make report/own.pdf first\n"
    assert main(["verify", *DEMO]) == 0
    assert capsys.readouterr().out == "nothing to verify: no report is there\n"
    assert main(["verify", "won", *DEMO]) == 1
    assert "config/reports/won.yaml does not exist" in capsys.readouterr().err
