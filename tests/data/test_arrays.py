from __future__ import annotations

import dataclasses
import errno
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from faults.hostile_pickles import Calls
from labreport.artifacts.code import SOURCES
from labreport.data.arrays import checked, describe, load, save, save_array, save_arrays
from labreport.data.prepared import Prepared
from labreport.errors import DataError
from labreport.files import SUMS, file_digest, write_sums

IMAGES = Prepared(
    "cifar10",
    ["cat", "dog"],
    np.arange(5 * 3 * 32 * 32).reshape(5, 3, 32, 32).astype(np.uint8),
    np.array([0, 1, 1, 0, 1], np.uint8),
    np.zeros((2, 3, 32, 32), np.uint8),
    np.array([1, 1], np.uint8),
    spec={"seed": 0},
)
TEXTS = Prepared(
    "imdb",
    ["negative", "positive"],
    np.array([[2, 3, 0], [1, 0, 0]], np.uint16),
    np.array([0, 1], np.uint8),
    np.array([[3, 3, 2]], np.uint16),
    np.array([1], np.uint8),
    np.array([2, 1], np.int32),
    np.array([3], np.int32),
    ["<pad>", "<unk>", "naïve", "film"],
)


PAIRS = Prepared(
    "stsb",
    [],
    np.array([[[2, 3, 0], [1, 0, 0]], [[3, 3, 2], [2, 0, 0]]], np.int32),
    np.array([0, 4.25], np.float32),
    np.array([[[2, 0, 0], [3, 0, 0]]], np.int32),
    np.array([5], np.float32),
    np.array([[2, 1], [3, 1]], np.int32),
    np.array([[1, 1]], np.int32),
    ["<pad>", "<unk>", "a", "man"],
    dev_inputs=np.array([[[1, 0, 0], [3, 2, 0]]], np.int32),
    dev_labels=np.array([2.5], np.float32),
    dev_lengths=np.array([[1, 2]], np.int32),
    unknown={"train": {"tokens": 7, "unknown": 1}},
)


@pytest.mark.parametrize("prepared", [IMAGES, TEXTS, PAIRS], ids=["images", "texts", "pairs"])
def test_saved_and_loaded_are_equal(prepared: Prepared, tmp_path: Path) -> None:
    save(prepared, tmp_path / "set" / "key")
    loaded = load(tmp_path / "set" / "key")
    for field in dataclasses.fields(Prepared):
        one, other = getattr(prepared, field.name), getattr(loaded, field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other, strict=True)
        else:
            assert one == other
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["key"]


def test_files_are_those_of_the_contract(tmp_path: Path) -> None:
    save(IMAGES, tmp_path / "images")
    save(TEXTS, tmp_path / "texts")
    four = {"train_inputs.npy", "train_labels.npy", "test_inputs.npy", "test_labels.npy", "dataset.json"}
    assert {path.name for path in (tmp_path / "images").iterdir()} == four | {SUMS}
    digests = [f"{file_digest(tmp_path / 'images' / name)}  {name}" for name in sorted(four)]
    assert (tmp_path / "images" / SUMS).read_text().splitlines() == digests
    more = {"train_lengths.npy", "test_lengths.npy", "vocabulary.txt"}
    assert {path.name for path in (tmp_path / "texts").iterdir()} == four | more | {SUMS}
    assert (tmp_path / "texts" / "vocabulary.txt").read_text(encoding="utf-8") == "<pad>\n<unk>\nnaïve\nfilm\n"
    assert json.loads((tmp_path / "images" / "dataset.json").read_text()) == {
        "dataset": "cifar10",
        "classes": ["cat", "dog"],
        "train_samples": 5,
        "test_samples": 2,
        "train_counts": [2, 3],
        "test_counts": [0, 2],
        "vocabulary": None,
        "length": None,
        "spec": {"seed": 0},
    }
    about = json.loads((tmp_path / "texts" / "dataset.json").read_text())
    assert (about["vocabulary"], about["length"]) == (4, 3)


