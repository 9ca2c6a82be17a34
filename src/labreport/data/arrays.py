"""Prepared data as files: one folder, saved whole and loaded again."""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from labreport.data.prepared import TOP_SCORE, Prepared
from labreport.errors import DataError
from labreport.files import atomic_path, sums_faults, write_bytes, write_json
from labreport.store import whole_folder

ARRAYS = ("inputs", "labels")
LENGTHS = "lengths"
ABOUT = "dataset.json"
CHANNELS = (1, 3)  # grey; red, green and blue


def describe(prepared: Prepared) -> dict[str, Any]:
    """The contents of `dataset.json`: names, samples per split and class, sizes, spec."""
    size, text = len(prepared.classes), prepared.vocabulary is not None
    about: dict[str, Any] = {
        "dataset": prepared.dataset,
        "classes": list(prepared.classes),
        **{f"{split}_samples": len(prepared.arrays(split)[1]) for split in prepared.splits},
        "vocabulary": None if prepared.vocabulary is None else len(prepared.vocabulary),
        "length": int(prepared.train_inputs.shape[-1]) if text else None,
        "spec": prepared.spec,
    }
    for split in prepared.splits if prepared.classes else ():
        about[f"{split}_counts"] = np.bincount(prepared.arrays(split)[1], minlength=size).tolist()
    return about if prepared.unknown is None else about | {"unknown": prepared.unknown}


def save(prepared: Prepared, folder: Path | str) -> None:
    """Write the folder, which is complete or absent at any moment; an older one is replaced."""
    with whole_folder(Path(folder)) as new:
        write(prepared, new)


def write(prepared: Prepared, folder: Path) -> None:
    """Write the files to a folder that is there."""
    for name in _names(prepared.splits, prepared.vocabulary is not None):
        save_array(folder / f"{name}.npy", np.ascontiguousarray(getattr(prepared, name)))
    if prepared.vocabulary is not None:
        words = "".join(f"{word}\n" for word in prepared.vocabulary)
        (folder / "vocabulary.txt").write_text(words, encoding="utf-8")
    write_json(folder / ABOUT, describe(prepared))


class _Stream:
    """A file that NumPy does not take for one."""

    def __init__(self, file: BinaryIO) -> None:
        self.write = file.write


def save_array(path: Path | str, array: np.ndarray) -> None:
    """Write an array in NumPy's format, atomically.

    NumPy itself writes into a file through a stream of C, and does not look whether its last bytes found room: on a
    full disk the end of an array would be missing without a word.

    Raises:
        OSError: it cannot be written as a whole.
    """
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.save(_Stream(file), array, allow_pickle=False)


