"""Prepared data: the arrays a run trains on, saved as one folder and loaded again.

Every training run imports this module, so its meaning is part of every run's key: it holds the format and nothing
else, and what makes the arrays stays in the readers.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from labreport.errors import DataError
from labreport.files import atomic_path, sums_faults, write_sums

ARRAYS = ("inputs", "labels")
LENGTHS = "lengths"
TOP_SCORE = 5.0  # of a pair's similarity


@dataclass(frozen=True, eq=False)
class Prepared:
    """A data set ready for training: images, texts as padded rows of token indices, or pairs of such texts.

    Attributes:
        dataset: its name in the declarations.
        classes: names, in the order of the labels; none for pairs, which have scores.
        train_inputs: uint8 (n, 3, 32, 32); or uint16 or int32 (n, length), where 0 is padding and 1 an unknown word; or
            the same (n, 2, length) for pairs.
        train_labels: uint8 (n,); for pairs float32 (n,), scores from 0 to 5.
        test_inputs: as `train_inputs`.
        test_labels: as `train_labels`.
        train_lengths: int32 (n,), real tokens per text, 1 to length; (n, 2) for pairs; None for images.
        test_lengths: as `train_lengths`.
        vocabulary: the words, by index; None for images.
        spec: what this was prepared from.
        dev_inputs: a split to choose epochs on, as `train_inputs`; None where the data set has none.
        dev_labels: as `train_labels`.
        dev_lengths: as `train_lengths`.
        unknown: split -> {"tokens": all, "unknown": those outside the vocabulary}; None where it was not counted.
    """

    dataset: str
    classes: list[str]
    train_inputs: np.ndarray
    train_labels: np.ndarray
    test_inputs: np.ndarray
    test_labels: np.ndarray
    train_lengths: np.ndarray | None = None
    test_lengths: np.ndarray | None = None
    vocabulary: list[str] | None = None
    spec: dict[str, Any] = field(default_factory=dict)
    dev_inputs: np.ndarray | None = None
    dev_labels: np.ndarray | None = None
    dev_lengths: np.ndarray | None = None
    unknown: dict[str, dict[str, int]] | None = None

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits there are."""
        return _splits(self.dev_inputs is not None)

    def arrays(self, split: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Inputs, labels and lengths of a split."""
        return getattr(self, f"{split}_inputs"), getattr(self, f"{split}_labels"), getattr(self, f"{split}_lengths")

    def describe(self) -> dict[str, Any]:
        """The contents of `dataset.json`: names, samples per split and class, sizes, spec."""
        size = len(self.classes)
        about: dict[str, Any] = {
            "dataset": self.dataset,
            "classes": list(self.classes),
            **{f"{split}_samples": len(self.arrays(split)[1]) for split in self.splits},
            "vocabulary": None if self.vocabulary is None else len(self.vocabulary),
            "length": None if self.vocabulary is None else int(self.train_inputs.shape[-1]),
            "spec": self.spec,
        }
        for split in self.splits if self.classes else ():
            about[f"{split}_counts"] = np.bincount(self.arrays(split)[1], minlength=size).tolist()
        return about if self.unknown is None else about | {"unknown": self.unknown}

    def save(self, folder: Path | str) -> None:
        """Write the folder beside its place and rename it there as a whole.

        An older one is replaced; where that fails it is put back.
        """
        folder = Path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        new, old = temporary / "new", temporary / "old"
        try:
            new.mkdir()  # mkdtemp's own mode would hide the data from a group
            self._write(new)
            if folder.exists():
                os.rename(folder, old)
            os.rename(new, folder)
        finally:
            if old.exists() and not folder.exists():
                os.rename(old, folder)  # if this fails, too, the older one stays in `temporary`
            shutil.rmtree(temporary, ignore_errors=True)

    def _write(self, folder: Path) -> None:
        for name in _names(self.splits, self.vocabulary is not None):
            save_array(folder / f"{name}.npy", np.ascontiguousarray(getattr(self, name)))
        if self.vocabulary is not None:
            (folder / "vocabulary.txt").write_text("".join(f"{word}\n" for word in self.vocabulary), encoding="utf-8")
        text = json.dumps(self.describe(), indent=2, sort_keys=True, ensure_ascii=False)
        (folder / "dataset.json").write_text(text + "\n", encoding="utf-8")
        write_sums(folder)


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


def _splits(dev: bool) -> tuple[str, ...]:
    return ("train", "dev", "test") if dev else ("train", "test")


def _names(splits: Iterable[str], text: bool) -> list[str]:
    return [f"{split}_{name}" for split in splits for name in (*ARRAYS, *((LENGTHS,) if text else ()))]


def load(folder: Path | str) -> Prepared:
    """The prepared data in a folder that `Prepared.save` wrote.

    Raises:
        DataError: a file is missing, or is not what was written, or the arrays do not fit one another.
    """
    folder = Path(folder)
    fault = next(sums_faults(folder), None)
    if fault is None:
        try:
            about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
            prepared = _read(folder, about)
            fault = _fault(prepared, about)
        except Exception as error:  # another program's file under one of these names can fail with nearly any exception
            fault = f"{type(error).__name__}: {error}"
    if fault:
        raise DataError(f"{folder}: the prepared data are damaged ({fault}); delete this folder and run again")
    return prepared


def _read(folder: Path, about: dict[str, Any]) -> Prepared:
    text = about["vocabulary"] is not None
    names = _names(_splits("dev_samples" in about), text)
    return Prepared(
        about["dataset"],
        about["classes"],
        vocabulary=(folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines() if text else None,
        spec=about["spec"],
        unknown=about.get("unknown"),
        **{name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in names},
    )


def _fault(prepared: Prepared, about: dict[str, Any]) -> str | None:
    """What is wrong with the arrays, or None."""
    for split in prepared.splits:
        inputs, labels, lengths = prepared.arrays(split)
        if labels.ndim != 1 or len(labels) != len(inputs) or not len(labels):
            return f"{split}_labels is {labels.dtype} {labels.shape}, {split}_inputs {inputs.dtype} {inputs.shape}"
        fault = _label_fault(split, labels, len(prepared.classes))
        if prepared.vocabulary is None:
            if inputs.ndim != 4 or inputs.dtype != np.uint8:
                return f"{split}_inputs is {inputs.dtype} {inputs.shape}, not uint8 images"
        elif lengths is not None:
            sides = () if prepared.classes else (2,)
            fault = fault or _text_fault(split, inputs, lengths, len(prepared.vocabulary), sides)
        if fault:
            return fault
    found = prepared.describe()
    return next(
        (f"{key} is {found[key]}, dataset.json says {about[key]}" for key in found if found[key] != about[key]),
        None,
    )


def _label_fault(split: str, labels: np.ndarray, classes: int) -> str | None:
    if not classes:
        within = labels.dtype == np.float32 and bool(((labels >= 0) & (labels <= TOP_SCORE)).all())
        return None if within else f"{split}_labels holds something that is no score from 0 to {TOP_SCORE:g}"
    if labels.dtype != np.uint8:
        return f"{split}_labels is {labels.dtype}, not uint8"
    return None if labels.max() < classes else f"a label is not below the number of classes, {classes}"


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