def test_pairs_say_how_long_their_sentences_are() -> None:
    about = describe(PAIRS)
    assert (about["vocabulary"], about["length"], about["classes"]) == (4, 3, [])
    assert [about[f"{split}_samples"] for split in ("train", "dev", "test")] == [2, 1, 1]


def test_an_older_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    save(TEXTS, tmp_path / "key")
    save(IMAGES, tmp_path / "key")
    assert load(tmp_path / "key").dataset == "cifar10"
    assert not (tmp_path / "key" / "vocabulary.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_failed_save_leaves_what_was_there(tmp_path: Path) -> None:
    save(IMAGES, tmp_path / "key")
    broken = dataclasses.replace(TEXTS, test_labels=np.array([object()]))
    with pytest.raises((TypeError, ValueError)):
        save(broken, tmp_path / "key")
    assert load(tmp_path / "key").dataset == "cifar10"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def failing_renames(monkeypatch: pytest.MonkeyPatch, *failing: int) -> None:
    """Let the calls of os.rename with these numbers, counted from 1, fail."""
    rename, calls = os.rename, itertools.count(1)

    def one(source: Path, target: Path) -> None:
        if next(calls) in failing:
            raise OSError(errno.ENOSPC, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", one)


def test_a_failed_rename_puts_the_older_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(IMAGES, tmp_path / "key")
    failing_renames(monkeypatch, 2)
    with pytest.raises(OSError, match="No space"):
        save(TEXTS, tmp_path / "key")
    assert load(tmp_path / "key").dataset == "cifar10"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_an_older_folder_that_cannot_be_put_back_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(IMAGES, tmp_path / "key")
    failing_renames(monkeypatch, 2, 3)
    with pytest.raises(OSError, match="No space"):
        save(TEXTS, tmp_path / "key")
    (temporary,) = tmp_path.iterdir()
    assert load(temporary / "old").dataset == "cifar10"


def overwrite(name: str, array: np.ndarray) -> Callable[[Path], None]:
    return lambda folder: np.save(folder / name, array)


def npy_header(*shape: int) -> bytes:
    """The beginning of a file that says that it holds an array of that shape."""
    words = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n"
    return b"\x93NUMPY\x01\x00" + len(words).to_bytes(2, "little") + words.encode()


def put(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def cut(name: str, size: int) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:size]) and None


DAMAGE: dict[str, Callable[[Path], None]] = {
    "missing": lambda folder: (folder / "test_labels.npy").unlink(),
    "no description": lambda folder: (folder / "dataset.json").unlink(),
    "empty": cut("train_inputs.npy", 0),
    "truncated": cut("train_inputs.npy", 130),
    "cut description": cut("dataset.json", 40),
    "pickled": overwrite("train_inputs.npy", np.array([{}], dtype=object)),
    "endless": put("train_inputs.npy", npy_header(1 << 200, 1 << 200)),
    "too large": put("train_inputs.npy", npy_header(1 << 60)),
    "deep description": put("dataset.json", b"[" * 100_000),
    "other description": put("dataset.json", b"[]"),
    "too short": overwrite("train_labels.npy", np.array([0], np.uint8)),
    "unknown label": overwrite("test_labels.npy", np.array([2], np.uint8)),
    "other counts": overwrite("test_labels.npy", np.array([0], np.uint8)),
    "unknown word": overwrite("train_inputs.npy", np.array([[2, 4, 0], [1, 0, 0]], np.uint16)),
    "no tokens": overwrite("train_lengths.npy", np.array([2, 0], np.int32)),
    "too many tokens": overwrite("train_lengths.npy", np.array([2, 4], np.int32)),
    "other lengths": overwrite("train_lengths.npy", np.array([2], np.int32)),
    "fewer words": put("vocabulary.txt", b"<pad>\n<unk>\nfilm\n"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_one_message(damage: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "key"
    save(TEXTS, folder)
    load(folder)
    damage(folder)
    message = r"the prepared data are damaged \(.*\); delete this folder and run again"
    with pytest.raises(DataError, match=message) as digests:
        load(folder)
    assert SUMS in str(digests.value) or "cannot be read" in str(digests.value)
    write_sums(folder)
    with pytest.raises(DataError, match=message) as contents:
        load(folder)
    assert SUMS not in str(contents.value)


@pytest.mark.parametrize("name", ["train_inputs.npy", "dataset.json", "vocabulary.txt", SUMS])
def test_every_altered_byte_is_found(name: str, tmp_path: Path) -> None:
    save(TEXTS, tmp_path / "key")
    whole = (tmp_path / "key" / name).read_bytes()
    for place in range(0, len(whole), 7):
        (tmp_path / "key" / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(DataError, match="damaged"):
            load(tmp_path / "key")


def test_images_must_be_bytes(tmp_path: Path) -> None:
    save(IMAGES, tmp_path / "key")
    np.save(tmp_path / "key" / "train_inputs.npy", IMAGES.train_inputs.astype(np.float32))
    write_sums(tmp_path / "key")
    with pytest.raises(DataError, match=r"train_inputs is float32 .* grey or colour images of one square size"):
        load(tmp_path / "key")


def test_an_array_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    save(IMAGES, tmp_path / "key")
    objects = np.array([Calls(os.mkdir, str(tmp_path / "mark"))], dtype=object)
    np.save(tmp_path / "key" / "train_labels.npy", objects, allow_pickle=True)
    write_sums(tmp_path / "key")
    with pytest.raises(DataError, match="damaged"):
        load(tmp_path / "key")
    assert not (tmp_path / "mark").exists()


def test_nothing_there_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"train_labels": np.array([0, 5.01], np.float32)}, "no score from 0 to 5"),
        ({"train_labels": np.array([0, np.nan], np.float32)}, "no score from 0 to 5"),
        ({"train_labels": np.array([0, 1], np.uint8)}, "no score from 0 to 5"),
        ({"dev_lengths": np.array([[1, 4]], np.int32)}, "dev_lengths holds 1 to 4"),
        (
            {"dev_inputs": np.array([[1, 0, 0]], np.int32), "dev_lengths": np.array([1], np.int32)},
            "dev_inputs is int32",
        ),
        ({"test_inputs": np.array([[[4, 0, 0], [3, 0, 0]]], np.int32)}, "not indices of 4 words"),
    ],
)
def test_damaged_pairs_are_refused(change: dict[str, np.ndarray], said: str, tmp_path: Path) -> None:
    save(dataclasses.replace(PAIRS, **change), tmp_path / "pairs")
    with pytest.raises(DataError, match=said):
        load(tmp_path / "pairs")


@pytest.mark.parametrize(
    ("base", "change", "said"),
    [
        (
            IMAGES,
            {"train_labels": np.array([0, 1, 1, 0, 2], np.uint8)},
            "train_labels holds 0 to 2, allowed is 0 to 1",
        ),
        (IMAGES, {"train_labels": np.array([0, 1, 1, 0, 1])}, "train_labels is int64, not uint8"),
        (
            IMAGES,
            {"test_labels": np.array([1, 1, 0], np.uint8)},
            r"test_labels is uint8 \(3,\), test_inputs uint8 \(2, ",
        ),
        (IMAGES, {"test_labels": np.empty(0, np.uint8), "test_inputs": np.empty((0, 3, 4, 4), np.uint8)}, "uint8 .0,."),
        (
            IMAGES,
            {"test_inputs": np.zeros((2, 3, 1024), np.uint8)},
            r"test_inputs is uint8 \(2, 3, 1024\), allowed is uint8",
        ),
        (
            IMAGES,
            {"test_inputs": np.zeros((2, 3, 28, 28), np.uint8)},
            r"test_inputs has samples of shape \(3, 28, 28\), train_inputs of \(3, 32, 32\); let all be alike",
        ),
        (IMAGES, {"test_inputs": np.zeros((2, 1, 32, 32), np.uint8)}, r"test_inputs has samples of shape \(1, 32"),
        (TEXTS, {"test_inputs": np.array([[3, 3, 2, 2]], np.uint16)}, r"test_inputs has samples of shape \(4,\)"),
        (TEXTS, {"train_lengths": np.array([2, 0], np.int32)}, "train_lengths holds 0 to 2, not 1 to 3"),
        (TEXTS, {"train_lengths": np.array([2, 4], np.int32)}, "train_lengths holds 2 to 4, not 1 to 3"),
        (TEXTS, {"train_lengths": np.array([2, 1])}, r"train_lengths is int64 \(2,\), train_inputs \(2, 3\)"),
        (TEXTS, {"train_lengths": np.array([2], np.int32)}, r"train_lengths is int32 \(1,\), train_inputs \(2, 3\)"),
        (
            TEXTS,
            {"test_inputs": np.array([[3, 3, 2]], np.uint8)},
            r"test_inputs is uint8 \(1, 3\), not indices of 4 words",
        ),
        (
            TEXTS,
            {"test_inputs": np.array([[3, -1, 2]], np.int32)},
            "test_inputs is int32 .1, 3., not indices of 4 words",
        ),
        (PAIRS, {"train_labels": np.array([-0.01, 5], np.float32)}, "train_labels holds something that is no score"),
    ],
)
def test_arrays_that_do_not_fit_one_another_are_told(
    base: Prepared, change: dict[str, np.ndarray], said: str, tmp_path: Path
) -> None:
    save(dataclasses.replace(base, **change), tmp_path / "key")
    with pytest.raises(DataError, match=rf"the prepared data are damaged \(.*{said}"):
        load(tmp_path / "key")


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint16, np.uint8])
def test_labels_of_any_whole_type_become_bytes(kind: type) -> None:
    found = checked(dataclasses.replace(IMAGES, train_labels=IMAGES.train_labels.astype(kind)))
    np.testing.assert_array_equal(found.train_labels, IMAGES.train_labels, strict=True)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.array([1, 2]), "test_labels holds 1 to 2, allowed is 0 to 1"),
        (np.array([0, 256]), "test_labels holds 0 to 256, allowed is 0 to 1"),
        (np.array([-1, 1]), "test_labels holds -1 to 1, allowed is 0 to 1"),
        (np.array([0.0, 1.0]), r"test_labels is float64, allowed is uint8 \(n,\): the place of each class"),
        (np.array(["a", "b"]), "test_labels is <U1, allowed is uint8"),
    ],
)
def test_labels_that_are_no_places_of_classes_are_refused(labels: np.ndarray, said: str) -> None:
    with pytest.raises(DataError, match=f"cifar10: {said}"):
        checked(dataclasses.replace(IMAGES, test_labels=labels))


