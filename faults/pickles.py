"""Pickles that would run code, wherever a file that comes from elsewhere could hold one."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import torch

from faults import isolated
from faults.archives import preparation, sample
from faults.fault import Fault, in_turns
from faults.hostile_pickles import BOMBS, CODE
from faults.hostile_tars import gzipped, member, members
from labreport.artifacts.artifact import key_of
from labreport.data import arrays
from labreport.errors import TrainingError
from labreport.files import write_json, write_sums
from labreport.result_files import read_filters
from labreport.running.checkpoints import Checkpoints
from labreport.running.vectors import load_vectors

PAYLOADS = (*CODE, *BOMBS)
KEY = "0" * 16


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Every payload in a file of some kind, read in a process of its own."""
    good = sample("cifar10", folder)
    trials = []
    for number, payload in enumerate(in_turns(PAYLOADS, count, rng)):
        place = list(PLACES)[number % len(PLACES)]
        write, read = PLACES[place]
        target = folder / str(number) / "read"
        target.mkdir(parents=True)
        write(target, BOMBS[payload] if payload in BOMBS else CODE[payload](isolated.CANARY), good)
        reading = partial(refused, read, target)
        trials.append(isolated.trial(f"{payload}, in {place}", reading, str(target), target.parent))
        shutil.rmtree(target)
    return Fault.of("pickles that would run code", trials)


def refused(read: Callable[[Path], object], target: Path) -> Callable[[], bool]:
    """Reads what is in a folder; nothing that is read there may pass for right."""

    def reading() -> bool:
        read(target)
        return False

    return reading


def _batch(target: Path, data: bytes, good: Path, hostile: str = "data_batch_3") -> None:
    """The official archive with one member replaced."""
    files = [(name, data if name.endswith(hostile) else content) for name, content in members(good.read_bytes())]
    chunks = [(member(name, content), 1) for name, content in files] + [(bytes(1024), 1)]
    (target / good.name).write_bytes(b"".join(gzipped(iter(chunks))))


def _prepared(target: Path, data: bytes, good: Path) -> None:
    """Prepared data with one array replaced, and a digest that fits."""
    arrays.save(preparation("cifar10")(good), target)
    (target / "train_labels.npy").write_bytes(objects(data))
    write_sums(target)


def _vectors(target: Path, data: bytes, good: Path) -> None:
    (target / "vectors.npy").write_bytes(objects(data))
    write_json(target / "spec.json", {})
    write_sums(target)


def _filters(target: Path, data: bytes, good: Path) -> None:
    (target / "filters.npy").write_bytes(objects(data))


def _checkpoint(target: Path, data: bytes, good: Path) -> None:
    """A checkpoint of torch with a pickle of its own, under a name that states its digest."""
    whole = io.BytesIO()
    torch.save({"key": KEY, "state": {}}, whole)
    content = _with_pickle(whole.getvalue(), data)
    (target / f"1-{hashlib.sha256(content).hexdigest()[:16]}.pt").write_bytes(content)


def _old_checkpoint(target: Path, data: bytes, good: Path) -> None:
    """A bare pickle, as torch wrote them before 1.6."""
    (target / f"1-{hashlib.sha256(data).hexdigest()[:16]}.pt").write_bytes(data)


def _with_pickle(archive: bytes, data: bytes) -> bytes:
    """A zip of torch with another data.pkl."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name.endswith("/data.pkl") else old.read(name))
    return changed.getvalue()


def objects(data: bytes) -> bytes:
    """A .npy that says it holds objects, with a pickle behind its header."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": (2,)})
    return file.getvalue() + data


def _read_archive(target: Path) -> None:
    preparation("cifar10")(target / "cifar-10-python.tar.gz")


def _read_filters(target: Path) -> None:
    read_filters(target / "filters.npy")


def _read_checkpoint(target: Path) -> None:
    """As a run does; it must leave the checkpoint out with one line."""
    said: list[str] = []
    taken = list(Checkpoints(target, KEY, said.append).read())
    if taken or len(said) != 1:
        raise RuntimeError(f"took {taken}, said {said}")
    raise TrainingError(said[0])


# Where a pickle may stand: what puts it there, and what reads it.
PLACES: Mapping[str, tuple[Callable[[Path, bytes, Path], None], Callable[[Path], object]]] = {
    "a batch": (_batch, _read_archive),
    "the names of the classes": (partial(_batch, hostile="batches.meta"), _read_archive),
    "prepared data": (_prepared, arrays.load),
    "word vectors": (_vectors, partial(load_vectors, planned=key_of("vectors", {}), words=2)),
    "filters": (_filters, _read_filters),
    "a checkpoint": (_checkpoint, _read_checkpoint),
    "an old checkpoint": (_old_checkpoint, _read_checkpoint),
}
