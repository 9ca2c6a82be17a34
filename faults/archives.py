"""Archives that were made to harm, handed to the readers as if their digest were right.

A digest is checked before anything is read, so none of these gets so far; the readers hold by themselves all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from faults import isolated
from faults.choice import in_turns
from faults.fault import Fault, Trial
from faults.hostile_tars import ATTACKS, WHOLE, gzipped, member, members
from labreport.data.arrays import Prepared

CLASSES = {"train_per_class": 6, "test_per_class": 2, "seed": 0}
# Reader, generator of a good sample, its parameters, and the reader's.
READERS: Mapping[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "cifar10": ("labreport.data.cifar10", "labreport.data.samples_images", CLASSES, {}),
    "imdb": ("labreport.data.imdb", "labreport.data.samples_reviews", CLASSES, {"vocabulary": 99, "length": 20}),
    "stsb": (
        "labreport.data.stsb",
        "labreport.data.samples_pairs",
        {"train_pairs": 30, "dev_pairs": 5, "test_pairs": 5, "seed": 0},
        {"length": 20, "min_count": 1},
    ),
}
WANTED = {"cifar10": "data_batch_2", "imdb": "train/pos/0_", "stsb": "sts-dev.csv"}


@dataclass(frozen=True)
class Attempt:
    """One archive that is to be read."""

    reader: str
    attack: str
    path: Path


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Every attack on some reader, all of them read in processes of their own with little memory."""
    good = {reader: sample(reader, folder) for reader in READERS}
    trials = []
    for number, attack in enumerate(in_turns([*ATTACKS, *WHOLE], count, rng)):
        reader = rng.choice(list(READERS))
        attempt = Attempt(reader, attack, folder / f"{number}" / good[reader].name)
        attempt.path.parent.mkdir()
        write(attempt, good[reader].read_bytes(), rng)
        trials.append(_trial(attempt, good[reader]))
        attempt.path.unlink()
    return Fault.of("hostile archives", trials)


def sample(reader: str, folder: Path) -> Path:
    """The archive of a small sample."""
    names = {"cifar10": "cifar-10-python.tar.gz", "imdb": "aclImdb_v1.tar.gz", "stsb": "Stsbenchmark.tar.gz"}
    path = folder / "good" / names[reader]
    path.parent.mkdir(exist_ok=True)
    import_module(READERS[reader][1]).write_archive(path, READERS[reader][2])
    return path


def write(attempt: Attempt, good: bytes, rng: Random) -> None:
    """The good archive with an attack in it, at the place of a member that the reader wants."""
    if attempt.attack in WHOLE:
        attempt.path.write_bytes(WHOLE[attempt.attack](good, rng))
        return
    attacked = False
    with open(attempt.path, "wb") as file:
        for name, content in members(good):
            if not attacked and WANTED[attempt.reader] in name:
                attacked = True
                file.writelines(gzipped(ATTACKS[attempt.attack](name, content, rng)))
            else:
                file.writelines(gzipped(iter([(member(name, content), 1)])))
        file.writelines(gzipped(iter([(b"\0" * 1024, 1)])))
    assert attacked


def _trial(attempt: Attempt, good: Path) -> Trial:
    name = f"{attempt.attack}, read by {attempt.reader}"
    words = [attempt.reader, str(attempt.path), str(good)]
    return isolated.trial(name, "faults.archives", words, attempt.path.parent / "empty")


def preparation(reader: str) -> Callable[[Path], Prepared]:
    """Reads all of an archive."""
    module, _, drawn, more = READERS[reader]
    prepare = import_module(module).prepare
    parameters = {key: None if key != "seed" else 0 for key in drawn} | more
    return lambda path: prepare(path, parameters)


def same(one: Prepared, other: Prepared) -> bool:
    """Whether two readings gave the same arrays and words."""
    pairs = [pair for split in one.splits for pair in zip(one.arrays(split), other.arrays(split), strict=True)]
    equal = all(a is b if a is None or b is None else np.array_equal(a, b) for a, b in pairs)
    return equal and one.vocabulary == other.vocabulary and one.classes == other.classes


def main(reader: str, path: str, good: str) -> None:
    """Read an archive and a good one, and say what came of it."""
    read = preparation(reader)
    right = read(Path(good))
    print(isolated.reported(lambda: same(read(Path(path)), right), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