def test_an_array_is_what_numpy_would_save(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    save_array(tmp_path / "ours.npy", array)
    np.save(tmp_path / "theirs.npy", array)
    assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "theirs.npy").read_bytes()


def test_arrays_by_name_are_read_by_numpy_and_equal_ones_give_equal_bytes(tmp_path: Path) -> None:
    arrays = {"true": np.arange(5, dtype=np.uint8), "predicted": np.linspace(0, 1, 5)}
    for name in ("one.npz", "other.npz"):
        save_arrays(tmp_path / name, arrays)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
    with np.load(tmp_path / "one.npz") as found:
        assert {name: found[name].tolist() for name in found} == {name: one.tolist() for name, one in arrays.items()}


@pytest.mark.parametrize("array", [np.array([object()]), np.array([None, "x"])])
def test_no_object_is_pickled(array: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle=False"):
        save_array(tmp_path / "a.npy", array)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        save_arrays(tmp_path / "a.npz", {"a": array})


@pytest.mark.parametrize("room", [100, 2000, 2900])
def test_an_array_that_finds_no_room_is_an_error(room: int, tmp_path: Path) -> None:
    """Of a small one NumPy's own writer would leave a part, and say nothing."""
    code = (
        "import resource, sys; import numpy as np; from labreport.data.arrays import save_array\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "save_array(sys.argv[1], np.zeros(2784, np.uint8))"
    )
    out = tmp_path / "a.npy"
    done = subprocess.run(
        [sys.executable, "-c", code, out], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(SOURCES)}
    )
    assert done.stderr.splitlines()[-1] == f"OSError: [Errno 27] File too large: '{out}'"
    assert list(tmp_path.iterdir()) == []
