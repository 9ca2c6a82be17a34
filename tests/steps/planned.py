"""Specs as planning makes them: with the digest of the code that is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from labreport.planning.code import code_digest
from labreport.planning.records import roots


def planned(step: str, spec: Mapping[str, Any]) -> str:
    """The value of `--spec` for a step, as JSON: `spec` with the digest of the code that there is for it."""
    modules = [name for name in roots(step, spec) if name.startswith("labreport.") and find_spec(name)]
    return json.dumps({**spec, "code": code_digest(modules)})


PDF = planned("typeset", {"files": []})
