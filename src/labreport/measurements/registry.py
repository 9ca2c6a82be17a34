"""Kinds of measurements, by the name a report's YAML gives them."""

from __future__ import annotations

from labreport.kinds import Kind

KINDS: dict[str, Kind] = {
    "lstm_cost": Kind(
        "labreport.measurements.lstm_cost",
        required=frozenset({"batch_size", "length", "embedding", "hidden"}),
        optional=frozenset({"repeats"}),
    ),
}
