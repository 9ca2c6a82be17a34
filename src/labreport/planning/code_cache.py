"""Keeps what planning found in source files, by their content, so that the next plan need not parse them again.

Only planning uses it. A job takes the digest of its code anew, so a wrong cache stops a job and cannot mislead it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from labreport.files import write_text
from labreport.planning import code

# Where a project keeps it, relative to its folder.
FILE = ".snakemake/labreport-code.json"


def restore(path: Path) -> None:
    """Take over what an earlier plan found; a cache that is absent, damaged or of another code state is ignored."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["valid_for"] != _valid_for() or kept["digest"] != _seal(kept["found"]):
            return
        found = {identity: (tuple(map(str, imports)), str(meaning)) for identity, (imports, meaning) in kept["found"]}
    except (OSError, ValueError, KeyError, TypeError):
        return
    code.REMEMBERED.update(found)


def keep(path: Path) -> None:
    """Write down what this plan found, unless the file says so already or cannot be written."""
    found = [[identity, found] for identity, found in sorted(code.REMEMBERED.items())]
    text = json.dumps({"valid_for": _valid_for(), "digest": _seal(found), "found": found})
    try:
        if not path.is_file() or path.read_bytes() != text.encode():
            write_text(path, text)
    except OSError:
        return  # a read-only project can still be planned


def _seal(found: Any) -> str:
    """Digest of what was found, so that a damaged cache is told from a whole one."""
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def _valid_for() -> str:
    """Digest of all else that the findings depend on: the way of finding, Python, and which modules there are."""
    digest = hashlib.sha256(Path(code.__file__).read_bytes())
    digest.update(repr(sys.version_info[:2]).encode())
    for folder, _, names in sorted(os.walk(code.SOURCES / code.PACKAGE)):
        modules = sorted(name for name in names if name.endswith(".py"))
        digest.update(repr((os.path.relpath(folder, code.SOURCES), modules)).encode())
    return digest.hexdigest()
