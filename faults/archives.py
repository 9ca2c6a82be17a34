"""Archives that were made to harm, handed to the readers as if their digest were right.

A digest is checked before anything is read, so none of these gets so far; the readers hold by themselves all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from faults import isolated
from faults.fault import Fault, Trial, in_turns
from faults.hostile_tars import ATTACKS, WHOLE, gzipped, member, members
from labreport.data.prepared import Prepared

CLASSES = {"train_per_class": 6, "test_per_class": 2, "seed": 0}
PAIRS = {"train_pairs": 30, "dev_pairs": 5, "test_pairs": 5, "seed": 0}
# Reader, generator of a good sample, its parameters, the reader's, the archive's name, and a member that is read.
READERS: Mapping[str, tuple[str, str, dict[str, Any], dict[str, Any], str, str]] = {
    "cifar10": ("cifar10", "samples_images", CLASSES, {}, "cifar-10-python.tar.gz", "data_batch_2"),
    "imdb": ("imdb", "samples_reviews", CLASSES, {"vocabulary": 99, "length": 20}, "aclImdb_v1.tar.gz", "train/pos/0_"),
    "stsb": ("stsb", "samples_pairs", PAIRS, {"length": 20, "min_count": 1}, "Stsbenchmark.tar.gz", "sts-dev.csv"),
}


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Every attack on some reader, all of them read in processes of their own with little memory."""
    good = {reader: sample(reader, folder) for reader in READERS}
    trials = []
    for number, attack in enumerate(in_turns([*ATTACKS, *WHOLE], count, rng)):
        reader = rng.choice(list(READERS))
        trials.append(trial(reader, attack, good[reader], folder / str(number), rng))
    return Fault.of("hostile archives", trials)


def sample(reader: str, folder: Path) -> Path:
    """The archive of a small sample."""
    _, generator, drawn, _, name, _ = READERS[reader]
    path = folder / "good" / name
    path.parent.mkdir(exist_ok=True)
    import_module(f"labreport.data.{generator}").write_archive(path, drawn)
    return path


def trial(reader: str, attack: str, good: Path, folder: Path, rng: Random) -> Trial:
    """One attack."""
    path = folder / good.name
    folder.mkdir()
    write(path, attack, good.read_bytes(), READERS[reader][5], rng)
    reading = partial(comparison, preparation(reader), path, good)
    found = isolated.trial(f"{attack}, read by {reader}", reading, str(path), folder)
    path.unlink()
    return found


def write(path: Path, attack: str, good: bytes, wanted: str, rng: Random) -> None:
    """The good archive with an attack in it, at the place of a member that the reader wants."""
    if attack in WHOLE:
        path.write_bytes(WHOLE[attack](good, rng))
        return
    attacked = False
    with open(path, "wb") as file:
        for name, content in members(good):
            chunks = iter([(member(name, content), 1)])
            if not attacked and wanted in name:
                attacked, chunks = True, ATTACKS[attack](name, content, rng)
            file.writelines(gzipped(chunks))
        file.writelines(gzipped(iter([(b"\0" * 1024, 1)])))
    assert attacked


def preparation(reader: str) -> Callable[[Path], Prepared]:
    """Reads all of an archive."""
    module, _, drawn, more, _, _ = READERS[reader]
    parameters = {key: None if key != "seed" else 0 for key in drawn} | more
    return partial(import_module(f"labreport.data.{module}").prepare, parameters=parameters)


def comparison(read: Callable[[Path], Prepared], path: Path, good: Path) -> Callable[[], bool]:
    """Reads an archive, and tells whether what it gives is what a good one gives."""
    right = read(good)
    return lambda: same(read(path), right)


def same(one: Prepared, other: Prepared) -> bool:
    """Whether two readings gave the same arrays and words."""
    pairs = [pair for split in one.splits for pair in zip(one.arrays(split), other.arrays(split), strict=True)]
    equal = all(a is b if a is None or b is None else np.array_equal(a, b) for a, b in pairs)
    return equal and one.vocabulary == other.vocabulary and one.classes == other.classes
