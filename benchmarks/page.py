"""The page of measured speed: a section per benchmark, each written whole by the run that measured it."""

from __future__ import annotations

import re

HEAD = """\
# Speed

Ratios taken in one run. Each section below is written by `make bench`; what is typed there would be overwritten.
Absolute times are those of the machine that a section names.
"""
SECTION = re.compile(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->\n", re.DOTALL)


def with_section(page: str, name: str, text: str) -> str:
    """The page with one section replaced, or added at its end; everything else stays as it is.

    Args:
        page: the page as it is; empty for a new one.
        name: the benchmark's, one word.
        text: heading line and tables.
    """
    section = f"<!-- begin {name} -->\n## {name}\n\n{text.strip()}\n<!-- end {name} -->\n"
    page = page or HEAD
    for found in SECTION.finditer(page):
        if found[1] == name:
            return page[: found.start()] + section + page[found.end() :]
    return f"{page.rstrip()}\n\n{section}"
