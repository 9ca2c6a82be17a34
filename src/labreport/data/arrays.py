"""Prepared data: the arrays a run trains on, saved as one folder and loaded again.

Every training run imports this module, so its meaning is part of every run's key: it holds the format and nothing
else, and what makes the arrays stays in the readers.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from labreport.errors import DataError

ARRAYS = ("train_inputs", "train_labels", "test_inputs", "test_labels")
LENGTHS = ("train_lengths", "test_lengths")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A data set ready for training: images, or texts as padded rows of token indices.

    Attributes:
        dataset: its name in the declarations.
        classes: names, in the order of the labels.
        train_inputs: uint8 (n, 3, 32, 32); or uint16 or int32 (n, length), where 0 is padding and 1 an unknown word.
        train_labels: uint8 (n,).
        test_inputs: as `train_inputs`.
        test_labels: as `train_labels`.
        train_lengths: int32 (n,), real tokens per text, 1 to length; None for images.
        test_lengths: as `train_lengths`.
        vocabulary: the words, by index; None for images.
        spec: what this was prepared from.
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

    def describe(self) -> dict[str, Any]:
        """The contents of `dataset.json`: names, images or texts per class and split, sizes, spec."""
        size = len(self.classes)
        return {
            "dataset": self.dataset,
            "classes": list(self.classes),
            "train_counts": np.bincount(self.train_labels, minlength=size).tolist(),
            "test_counts": np.bincount(self.test_labels, minlength=size).tolist(),
            "vocabulary": None if self.vocabulary is None else len(self.vocabulary),
            "length": None if self.vocabulary is None else int(self.train_inputs.shape[1]),
            "spec": self.spec,
        }

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
        for name in ARRAYS + (LENGTHS if self.vocabulary is not None else ()):
            np.save(
                folder / f"{name}.npy",
                np.ascontiguousarray(getattr(self, name)),
                allow_pickle=False,
            )
        if self.vocabulary is not None:
            (folder / "vocabulary.txt").write_text("".join(f"{word}\n" for word in self.vocabulary), encoding="utf-8")
        text = json.dumps(self.describe(), indent=2, sort_keys=True, ensure_ascii=False)
        (folder / "dataset.json").write_text(text + "\n", encoding="utf-8")


def load(folder: Path | str) -> Prepared:
    """The prepared data in a folder that `Prepared.save` wrote.

    Raises:
        DataError: a file is missing or damaged, or the arrays do not fit one another.
    """
    folder = Path(folder)
    try:
        about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        text = about["vocabulary"] is not None
        names = ARRAYS + (LENGTHS if text else ())
        loaded = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in names}
        vocabulary = (folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines() if text else None
        prepared = Prepared(
            about["dataset"],
            about["classes"],
            vocabulary=vocabulary,
            spec=about["spec"],
            **loaded,
        )
        fault = _fault(prepared, about)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        fault = f"{type(error).__name__}: {error}"
    if fault:
        raise DataError(f"{folder}: the prepared data are damaged ({fault}); delete this folder and run again")
    return prepared


def _fault(prepared: Prepared, about: dict[str, Any]) -> str | None:
    """What is wrong with the arrays, or None."""
    for split in ("train", "test"):
        inputs, labels = (
            getattr(prepared, f"{split}_inputs"),
            getattr(prepared, f"{split}_labels"),
        )
        if labels.ndim != 1 or labels.dtype != np.uint8 or len(labels) != len(inputs) or not len(labels):
            return f"{split}_labels is {labels.dtype} {labels.shape}, {split}_inputs {inputs.dtype} {inputs.shape}"
        if prepared.vocabulary is None:
            if inputs.ndim != 4 or inputs.dtype != np.uint8:
                return f"{split}_inputs is {inputs.dtype} {inputs.shape}, not uint8 images"
        elif fault := _text_fault(
            split,
            inputs,
            getattr(prepared, f"{split}_lengths"),
            len(prepared.vocabulary),
        ):
            return fault
    if labels.max() >= len(prepared.classes) or prepared.train_labels.max() >= len(prepared.classes):
        return f"a label is not below the number of classes, {len(prepared.classes)}"
    found = prepared.describe()
    return next(
        (f"{key} is {found[key]}, dataset.json says {about[key]}" for key in found if found[key] != about[key]),
        None,
    )


def _text_fault(split: str, tokens: np.ndarray, lengths: np.ndarray, words: int) -> str | None:
    if tokens.ndim != 2 or tokens.dtype not in (np.uint16, np.int32) or tokens.min() < 0 or tokens.max() >= words:
        return f"{split}_inputs is {tokens.dtype} {tokens.shape}, not indices of {words} words"
    if lengths.shape != tokens.shape[:1] or lengths.dtype != np.int32:
        return f"{split}_lengths is {lengths.dtype} {lengths.shape}, {split}_inputs {tokens.shape}"
    if lengths.min() < 1 or lengths.max() > tokens.shape[1]:
        return f"{split}_lengths holds {lengths.min()} to {lengths.max()}, not 1 to {tokens.shape[1]}"
    return None
