"""`labreport verify` of the page of measured results."""

from __future__ import annotations

import json

import pytest

from labreport.commands.command import main
from labreport.files import write_sums

DEMO = ["--config", "scale=demo"]
SECTION = "docs/results.md, own at demo: "


@pytest.fixture
def published(project):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.publish(plan)
    return project


def verified(capsys):
    capsys.readouterr()
    status = main(["verify", *DEMO])
    return status, capsys.readouterr().out.splitlines()


def test_an_untouched_section_matches(published, capsys):
    status, (count,) = verified(capsys)
    assert status == 0
    assert ", 1 published section compared" in count
    page = published.root / "docs/results.md"
    page.write_text(page.read_text() + "\nWords of one's own.\n")
    assert verified(capsys)[0] == 0


def test_a_number_typed_into_a_section_is_found(published, capsys):
    page = published.root / "docs/results.md"
    text = page.read_text()
    assert "78.4" in text
    page.write_text(text.replace("78.4", "87.4", 1))
    status, lines = verified(capsys)
    assert status == 1
    assert lines[0].startswith(f"{SECTION}line ")
    assert len(lines) == 2


def test_a_run_that_was_changed_with_its_digests_is_found(published, capsys):
    folder = published.root / published.plan().runs["cnn3"][0].folder
    summary = json.loads((folder / "summary.json").read_text())
    (folder / "summary.json").write_text(json.dumps({**summary, "best_val_accuracy": 0.999, "val_accuracy": 0.999}))
    (folder / "SHA256SUMS").unlink()
    write_sums(folder)
    status, lines = verified(capsys)
    assert status == 1
    assert [line for line in lines if line.startswith(f"{SECTION}line ") and "99.9" in line]


def test_a_section_whose_tables_are_of_another_scale_by_now_is_known_by_its_digest(published, capsys):
    plan = published.plan(scale="lite")
    published.train(plan)
    published.make(plan)
    assert verified(capsys)[0] == 0
    page = published.root / "docs/results.md"
    page.write_text(page.read_text().replace("78.4", "87.4", 1))
    assert verified(capsys)[1][0] == f"{SECTION}was changed since it was made"


def test_a_section_that_was_taken_off_the_page_is_not_missed(published, capsys):
    (published.root / "docs/results.md").write_text("mine\n")
    assert verified(capsys)[0] == 0


def test_a_damaged_record_is_a_line(published, capsys):
    (published.root / "results/records/publish/own.demo.json").write_text("{")
    told = "results/records/publish/own.demo.json: is damaged; publish own at demo again"
    assert verified(capsys)[1][0] == told
