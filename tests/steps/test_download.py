from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from labreport.errors import run_step
from labreport.steps.data import download
from labreport.steps.step import Job, main
from tests.steps.planned import arguments, planned


def job(out: Path, digest: str, *mirrors: str) -> Job:
    return planned("download", {"digest": digest}, out, file="set.tar.gz", mirrors=list(mirrors))


def test_nothing_is_asked_when_the_file_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "raw" / "set.tar.gz"
    target.parent.mkdir()
    target.write_bytes(b"content")
    digest = "md5:" + hashlib.md5(b"content").hexdigest()
    download(job(target.parent, digest, "http://127.0.0.1:9/set.tar.gz"))
    assert target.read_bytes() == b"content"
    assert capsys.readouterr() == ("", "")


def test_failure_is_one_message_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    urls = ("file:///etc/hostname", "http://[broken/set.tar.gz")
    assert run_step(main, arguments(job(tmp_path / "raw", "md5:0", *urls))) == 1
    message = capsys.readouterr().err
    assert "error: set.tar.gz: no mirror delivered it:" in message
    assert all(f"  {url}: is no address to download from" in message for url in urls)
    assert "Traceback" not in message
    assert not (tmp_path / "raw" / "set.tar.gz").exists()
