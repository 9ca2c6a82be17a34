"""Downloads from mirrors that misbehave: nothing wrong is put in place, nothing right that arrived is fetched again."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from random import Random

from faults.choice import in_turns
from faults.fault import Fault, Trial
from faults.mirrors import (
    CONTENT,
    DIGEST,
    ODD,
    QUICK,
    Behaviour,
    Mirrors,
    altered,
    cut_after,
    in_turn,
    reset_after,
    served,
    status,
    whole,
    whole_ignoring_range,
)
from labreport.data.download import download
from labreport.errors import DownloadError

MOST_LETTERS = 4000


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Each trial asks one mirror that fails in its own way, then another, and at last one that delivers."""
    with served() as mirrors, contextlib.redirect_stderr(io.StringIO()):
        names = enumerate(in_turns([*ODD, *CHANCE], count, rng))
        return Fault.of("mirrors that misbehave", [_trial(name, folder / str(i), mirrors, rng) for i, name in names])


def _cut(rng: Random) -> Behaviour:
    return in_turn(*(cut_after(rng.randrange(1, 90_000)) for _ in range(3)), whole)


# Ways to fail that chance has a part in; all bytes that they send are right, but for an altered one.
CHANCE = {
    "cut": _cut,
    "reset": lambda rng: in_turn(reset_after(rng.randrange(1, 90_000)), whole),
    "503, then the file": lambda rng: in_turn(status(503), whole),
    "500 in the middle": lambda rng: in_turn(cut_after(rng.randrange(1, 90_000)), status(500), whole),
    "range ignored": lambda rng: in_turn(cut_after(rng.randrange(1, 90_000)), whole_ignoring_range),
    "altered": lambda rng: altered(rng.randrange(len(CONTENT))),
}


def _trial(name: str, folder: Path, mirrors: Mirrors, rng: Random) -> Trial:
    behaviour, honest = ODD[name] if name in ODD else (CHANCE[name](rng), name != "altered")
    target = folder / "set.tar.gz"
    part = target.with_name("set.tar.gz.part")
    folder.mkdir(parents=True)
    kept = rng.choice([0, rng.randrange(1, len(CONTENT)), 1000])
    part.write_bytes(CONTENT[:kept])
    bad, good = mirrors.url("bad", behaviour), mirrors.url("good", whole)
    if fault := _attempt([bad], target):
        return Trial(False, f"{name}, {kept} bytes there: {fault}", lost=_is_wrong(target))
    arrived = part.read_bytes() if part.exists() else b""
    if honest and not target.exists() and (len(arrived) < kept or not CONTENT.startswith(arrived)):
        return Trial(False, f"{name}: {kept} right bytes were there, {len(arrived)} are left", lost=True)
    mirrors.requests.clear()
    fault = _attempt([bad, good], target)
    if fault is None and not target.exists():
        fault = "a good mirror after it was not taken"
    return Trial(fault is None, f"{name}: {fault}" if fault else "", lost=_is_wrong(target))


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
