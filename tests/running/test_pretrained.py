"""Pretrained weights: the file that was meant, and tensors alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from labreport.errors import DataError, TrainingError
from labreport.running.pretrained import load_weights


def kept(path: Path, content: Any) -> tuple[Path, str]:
    torch.save(content, path)
    return path, "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_another_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, digest = kept(tmp_path / "weights.pth", {"a": torch.zeros(2)})
    assert torch.equal(load_weights(path, digest)["a"], torch.zeros(2))
    path.write_bytes(path.read_bytes() + b" ")
    monkeypatch.setattr(torch, "load", lambda *arguments, **options: pytest.fail("opened before it was checked"))
    with pytest.raises(DataError, match="is not the expected file"):
        load_weights(path, digest)


class Calls:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __reduce__(self) -> Any:
        return os.mkdir, (self.folder,)


@pytest.mark.parametrize("content", ["object", "list", "numbers"])
def test_what_is_no_set_of_tensors_is_refused_and_not_run(content: str, tmp_path: Path) -> None:
    contents = {"object": {"a": Calls(tmp_path / "mark")}, "list": [torch.zeros(1)], "numbers": {"a": 1.0}}
    with pytest.raises(TrainingError, match=r"weights\.pth: (cannot be read as weights|holds something else)"):
        load_weights(*kept(tmp_path / "weights.pth", contents[content]))
    assert not (tmp_path / "mark").exists()
