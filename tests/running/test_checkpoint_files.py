from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from labreport.running.checkpoint_files import checkpoints_in, folder_of, remove, write


def content(epoch: int) -> bytes:
    return f"state after {epoch}".encode() * 100


def write_all(folder: Path, *epochs: int) -> None:
    for epoch in epochs:
        write(folder, epoch, content(epoch))


def test_the_name_says_epoch_and_digest(tmp_path: Path) -> None:
    write_all(tmp_path, 7)
    digest = hashlib.sha256(content(7)).hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == [f"7-{digest[:16]}.pt"]
    (file,) = checkpoints_in(tmp_path)
    assert (file.epoch, file.digest, file.read()) == (7, digest[:16], content(7))


def test_the_last_two_are_kept_and_ranked_by_number(tmp_path: Path) -> None:
    write_all(tmp_path, 8, 9, 10)
    assert [file.epoch for file in checkpoints_in(tmp_path)] == [10, 9]
    # the run went back behind a damaged one
    write_all(tmp_path, 10)
    assert [file.epoch for file in checkpoints_in(tmp_path)] == [10, 9]
    refused = {f"{file.path.name}.refused": file.read() for file in checkpoints_in(tmp_path)}
    write(tmp_path, 9, b"other")
    assert [file.epoch for file in checkpoints_in(tmp_path)] == [9]
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.refused")} == refused
    remove(tmp_path)
    assert not tmp_path.exists()


def test_what_a_killed_process_was_writing_goes(tmp_path: Path) -> None:
    (tmp_path / ".3-0123456789abcdef.pt.x7.pt").write_text("half")
    assert checkpoints_in(tmp_path) == []
    write_all(tmp_path, 4)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["0-0123456789abcdef.pt", "1-0123.pt", "x.pt", "1-0123456789abcdeg.pt"])
def test_other_names_are_no_checkpoints_and_stay(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    write_all(tmp_path, 1, 2, 3)
    assert [file.epoch for file in checkpoints_in(tmp_path)] == [3, 2]
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("damaged", [content(5)[:-1], content(6), b""])
def test_content_that_the_name_does_not_state_is_refused(damaged: bytes, tmp_path: Path) -> None:
    write_all(tmp_path, 5)
    (file,) = checkpoints_in(tmp_path)
    file.path.write_bytes(damaged)
    with pytest.raises(ValueError, match=f"its {len(damaged)} bytes do not have the digest"):
        file.read()


def test_removal_takes_the_experiment_s_folder_only_when_it_was_the_last(tmp_path: Path) -> None:
    first, second = tmp_path / "lstm4" / "one", tmp_path / "lstm4" / "two"
    for folder in (first, second):
        write_all(folder, 1)
    remove(first)
    assert [path.name for path in (tmp_path / "lstm4").iterdir()] == ["two"]
    remove(second)
    assert list(tmp_path.iterdir()) == []
    remove(second)


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("results/runs/lstm4/0123", "results/checkpoints/lstm4/0123"),
        ("/a/results/runs/lstm4/0123", "/a/results/checkpoints/lstm4/0123"),
        ("/tmp/try", "/tmp/try.checkpoints"),
    ],
)
def test_checkpoints_lie_beside_the_runs(out: str, expected: str) -> None:
    assert folder_of(Path(out)) == Path(expected)
