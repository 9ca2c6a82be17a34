from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from labreport.errors import run_step
from labreport.steps.download import main


def test_nothing_is_asked_when_the_file_is_there(tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    target.write_bytes(b"content")
    digest = "md5:" + hashlib.md5(b"content").hexdigest()
    main(["--url", "http://127.0.0.1:9/set.tar.gz", "--digest", digest, "--out", str(target)])
    assert target.read_bytes() == b"content"


def test_failure_is_one_message_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "set.tar.gz"
    urls = ["file:///etc/hostname", "http://[broken/set.tar.gz"]
    mirrors = [f"--url={url}" for url in urls]  # as the rule writes them
    assert run_step(main, [*mirrors, "--digest", "md5:0", "--out", str(target)]) == 1
    message = capsys.readouterr().err
    assert "error: set.tar.gz: no mirror delivered it:" in message
    assert all(f"  {url}: is no address to download from" in message for url in urls)
    assert "Traceback" not in message
    assert not target.exists()
