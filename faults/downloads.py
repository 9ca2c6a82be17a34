"""Downloads from mirrors that misbehave: nothing wrong is put in place, nothing right that arrived is fetched again."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from faults import mirrors
from faults.fault import Fault, Trial, in_turns
from faults.mirrors import CONTENT, DIGEST, HONEST, QUICK, WRONG, Behaviour, Mirrors, cut_after, in_turn, status, whole
from labreport.data.download import download
from labreport.errors import DownloadError

MOST_LETTERS = 4000
# Ways to fail that a place of chance has a part in.
CHANCE: Mapping[str, Callable[[int], Behaviour]] = {
    "cut": lambda place: in_turn(*(cut_after(1 + place // part) for part in (1, 2, 3)), whole),
    "reset": lambda place: in_turn(mirrors.reset_after(1 + place), whole),
    "503, then the file": lambda place: in_turn(status(503), whole),
    "500 in the middle": lambda place: in_turn(cut_after(1 + place), status(500), whole),
    "range ignored": lambda place: in_turn(cut_after(1 + place), mirrors.whole_ignoring_range),
    "altered": mirrors.altered,
}


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Each trial asks one mirror that fails in its own way, then another, and at last one that delivers."""
    with mirrors.served() as server, contextlib.redirect_stderr(io.StringIO()):
        names = enumerate(in_turns([*HONEST, *WRONG, *CHANCE], count, rng))
        return Fault.of("mirrors that misbehave", [_trial(name, folder / str(i), server, rng) for i, name in names])


def _trial(name: str, folder: Path, server: Mirrors, rng: Random) -> Trial:
    behaviour = (HONEST | WRONG)[name] if name not in CHANCE else CHANCE[name](rng.randrange(90_000))
    honest = name not in WRONG and name != "altered"
    target, part = folder / "set.tar.gz", folder / "set.tar.gz.part"
    folder.mkdir(parents=True)
    kept = rng.choice([0, rng.randrange(1, len(CONTENT)), 1000])
    part.write_bytes(CONTENT[:kept])
    bad, good = server.url("bad", behaviour), server.url("good", whole)
    if fault := _attempt([bad], target):
        return Trial(False, f"{name}, {kept} bytes there: {fault}", lost=_is_wrong(target))
    arrived = part.read_bytes() if part.exists() else b""
    if honest and not target.exists() and (len(arrived) < kept or not CONTENT.startswith(arrived)):
        return Trial(False, f"{name}: {kept} right bytes were there, {len(arrived)} are left", lost=True)
    fault = _attempt([bad, good], target)
    if fault is None and not target.exists():
        fault = "a good mirror after it was not taken"
    return Trial.judged(name, fault, lost=_is_wrong(target))


def _attempt(urls: Sequence[str], target: Path) -> str | None:
    """What is wrong with how a download ended; None where it delivered, or failed with one message and no file."""
    try:
        download(urls, DIGEST, target, QUICK)
    except DownloadError as error:
        if target.exists():
            return "failed, but put a file in place"
        return None if urls[0] in str(error) and len(str(error)) < MOST_LETTERS else f"unclear: {str(error)[:200]!r}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "another file is in place" if _is_wrong(target) else None


def _is_wrong(target: Path) -> bool:
    return target.exists() and target.read_bytes() != CONTENT
