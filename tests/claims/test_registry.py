"""Every kind of claim can be imported, judges, and is declared somewhere."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

from labreport.claims.registry import KINDS


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_judges(kind):
    judge = importlib.import_module(kind.target).judge
    assert list(inspect.signature(judge).parameters) == ["results", "options"]
    documented = inspect.getdoc(judge)
    assert all(f"`{option}`" in documented for option in kind.options), kind.target
    assert kind.experiment_options <= kind.options


def test_the_registry_imports_no_pandas():
    code = "import sys, labreport.claims.registry; sys.exit('pandas' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
