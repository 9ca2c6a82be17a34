"""What one LSTM layer costs in each implementation."""

from collections.abc import Mapping
from typing import Any

from labreport.figures.labels import implementation_name
from labreport.results import Results
from labreport.tables.heads import head, note
from labreport.tables.table import Column, Table, decimals_for

COLUMNS = (
    "implementation",
    "milliseconds",
    "milliseconds_low",
    "milliseconds_high",
    "operations",
    "operations_per_step",
    "repeats",
    "batch_size",
    "length",
)


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
    """A row per implementation: time, quartiles, operations, and the ratio to the fastest."""
    frame = results.measurement(options["measurement"], COLUMNS).copy()
    frame["ratio"] = frame["milliseconds"] / frame["milliseconds"].min()
    decimals = decimals_for(list(frame["milliseconds_high"] - frame["milliseconds_low"]))
    ends = zip(frame["milliseconds_low"], frame["milliseconds_high"], strict=True)
    frame["quartiles"] = [f"{low:.{decimals}f}–{high:.{decimals}f}" for low, high in ends]
    frame["shown"] = [implementation_name(name, lang) for name in frame["implementation"]]
    frame["total"] = [f"{count:,.0f}" for count in frame["operations"]]
    columns = [
        Column("shown", head("implementation", lang)),
        Column("milliseconds", head("milliseconds", lang), align="decimal", unit="ms", decimals=decimals),
        Column("quartiles", head("quartiles", lang), align="right", unit="ms"),
        Column("total", head("operations", lang), align="right"),
        Column("operations_per_step", head("operations_per_step", lang), align="decimal", decimals=2),
        Column("ratio", head("ratio", lang), align="decimal", decimals=2),
    ]
    first = frame.iloc[0]
    measured = note("lstm_cost", lang, first["batch_size"], first["length"], first["repeats"])
    return Table(frame, columns, notes=[measured])
