"""What one LSTM layer costs in each implementation."""

from labreport.figures.labels import implementation_name
from labreport.results import Options, Results
from labreport.rounding import fixed, whole
from labreport.tables.heads import head, note
from labreport.tables.looks import COUNT, NUMBER
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


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per implementation: time, quartiles, operations, and the ratio to the fastest."""
    frame = results.measurement(options["measurement"], COLUMNS).copy()
    frame["ratio"] = frame["milliseconds"] / frame["milliseconds"].min()
    decimals = decimals_for(list(frame["milliseconds_high"] - frame["milliseconds_low"]))
    ends = zip(frame["milliseconds_low"], frame["milliseconds_high"], strict=True)
    frame["quartiles"] = [f"{fixed(low, decimals)}–{fixed(high, decimals)}" for low, high in ends]
    frame["shown"] = [implementation_name(name, lang) for name in frame["implementation"]]
    frame["total"] = frame["operations"].map(whole)
    columns = [
        Column("shown", head("implementation", lang)),
        Column("milliseconds", head("milliseconds", lang), unit="ms", decimals=decimals, **NUMBER),
        Column("quartiles", head("quartiles", lang), unit="ms", **COUNT),
        Column("total", head("operations", lang), **COUNT),
        *(Column(key, head(key, lang), decimals=2, **NUMBER) for key in ("operations_per_step", "ratio")),
    ]
    first = frame.iloc[0]
    measured = note("lstm_cost", lang, first["batch_size"], first["length"], first["repeats"])
    return Table(frame, columns, notes=[measured])
