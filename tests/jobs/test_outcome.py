"""How an attempt ended, as a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from labreport.jobs.outcome import Outcome, is_final, read_outcome, write_outcome


@pytest.mark.parametrize(("status", "message"), [("finished", ""), ("failed", "损失不是有限数: epoch 3\nstep 7")])
def test_what_is_written_is_read(tmp_path, status, message):
    path = tmp_path / "outcomes" / "lenet5" / "0123456789abcdef.json"
    written = write_outcome(path, status, message)
    assert read_outcome(path) == written
    assert (written.status, written.message) == (status, message)
    at = datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["at"])
    assert timedelta() <= datetime.now(UTC) - at < timedelta(minutes=1)


def test_a_failure_is_final_unless_another_attempt_may_end_otherwise(tmp_path):
    path = tmp_path / "outcome.json"
    assert not is_final(path)
    for status, again, final in (("failed", False, True), ("failed", True, False), ("finished", False, False)):
        assert write_outcome(path, status, "why", again).again is again
        assert is_final(path) is final
    path.write_text('{"status": "failed", "message": "", "at": ""}')  # as it was written before `again` was
    assert is_final(path)


def test_none_where_there_is_none(tmp_path):
    assert read_outcome(tmp_path / "absent.json") is None
    assert read_outcome(tmp_path) is None


@pytest.mark.parametrize(
    "value",
    [
        {"status": "perhaps", "message": "", "at": ""},
        {"status": ["failed"], "message": "", "at": ""},
        {"status": "failed", "message": None, "at": ""},
        {"status": "failed", "message": "", "at": 3},
        {"status": "failed", "message": ""},
        {"status": "failed", "message": "", "at": "", "again": "no"},
        {"status": "failed", "message": "", "at": "", "more": 1},
        [],
        None,
        3,
    ],
)
def test_what_is_no_outcome_is_none(tmp_path, value):
    path = tmp_path / "outcome.json"
    path.write_text(json.dumps(value))
    assert read_outcome(path) is None


def test_cut_at_any_byte_it_is_none_or_the_same(tmp_path):
    path = tmp_path / "outcome.json"
    written = write_outcome(path, "failed", "NaN 损失")
    whole = path.read_bytes()
    read = []
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        read.append(read_outcome(path))
    assert set(read[:-1]) == {None}
    assert isinstance(written, Outcome)
    assert read[-1] == written  # only the line's end is missing
