"""Pages of measured tables: a section per benchmark, each written whole by the run that measured it."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from pathlib import Path

import psutil

from labreport.files import write_text


def heading() -> str:
    """When, of what and on what: date, commit, processor, versions."""
    import torch

    from labreport.running.environment import environment

    here = environment(torch.device("cpu"), "fp32")
    commit = (here["git_commit"] or "unknown")[:12] + (" with changes" if here["git_dirty"] else "")
    cores = psutil.cpu_count(logical=True)
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"{here['started'][:10]}, commit {commit}, {here['device']}, {cores} cores, {memory:.0f} GB,"
        f" {platform.system()}, Python {here['python']}, torch {here['torch']}"
    )


def markdown(rows: Sequence[Sequence[str]], right: int | None = None) -> str:
    """A Markdown table, the first row its head, columns padded so that a terminal shows them too.

    Args:
        rows: of cells.
        right: the first of the columns that hold numbers.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = len(widths) if right is None else right
    rule = ["-" * (width - (place >= numbers)) + ":" * (place >= numbers) for place, width in enumerate(widths)]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (rows[0], rule, *rows[1:])
    )


def keep(page: Path, name: str, text: str, new: str) -> None:
    """Replace one section of a page, or add it at the end; everything else stays as it is.

    Args:
        page: the file.
        name: of the section, one word.
        text: heading line and tables.
        new: the page's text where there is no file yet.
    """
    found = page.read_text(encoding="utf-8") if page.is_file() else new
    section = f"<!-- begin {name} -->\n## {name}\n\n{text.strip()}\n<!-- end {name} -->\n"
    older = re.search(rf"<!-- begin {name} -->\n.*?<!-- end {name} -->\n", found, re.DOTALL)
    whole = found.replace(older[0], section) if older else f"{found.rstrip()}\n\n{section}"
    write_text(page, whole)