def save_arrays(path: Path | str, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays by name in NumPy's compressed format, atomically; equal arrays give equal bytes.

    Raises:
        OSError: it cannot be written as a whole.
    """
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    write_bytes(path, content.getbuffer())


def _names(splits: Iterable[str], text: bool) -> list[str]:
    return [f"{split}_{name}" for split in splits for name in (*ARRAYS, *((LENGTHS,) if text else ()))]


def load(folder: Path | str) -> Prepared:
    """The prepared data in a folder that `save` wrote.

    Raises:
        DataError: a file is missing, or is not what was written, or the arrays do not fit one another.
    """
    folder = Path(folder)
    fault = next(sums_faults(folder), None)
    if fault is None:
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            prepared = _read(folder, about)
            fault = _fault(prepared) or _untold(prepared, about)
        except Exception as error:  # another program's file under one of these names can fail with nearly any exception
            fault = f"{type(error).__name__}: {error}"
    if fault:
        raise DataError(f"{folder}: the prepared data are damaged ({fault}); delete this folder and run again")
    return prepared


def _read(folder: Path, about: dict[str, Any]) -> Prepared:
    text = about["vocabulary"] is not None
    names = _names(("train", "dev", "test") if "dev_samples" in about else ("train", "test"), text)
    return Prepared(
        about["dataset"],
        about["classes"],
        vocabulary=(folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines() if text else None,
        spec=about["spec"],
        unknown=about.get("unknown"),
        **{name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in names},
    )


def checked(prepared: Prepared) -> Prepared:
    """What a reader gave, ready to be written: labels of any whole type become bytes.

    Raises:
        DataError: the arrays are of no kind that can be trained on, or do not fit one another.
    """
    for split in prepared.splits if prepared.classes else ():
        labels = getattr(prepared, f"{split}_labels")
        narrow = labels.astype(np.uint8) if labels.dtype.kind in "iu" else labels
        if (narrow == labels).all():
            prepared = replace(prepared, **{f"{split}_labels": narrow})
    if fault := _fault(prepared):
        raise DataError(f"{prepared.dataset}: {fault}")
    return prepared


def _untold(prepared: Prepared, about: dict[str, Any]) -> str | None:
    """Where `dataset.json` says something else than the arrays, or None."""
    found = describe(prepared)
    told = (f"{key} is {found[key]}, {ABOUT} says {about[key]}" for key in found if found[key] != about[key])
    return next(told, None)


def _fault(prepared: Prepared) -> str | None:
    """What is wrong with the arrays, or None."""
    for split in prepared.splits:
        inputs, labels, lengths = prepared.arrays(split)
        if labels.ndim != 1 or len(labels) != len(inputs) or not len(labels):
            return f"{split}_labels is {labels.dtype} {labels.shape}, {split}_inputs {inputs.dtype} {inputs.shape}"
        fault = _label_fault(split, labels, len(prepared.classes))
        if prepared.vocabulary is None:
            fault = _image_fault(split, inputs) or fault
        elif lengths is not None:
            sides = () if prepared.classes else (2,)
            fault = fault or _text_fault(split, inputs, lengths, len(prepared.vocabulary), sides)
        if fault:
            return fault
        if inputs.shape[1:] != (wanted := prepared.train_inputs.shape[1:]):
            return f"{split}_inputs has samples of shape {inputs.shape[1:]}, train_inputs of {wanted}; let all be alike"
    return None


def _image_fault(split: str, images: np.ndarray) -> str | None:
    """What is wrong with the images of a split, or None: bytes, in one or three channels, square, all of one size."""
    fits = images.ndim == 4 and images.shape[1] in CHANNELS and images.shape[2] == images.shape[3]
    if fits and images.dtype == np.uint8:
        return None
    return (
        f"{split}_inputs is {images.dtype} {images.shape}, allowed is uint8 (n, 1 or 3 channels, size, size): "
        "grey or colour images of one square size"
    )


def _label_fault(split: str, labels: np.ndarray, classes: int) -> str | None:
    if not classes:
        within = labels.dtype == np.float32 and bool(((labels >= 0) & (labels <= TOP_SCORE)).all())
        return None if within else f"{split}_labels holds something that is no score from 0 to {TOP_SCORE:g}"
    if labels.dtype.kind not in "iu":
        return f"{split}_labels is {labels.dtype}, allowed is uint8 (n,): the place of each class, from 0"
    if labels.min() < 0 or labels.max() >= classes:
        return f"{split}_labels holds {labels.min()} to {labels.max()}, allowed is 0 to {classes - 1}"
    return None if labels.dtype == np.uint8 else f"{split}_labels is {labels.dtype}, not uint8"


def _text_fault(split: str, tokens: np.ndarray, lengths: np.ndarray, words: int, sides: tuple[int, ...]) -> str | None:
    """`sides` is (2,) for pairs and () for single texts."""
    fits = tokens.ndim == 2 + len(sides) and tokens.shape[1:-1] == sides and tokens.dtype in (np.uint16, np.int32)
    if not fits or tokens.min() < 0 or tokens.max() >= words:
        return f"{split}_inputs is {tokens.dtype} {tokens.shape}, not indices of {words} words"
    if lengths.shape != tokens.shape[:-1] or lengths.dtype != np.int32:
        return f"{split}_lengths is {lengths.dtype} {lengths.shape}, {split}_inputs {tokens.shape}"
    if lengths.min() < 1 or lengths.max() > tokens.shape[-1]:
        return f"{split}_lengths holds {lengths.min()} to {lengths.max()}, not 1 to {tokens.shape[-1]}"
    return None
