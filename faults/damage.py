"""Damage to a file: what a crash, a bad disk or a careless hand leaves of it."""

from __future__ import annotations

from pathlib import Path
from random import Random

BLOCK_BYTES = 512


def damage(path: Path, rng: Random) -> str:
    """Cut a file, flip one of its bits, or zero what was not yet on disk, each at a random place.

    Returns:
        What was done, in words.
    """
    content = bytearray(path.read_bytes())
    place = rng.randrange(len(content))
    how = rng.choice(("cut", "flip", "zero"))
    if how == "cut":
        changed = content[:place]
    elif how == "flip":
        changed = content.copy()
        changed[place] ^= 1 << rng.randrange(8)
    else:
        start = place - place % BLOCK_BYTES
        changed = content[:start] + bytes(len(content) - start)
        if changed == content:  # zeros already
            return damage(path, rng)
    path.write_bytes(changed)
    return f"{path.name} {'zeroed from' if how == 'zero' else f'{how} at'} byte {place} of {len(content)}"
