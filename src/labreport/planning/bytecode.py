"""Bytecode that Python keeps of a source file, and takes for the file's own by whole seconds and size."""

from __future__ import annotations

import marshal
import struct
from contextlib import suppress
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

PYC_HEADER = 16  # bytes before the code: magic number, flags, the source's time and size


def has_old_bytecode(path: Path) -> bool:
    """Whether the bytecode that Python keeps of a file, and loads, is that of another text; it is removed then.

    Only bytecode that is older than the file's last change is looked into.

    Args:
        path: the source file.
    """
    kept = Path(cache_from_source(str(path)))
    try:
        file = path.stat()
        if max(file.st_mtime_ns, file.st_ctime_ns) < kept.stat().st_mtime_ns:
            return False
        header, body = kept.read_bytes()[:PYC_HEADER], kept.read_bytes()[PYC_HEADER:]
        if header[:4] != MAGIC_NUMBER or header[8:] != struct.pack("<II", int(file.st_mtime), file.st_size):
            return False  # Python does not take it
        if marshal.loads(body) == compile(path.read_bytes(), str(path), "exec", dont_inherit=True):
            return False
    except (OSError, ValueError, EOFError, TypeError, SyntaxError):
        return False  # none is kept, or Python could not load it
    with suppress(OSError):
        kept.unlink()
    return True
