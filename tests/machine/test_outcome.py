"""How an attempt at something that takes long ended: a receipt, or a failure in its unfinished folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from labreport.files import file_digest, write_sums
from labreport.machine.outcome import (
    Failure,
    content,
    failure,
    is_receipted,
    missing,
    receipt,
    write_failure,
    write_receipt,
)

LONG_AGO_NS = 10**18 + 123_456_789


@pytest.fixture
def complete(tmp_path: Path) -> Path:
    """A folder that was completed long ago."""
    folder = tmp_path / "runs" / "key"
    folder.mkdir(parents=True)
    (folder / "metrics.csv").write_text("epoch\n1\n")
    write_sums(folder)
    os.utime(folder / "SHA256SUMS", ns=(LONG_AGO_NS, LONG_AGO_NS))
    return folder


def test_a_receipt_lies_beside_its_folder_and_is_as_old_as_that(complete: Path) -> None:
    """What was made of the folder before is newer, and so not out of date."""
    assert not is_receipted(complete)
    write_receipt(complete)
    path = complete.with_name("key.done")
    assert receipt(complete) == receipt(str(complete)) == path
    assert path.stat().st_mtime_ns == LONG_AGO_NS
    assert json.loads(path.read_text()) == {"content": file_digest(complete / "SHA256SUMS")}
    assert content(complete) == file_digest(complete / "SHA256SUMS")
    assert is_receipted(complete)


def test_a_receipt_tells_of_one_content(complete: Path) -> None:
    write_receipt(complete)
    (complete / "metrics.csv").write_text("epoch\n2\n")
    assert is_receipted(complete)  # damage is another matter
    write_sums(complete)
    assert not is_receipted(complete)
    write_receipt(complete)
    (complete / "SHA256SUMS").unlink()
    assert (content(complete), is_receipted(complete)) == (None, False)
    receipt(complete).write_text('{"content": null}')
    assert not is_receipted(complete)


@pytest.mark.parametrize("text", ["", "[]", "3", "{", '{"content": 3}', '{"other": ""}', b"\xff"])
def test_what_is_no_receipt_is_none(text: str | bytes, complete: Path) -> None:
    receipt(complete).write_bytes(text if isinstance(text, bytes) else text.encode())
    assert not is_receipted(complete)


def test_what_is_no_folder_has_no_content(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert [content(tmp_path / name) for name in ("absent", "file", "")] == [None] * 3


def test_what_a_folder_held_and_holds_no_more_is_named(complete: Path) -> None:
    assert missing(complete) == []
    (complete / "metrics.csv").unlink()
    assert missing(complete) == ["metrics.csv"]
    assert missing(complete.parent) == []  # was never complete


@pytest.mark.parametrize("advice", ["", "a lower learning_rate may help"])
def test_why_an_attempt_failed_is_read_as_it_was_written(advice: str, tmp_path: Path) -> None:
    told = Failure("损失不是有限数: epoch 3\nstep 7", advice)
    write_failure(tmp_path / "key", told)
    assert [path.name for path in tmp_path.rglob("*")] == ["key.part", "failure.json"]
    assert failure(tmp_path / "key") == failure(str(tmp_path / "key")) == told


@pytest.mark.parametrize(
    "value",
    [
        {"message": None, "advice": ""},
        {"advice": "no message"},
        [],
        None,
        3,
    ],
)
def test_what_is_no_failure_is_none(value: Any, tmp_path: Path) -> None:
    assert failure(tmp_path / "key") is None
    (tmp_path / "key.part").mkdir()
    (tmp_path / "key.part" / "failure.json").write_text(json.dumps(value))
    assert failure(tmp_path / "key") is None


def test_cut_at_any_byte_it_is_none_or_the_same(tmp_path: Path) -> None:
    told = Failure("NaN 损失")
    write_failure(tmp_path / "key", told)
    path = tmp_path / "key.part" / "failure.json"
    whole = path.read_bytes()
    read = []
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        read.append(failure(tmp_path / "key"))
    assert set(read[:-1]) == {None}
    assert read[-1] == told  # only the line's end is missing
