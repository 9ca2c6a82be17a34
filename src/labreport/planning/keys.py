"""Specs and their keys: what identifies a run, a prepared data set, a sample or a measurement."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

KEY_LENGTH = 16
# What a run imports only if its model starts from word vectors.
RUN_VECTORS = "labreport.training.vectors"


def canonical(spec: Mapping[str, Any]) -> str:
    """One text per meaning: JSON with sorted keys and no spaces. NaN and infinities are refused (ValueError)."""
    return json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def key_of(spec: Mapping[str, Any]) -> str:
    """The key of a spec: the first 16 hexadecimal digits (64 bits) of the SHA-256 of its canonical text."""
    return hashlib.sha256(canonical(spec).encode()).hexdigest()[:KEY_LENGTH]


def module_of(target: str) -> str:
    """The module of "package.module:Class", or of "package.module"."""
    return target.partition(":")[0]


def run_roots(spec: Mapping[str, Any]) -> list[str]:
    """The modules whose code can reach a run's result: the training step, model, task, and what word vectors need."""
    roots = ["labreport.steps.train", module_of(spec["model"]["target"]), module_of(spec["task"]["target"])]
    return [*roots, RUN_VECTORS] if "vectors" in spec else roots


def vectors_roots(spec: Mapping[str, Any]) -> list[str]:
    """The modules whose code can reach word vectors."""
    return ["labreport.steps.vectors", module_of(spec["target"])]


def measurement_roots(spec: Mapping[str, Any]) -> list[str]:
    """The modules whose code can reach a measurement."""
    return ["labreport.steps.measure", module_of(spec["target"])]


def prepared_identity(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a prepared data set's spec that enters its key: not how a folder is checked."""
    return {name: value for name, value in spec.items() if name != "folder"}
