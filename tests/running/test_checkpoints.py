from __future__ import annotations

import errno
import io
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch

from labreport.errors import TrainingError
from labreport.running import checkpoint_files, checkpoints
from labreport.running.checkpoint_files import checkpoints_in
from labreport.running.checkpoints import EVERY_EPOCH, Checkpoints, on_host

KEY = "0123456789abcdef"


def state(epoch: int) -> dict[str, Any]:
    return {"weights": torch.full((3,), float(epoch)), "rows": [{"epoch": epoch, "loss": 0.1, "test": None}]}


class Said(list[str]):
    """The lines that checkpoints said."""


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def kept(tmp_path: Path, said: Said) -> Checkpoints:
    return Checkpoints(tmp_path / "kept", KEY, said.append)


def epochs(folder: Path) -> list[int]:
    return [file.epoch for file in checkpoints_in(folder)]


def test_states_come_back_the_latest_first(
    kept: Checkpoints, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EVERY_EPOCH, "1")
    for epoch in (1, 2, 3):
        kept.keep(epoch, state(epoch))
        assert kept.last == epoch
    reader = Checkpoints(tmp_path / "kept", KEY, said.append)
    for epoch, found in zip((3, 2), reader.read(), strict=True):
        assert reader.last == epoch
        torch.testing.assert_close(found["weights"], torch.full((3,), float(epoch)), rtol=0, atol=0)
        assert found["rows"] == state(epoch)["rows"]
    assert (reader.last, reader.refused, said) == (0, 0, [])
    (tmp_path / "other").touch()
    kept.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_writing_takes_a_hundredth_of_the_time_at_most(
    kept: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock on which each write takes a second: the first epoch is written, then none for a hundred seconds."""
    now = [100.0]
    monkeypatch.delenv(EVERY_EPOCH, raising=False)
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    write = checkpoint_files.write

    def slowly(*arguments: Any) -> None:
        write(*arguments)
        now[0] += 1

    monkeypatch.setattr(checkpoint_files, "write", slowly)
    written = []
    for epoch, at in enumerate((100.0, 105.0, 200.9, 201.0, 290.0, 302.0), start=1):
        now[0] = at
        kept.keep(epoch, state(epoch))
        written.append(epochs(tmp_path / "kept")[0])
    assert written == [1, 1, 1, 4, 4, 6]


def test_the_epoch_that_was_not_written_is_held_until_it_is_asked_for(
    kept: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(EVERY_EPOCH, raising=False)
    kept.keep(1, state(1))
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: 0.0)  # before the next write is due
    for epoch in (2, 3):
        later = state(epoch)
        kept.keep(epoch, later)
        later["weights"] += 100  # training goes on
        later["rows"].append({"epoch": epoch + 1})
    assert (epochs(tmp_path / "kept"), kept.last) == ([1], 1)
    kept.write()
    assert (epochs(tmp_path / "kept"), kept.last) == ([3, 1], 3)
    found = next(kept.read())
    assert found["weights"].tolist() == [3, 3, 3]
    assert found["rows"] == state(3)["rows"]
    before = checkpoints_in(tmp_path / "kept")
    kept.write()
    assert checkpoints_in(tmp_path / "kept") == before


def test_no_room_for_a_checkpoint_is_a_warning(kept: Checkpoints, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint_files, "write", full)
    kept.keep(3, state(3))
    (line,) = said
    assert line.startswith("warning: ")
    assert line.endswith("no checkpoint after epoch 3: No space left on device")
    assert kept.last == 0


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")]
)
@pytest.mark.parametrize("place", ["on_host", "torch.save"])
def test_no_memory_for_a_checkpoint_is_a_warning(
    place: str, error: Exception, kept: Checkpoints, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise error

    kept.keep(1, state(1))
    monkeypatch.setattr(kept, "_next", 0.0)
    with monkeypatch.context() as patched:
        patched.setattr(f"labreport.running.checkpoints.{place}", full)
        kept.keep(2, state(2))
    (line,) = said
    assert line.endswith("no checkpoint after epoch 2: the machine has too little memory")
    assert (epochs(tmp_path / "kept"), kept.last) == ([1], 1)
    monkeypatch.setattr(kept, "_next", 0.0)
    kept.keep(3, state(3))
    assert epochs(tmp_path / "kept") == [3, 1]


def test_a_mistake_of_ours_is_no_lack_of_memory(kept: Checkpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("size mismatch")

    monkeypatch.setattr(checkpoints, "on_host", broken)
    with pytest.raises(RuntimeError, match="size mismatch"):
        kept.keep(1, state(1))


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")]
)
def test_no_memory_to_read_a_checkpoint_is_no_damage(
    error: Exception, kept: Checkpoints, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise error

    kept.keep(1, state(1))
    monkeypatch.setattr(torch, "load", full)
    with pytest.raises(type(error)):
        next(kept.read())
    assert (kept.refused, said) == (0, [])


def test_a_file_that_cannot_be_read_is_no_damage(
    kept: Checkpoints, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server of files that is away for a minute costs no epoch."""
    kept.keep(1, state(1))
    (file,) = checkpoints_in(tmp_path / "kept")

    def stale(path: Path) -> bytes:
        raise OSError(errno.ESTALE, "Stale file handle", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", stale)
        with pytest.raises(TrainingError, match=rf"^{file.path}: this checkpoint cannot be read \(Stale file handle\)"):
            next(kept.read())
    assert (kept.refused, said) == (0, [])
    assert next(kept.read())["rows"] == state(1)["rows"]


def put(folder: Path, value: Any, epoch: int = 1) -> None:
    content = io.BytesIO()
    torch.save(value, content)
    checkpoint_files.write(folder, epoch, content.getvalue())


class Creates:
    """Unpickled without care, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (str(self.path), "w"))


def test_a_checkpoint_with_code_in_it_is_refused_and_runs_nothing(
    kept: Checkpoints, said: Said, tmp_path: Path
) -> None:
    put(tmp_path / "kept", {"key": KEY, "state": Creates(tmp_path / "ran")})
    assert list(kept.read()) == []
    assert kept.refused == len(said) == 1
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"key": "f" * 16, "state": {}}, f"it belongs to the run {'f' * 16}, this one is {KEY}"),
        ({"state": {}}, "'key'"),
        ([1, 2], "list indices must be integers"),
    ],
)
def test_what_is_no_checkpoint_of_this_run_is_refused_in_one_line(
    value: Any, reason: str, kept: Checkpoints, said: Said, tmp_path: Path
) -> None:
    put(tmp_path / "kept", value, epoch=4)
    assert list(kept.read()) == []
    (line,) = said
    assert f"the checkpoint after epoch 4 is not used: {reason}" in line
    assert "\n" not in line


def test_a_copy_shares_nothing_and_keeps_its_classes() -> None:
    original = {"a": [torch.ones(2), (1, None)], "b": Counter({3: 2}), "c": OrderedDict(x=torch.zeros(1))}
    copied = on_host(original)
    original["a"][0] += 1
    original["b"][3] += 1
    original["c"]["x"] += 1
    assert copied["a"][0].tolist() == [1, 1]
    assert copied["a"][1] == (1, None)
    assert (type(copied["b"]), copied["b"]) == (Counter, {3: 2})
    assert (type(copied["c"]), copied["c"]["x"].item()) == (OrderedDict, 0)


def test_the_layout_in_memory_is_kept() -> None:
    images = torch.zeros(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    assert on_host(images).is_contiguous(memory_format=torch.channels_last)
