"""Put a finished document where users open it: `deliver SOURCE REPORT/NAME.pdf`, with the pictures beside Markdown."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from labreport.files import atomic_path
from labreport.steps.step import check_whole


def files(paths: Sequence[Path]) -> None:
    """Copy, each file whole or not at all.

    Raises:
        ResultsError: the document is damaged.
    """
    source, out = paths
    check_whole(source.parent)
    pictures = source.parent / out.stem
    if out.suffix == ".md":
        shown = sorted(pictures.glob("*"))
        for path in shown:
            _copy(path, out.with_suffix("") / path.name)
        for path in out.with_suffix("").glob("*.png"):  # of figures that it shows no more
            if path.name not in {one.name for one in shown}:
                path.unlink()
    _copy(source, out)


def _copy(source: Path, destination: Path) -> None:
    with atomic_path(destination) as temporary:
        shutil.copyfile(source, temporary)
