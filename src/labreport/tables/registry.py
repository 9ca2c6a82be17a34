"""Kinds of tables, by the name a report's YAML gives them."""

from __future__ import annotations

from labreport.kinds import Kind


def _kind(module: str, *required: str, optional: tuple[str, ...] = (), single: bool = False) -> Kind:
    return Kind(f"labreport.tables.{module}", frozenset(required), frozenset(optional), single=single)


KINDS: dict[str, Kind] = {
    "layers": _kind("layers", "model", "image", "classes", optional=("changed_from",)),
    "settings": _kind("settings", "experiments"),
    "results": _kind("results", "experiments"),
    "per_class": _kind("per_class", "experiments"),
    "lstm_cost": _kind("lstm_cost", "measurement"),
    "runs": _kind("runs", optional=("experiments",)),
    "epoch_log": _kind("epoch_log", "experiments", single=True),
}
