"""Kinds of figures, by the name a report's YAML gives them."""

from __future__ import annotations

from labreport.kinds import Kind

WIDTHS = ("full", "half")
METRICS = ("val_accuracy", "train_accuracy", "val_loss", "train_loss")


def _kind(
    module: str,
    *required: str,
    optional: tuple[str, ...] = (),
    choices: dict[str, tuple[str, ...]] | None = None,
    single: bool = False,
) -> Kind:
    return Kind(
        target=f"labreport.figures.{module}",
        required=frozenset(required),
        optional=frozenset({"width", *optional}),
        choices={"width": WIDTHS, **(choices or {})},
        single=single,
    )


KINDS: dict[str, Kind] = {
    "curves": _kind("curves", "experiments", "metric", choices={"metric": ("loss", "accuracy")}, single=True),
    "comparison_curves": _kind("comparison_curves", "experiments", "metric", choices={"metric": METRICS}),
    "final_accuracy": _kind("final_accuracy", "experiments"),
    "confusion": _kind("confusion", "experiments", single=True),
    "lstm_cell": _kind("lstm_cell"),
    "lstm_cost": _kind("lstm_cost", "measurement"),
}
