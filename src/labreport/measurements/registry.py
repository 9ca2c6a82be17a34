"""Kinds of measurements, by the name a report's YAML gives them."""

from __future__ import annotations

from types import MappingProxyType

from labreport.kinds import Kind
from labreport.values import POSITIVE_WHOLE

_SIZES = ("batch_size", "length", "embedding", "hidden")

KINDS: dict[str, Kind] = {
    "lstm_cost": Kind(
        "labreport.measurements.lstm_cost",
        required=frozenset(_SIZES),
        optional=frozenset({"repeats"}),
        types=MappingProxyType(dict.fromkeys((*_SIZES, "repeats"), POSITIVE_WHOLE)),
        rows=("packaged", "own", "own_shared"),
    ),
}
