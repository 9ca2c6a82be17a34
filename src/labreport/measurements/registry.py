"""Kinds of measurements: a line each, with the options that a report's YAML gives them."""

from labreport.declarations.fields import Positive
from labreport.kinds import Kind, kinds

KINDS: dict[str, Kind] = kinds(
    "labreport.measurements",
    {},
    lstm_cost={
        **dict.fromkeys(("batch_size", "length", "embedding", "hidden"), Positive),
        "repeats": (Positive, 7),
        "needs": {"rows": ("packaged", "own", "own_shared")},
    },
)
