"""Steps that cannot write: a disk that becomes full, and folders that may only be read."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from faults.choice import in_turns
from faults.commands import Command
from faults.fault import Fault, Trial
from faults.process import Ended
from faults.reference import reference
from faults.room import BLOCK_BYTES, SmallFiles, be_anyone, empty, fill, may_mount, own_disk, protect, remount
from faults.same import unlike
from labreport.files import file_digest

DISK_BYTES = 64 << 20
STEPS = ("sample", "prepare", "vectors", "train", "draw", "tabulate", "judge", "gather", "write", "typeset", "download")
OLD = b"what an earlier attempt wrote\n"

# Carries a command out in a project where it cannot write, and then lets it: (command, project, log, random choices).
Failing = Callable[[Command, Path, Path, Random], Ended]


def full(count: int, folder: Path, rng: Random) -> Fault:
    """Every step on a disk that becomes full while it writes; then there is room, and it is started again."""
    how = "tmpfs" if may_mount() else "RLIMIT_FSIZE"
    return _injected(f"disk full while a step writes ({how})", count, folder, rng, _on_full_disk)


def read_only(count: int, folder: Path, rng: Random) -> Fault:
    """Every step where nothing may be written; then it may, and it is started again."""
    return _injected("results folder that may only be read", count, folder, rng, _in_protected_folder)


def _injected(kind: str, count: int, folder: Path, rng: Random, failing: Failing) -> Fault:
    trials = []
    with _served() as download:
        for number, step in enumerate(in_turns(STEPS, count, rng)):
            command = download if step == "download" else rng.choice(reference().of_step(step))
            trials.append(trial(command, folder / str(number), rng, failing))
    return Fault.of(kind, trials)


def trial(command: Command, folder: Path, rng: Random, failing: Failing) -> Trial:
    root, log = folder / "project", folder / "log"
    with own_disk(root, DISK_BYTES):
        reference().before(command, root)
        if command.whole is None and rng.random() < 0.5:
            for name in command.outputs[:-1]:  # the last one is the record, which goes first
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(OLD)
        failed = failing(command, root, log, rng)
        if not failed.one_message:
            return Trial(False, f"{command.step}: {failed.summary}")
        if wrong := _wrong(command, root, unfinished=True):
            return Trial(False, f"{command.step}: after the failure {wrong}", lost=True)
        again = command.start(root, log).ended()
        if again.status:
            return Trial(False, f"{command.step}: started again: {again.summary}")
        wrong = _wrong(command, root, unfinished=False)
    return Trial(wrong is None, f"{command.step}: in the end {wrong}" if wrong else "", lost=wrong is not None)


def _on_full_disk(command: Command, root: Path, log: Path, rng: Random) -> Ended:
    sizes = [path.stat().st_size for path in _files(command, reference().root)]
    if not may_mount():
        return command.start(root, log, SmallFiles(rng.randrange(max(sizes)))).ended()
    blocks = sum(-(-size // BLOCK_BYTES) for size in sizes) - len(_files(command, root))  # old files make room
    fill(root, BLOCK_BYTES * rng.randrange(max(1, blocks)))
    ended = command.start(root, log).ended()
    empty(root)
    return ended


def _in_protected_folder(command: Command, root: Path, log: Path, rng: Random) -> Ended:
    if may_mount() and rng.random() < 0.5:
        remount(root, "ro")
        ended = command.start(root, log).ended()
        remount(root, "rw")
        return ended
    protect(root, 0o555)
    ended = command.start(root, log, be_anyone).ended()
    protect(root, 0o755)
    return ended


def _files(command: Command, root: Path) -> list[Path]:
    """The files of a job's results that are there."""
    if command.whole is None:
        return [root / name for name in command.outputs if (root / name).is_file()]
    return [path for path in (root / command.whole).rglob("*") if path.is_file()]


def _wrong(command: Command, root: Path, *, unfinished: bool) -> str | None:
    """What is wrong with a job's results, or None; as long as it is unfinished, older ones or none may be there."""
    hidden = [path.name for folder in ("results", "report") for path in (root / folder).rglob(".*")]
    if hidden:
        return f"{', '.join(hidden)} is left over"
    expected = reference().root
    if command.step == "train" and command.whole is not None:
        there = (root / command.whole).exists()
        return unlike(root / command.whole, expected / command.whole) if there or not unfinished else None
    for path in _files(command, expected):
        name = path.relative_to(expected)
        found = root / name
        if not found.is_file():
            if not unfinished:
                return f"{name} is not there"
        elif not (unfinished and found.read_bytes() == OLD) and _content(found) != _content(path):
            return f"{name} is not what it should be"
    return None


def _content(path: Path) -> bytes:
    """A file's bytes; of an environment and its digest, which say when, that they are there."""
    return b"" if path.name in ("environment.json", "SHA256SUMS") else path.read_bytes()


@contextmanager
def _served() -> Iterator[Command]:
    """A download of a sample from a server on this machine."""
    sample = reference().root / reference().of_step("sample")[0].outputs[0]
    handler = functools.partial(_Silent, directory=str(sample.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url, out = f"http://127.0.0.1:{server.server_port}/{sample.name}", f"results/data/raw/{sample.name}"
        (reference().root / out).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sample, reference().root / out)
        arguments = ("--url", url, "--digest", f"sha256:{file_digest(sample)}", "--out", out)
        yield Command("download", arguments, (out,))
        server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
