"""Steps that cannot write: a disk that becomes full, folders that may only be read, operations that fail."""

from __future__ import annotations

import errno
import functools
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from faults.fault import Fault, Trial, in_turns
from faults.operations import Operations
from faults.process import Ended
from faults.reference import Work, reference
from faults.room import BLOCK_BYTES, SmallFiles, be_anyone, empty, fill, may_mount, own_disk, protect, remount
from faults.same import made_unlike, unlike
from labreport.artifacts.artifact import LONG, key_of
from labreport.files import file_digest, write_json, write_sums

DISK_BYTES = 64 << 20
STEPS = (
    "sample",
    "prepare",
    "vectors",
    "train",
    "draw",
    "tabulate",
    "judge",
    "write",
    "typeset",
    "deliver",
    "download",
)
ERRORS = (errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS)
OLD = "what was made before\n"

# Carries a job out in a project where it cannot write, and then lets it: (job, project, log, random choices).
Failing = Callable[[Work, Path, Path, Random], Ended]


def full(count: int, folder: Path, rng: Random) -> Fault:
    """Every step on a disk that becomes full while it writes; then there is room, and it is started again."""
    how = "tmpfs" if may_mount() else "RLIMIT_FSIZE"
    return _injected(f"disk full while a step writes ({how})", count, folder, rng, _on_full_disk)


def read_only(count: int, folder: Path, rng: Random) -> Fault:
    """Every step where nothing may be written; then it may, and it is started again."""
    return _injected("results folder that may only be read", count, folder, rng, _in_protected_folder)


def operations(count: int, folder: Path, rng: Random) -> Fault:
    """Every step, in which one operation on a file fails; what a step can do without is no reason to end."""
    return _injected("operation on a file fails once", count, folder, rng, _at_an_operation)


def _injected(kind: str, count: int, folder: Path, rng: Random, failing: Failing) -> Fault:
    trials = []
    with _served() as download:
        for number, step in enumerate(in_turns(STEPS, count, rng)):
            work = download if step == "download" else rng.choice(reference().of_step(step))
            trials.append(trial(work, folder / str(number), rng, failing))
    return Fault.of(kind, trials)


def trial(work: Work, folder: Path, rng: Random, failing: Failing) -> Trial:
    """One job that cannot write, and then can."""
    root, log = folder / "project", folder / "log"
    with own_disk(root, DISK_BYTES):
        reference().before(work, root)
        old = work.step not in LONG and work.step != "download" and rng.random() < 0.5
        if old:
            leave_old(root / work.out)
        failed = failing(work, root, log, rng)
        if failing is _at_an_operation and failed.status == 0 and not failed.crashed:
            return Trial.judged(work.step, unclean(work, root, False) or made_unlike(work, root))
        if not failed.one_message:
            return Trial(False, f"{work.step}: {failed.summary}")
        if wrong := unclean(work, root, old):
            return Trial(False, f"{work.step}: after the failure {wrong}", lost=True)
        again = work.start(root, log).ended()
        if again.status:
            return Trial(False, f"{work.step}: started again: {again.summary}")
        return Trial.judged(work.step, unclean(work, root, False) or made_unlike(work, root))


def leave_old(out: Path) -> None:
    """Leave what an earlier attempt made, a folder with its digests or a file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix:
        out.write_text(OLD, encoding="utf-8")
    else:
        out.mkdir()
        (out / "old.txt").write_text(OLD, encoding="utf-8")
        write_sums(out)


def unclean(work: Work, root: Path, old: bool) -> str | None:
    """What is wrong where a job failed, or None: what it makes may be whole, or absent, or as old as it was."""
    if hidden := [path.name for folder in ("results", "report") for path in (root / folder).rglob(".*")]:
        return f"{', '.join(hidden)} is left over"
    out = root / work.out
    kept = out / "old.txt" if out.is_dir() else out
    if old and kept.is_file() and kept.read_text(encoding="utf-8", errors="replace") == OLD:
        return None
    if out.exists() or old:
        return unlike(out, reference().root / work.out)
    return None


def _on_full_disk(work: Work, root: Path, log: Path, rng: Random) -> Ended:
    paths = [path for name in work.made for path in _files(reference().root / name)]
    sizes = [path.stat().st_size for path in paths]
    if not may_mount():
        return work.start(root, log, SmallFiles(rng.randrange(max(sizes)))).ended()
    blocks = sum(-(-size // BLOCK_BYTES) for size in sizes)
    fill(root, BLOCK_BYTES * rng.randrange(max(1, blocks)))
    ended = work.start(root, log).ended()
    empty(root)
    return ended


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]


def _in_protected_folder(work: Work, root: Path, log: Path, rng: Random) -> Ended:
    if may_mount() and rng.random() < 0.5:
        remount(root, "ro")
        ended = work.start(root, log).ended()
        remount(root, "rw")
        return ended
    protect(root, 0o555)
    ended = work.start(root, log, be_anyone).ended()
    protect(root, 0o755)
    return ended


def _at_an_operation(work: Work, root: Path, log: Path, rng: Random) -> Ended:
    last = rng.randint(1, reference().operations.get(work, 9))
    return work.start(root, log, Operations(root, last, error=rng.choice(ERRORS))).ended()


@contextmanager
def _served() -> Iterator[Work]:
    """A download of a sample from a server on this machine."""
    root = reference().root
    sample = next(path for path in (root / reference().of_step("sample")[0].out).iterdir() if path.suffix == ".gz")
    out, job = f"results/data/raw/{sample.name}", ".snakemake/labreport/download.json"
    (root / out).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(sample, root / out)
    handler = functools.partial(_Silent, directory=str(sample.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        spec = {"digest": f"sha256:{file_digest(sample)}"}
        url = f"http://127.0.0.1:{server.server_port}/{sample.name}"
        beside = {"mirrors": [url], "file": sample.name}
        about = {"step": "download", "key": key_of("download", spec), "title": sample.name, "spec": spec, "needs": []}
        write_json(root / job, {**about, "out": str(Path(out).parent), "beside": beside})
        yield Work("download", ("download", job), (out,), ())
        server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
