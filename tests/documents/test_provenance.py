"""Commit and date."""

from __future__ import annotations

import subprocess

import pytest

from labreport.documents.provenance import provenance
from labreport.errors import ResultsError


@pytest.fixture
def checkout(tmp_path):
    date = {
        "GIT_AUTHOR_DATE": "2024-05-06T07:08:09Z",
        "GIT_COMMITTER_DATE": "2024-05-06T07:08:09Z",
        "PATH": "/usr/bin:/bin",
    }
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    (tmp_path / "file").write_text("a", encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "file"], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, env=date, check=True)
    return tmp_path


def test_the_commit_and_its_date(checkout):
    found = provenance(checkout, {})
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True).stdout
    assert head.startswith(found.commit)
    assert len(found.commit) >= 7
    assert (found.date, found.epoch) == ("2024-05-06", 1714979289)


def test_a_changed_file_is_marked_and_a_new_one_is_not(checkout):
    (checkout / "new").write_text("b", encoding="utf-8")
    assert not provenance(checkout, {}).commit.endswith("+")
    (checkout / "file").write_text("b", encoding="utf-8")
    assert provenance(checkout, {}).commit.endswith("+")


def test_the_stated_date_wins(checkout):
    found = provenance(checkout, {"SOURCE_DATE_EPOCH": "86400"})
    assert (found.date, found.epoch) == ("1970-01-02", 86400)


def test_the_newest_run_dates_the_report_not_the_commit(checkout):
    measured = ["2025-01-01T23:30:00-02:00", "", "2025-01-02T01:00:00Z"]
    found = provenance(checkout, {}, measured)
    assert (found.date, found.epoch) == ("2025-01-02", 1735781400)  # half past one UTC
    assert found.commit == provenance(checkout, {}).commit
    assert provenance(checkout, {"SOURCE_DATE_EPOCH": "86400"}, measured).epoch == 86400


def test_what_is_no_time_is_said(tmp_path):
    with pytest.raises(ResultsError, match="finished: 'yesterday'"):
        provenance(tmp_path, {}, ["yesterday"])


def test_outside_a_checkout_there_is_only_today(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    found = provenance(tmp_path, {})
    assert found.commit == ""
    assert found.epoch > 1_700_000_000
