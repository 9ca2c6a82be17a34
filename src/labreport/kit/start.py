#!/usr/bin/env python3
"""Trains the runs of this kit here: `python3 start.py [--seconds S] [--processes K] [--only NAME ...]`.

A file of its own, which knows nothing but where the code is: that is unpacked into work/ beside it, and goes on.
"""

import lzma
import os
import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any

KIT = Path(__file__).resolve().parent
WORK = KIT / "work"

if __name__ == "__main__":
    code, unpacked = KIT / "code.tar.xz", WORK / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        with tarfile.open(code) as tar:
            # whose file this one comes with; Python before 3.11.4 has no filters
            filters: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            tar.extractall(unpacked, **filters)
        shutil.rmtree(WORK / "src", ignore_errors=True)
        (unpacked / "src").rename(WORK / "src")
    except (OSError, EOFError, tarfile.TarError, lzma.LZMAError) as error:
        sys.exit(f"error: {code}: cannot be unpacked ({error}); carry it here once more")
    paths = [str(WORK / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    os.execve(sys.executable, [sys.executable, "-m", "labreport.kit.run", str(KIT), *sys.argv[1:]], environment)
