"""A small report for every test of documents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.documents.small import write_report


@pytest.fixture
def small_report(tmp_path: Path, report_spec: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """`small_report("text of the template", lang="en")` -> the spec of a write step; its files lie in `tmp_path`."""
    return partial(write_report, tmp_path, report_spec)
