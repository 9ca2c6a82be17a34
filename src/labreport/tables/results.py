"""What each experiment reached, beside what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labreport.quantities.measured import measure
from labreport.results import Results
from labreport.tables.heads import head, missing_notes, note, scale_notes
from labreport.tables.looks import LOSS_DECIMALS, common_metric, decimals_of, look
from labreport.tables.table import Column, Table, best_rows

MILLION = 1e6
# The value that counts, by metric, and what the published one is called.
MAIN = {"accuracy": "val_accuracy", "pearson": "test_pearson"}
PUBLISHED = {"val_accuracy": "published_accuracy", "test_pearson": "published_test_pearson"}


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
    """A row per experiment; the best measured value is bold.

    Of a classification that is the validation accuracy after the last epoch, and the best epoch's beside it where the
    published report states which epoch its accuracy is from. Of a similarity it is the test correlation in the epoch
    that the validation data chose.

    The difference to the published value stands only where the scale left the experiment as it was published.
    """
    names = list(options["experiments"])
    main = MAIN[common_metric(results, names)]
    frame = collect(results, names)
    decimals = decimals_of(main, frame[f"{main}_std"], frame[f"{main}_error"])
    shown = columns(frame, main, decimals, lang)
    marked = [key for key in (main, "best_val_accuracy") if key in frame]
    best = {
        (row, place)
        for place, column in enumerate(shown)
        if column.key in marked
        for row in best_rows(list(frame[column.key]), decimals, column.factor)
    }
    return Table(frame, shown, frozenset(best), notes(results, frame, main, lang))


def collect(results: Results, experiments: Sequence[str]) -> pd.DataFrame:
    """Columns `experiment, parameters, epochs, seeds`, the value that counts (`val_accuracy` or `test_pearson`),
    `published_accuracy` or `published_test_pearson`, `difference`, `seconds, published_seconds`; accuracies are
    fractions. Where a best epoch was published also `best_val_accuracy, best_epoch, published_best_epoch`; of a
    similarity `best_epoch, val_pearson, test_loss`. Values have `_std` and `_error` beside them."""
    main = MAIN[common_metric(results, experiments)]
    by_best = any("best_epoch" in results.published(name) for name in experiments)
    rows = []
    for name in experiments:
        published, value = results.published(name), measure(results, name, main)
        whole = {key: int(measure(results, name, key).mean) for key in ("parameters", "epochs")}
        row = {"experiment": name, **whole, "seeds": len(value.values), **value.described(main)}
        compared = value
        if main == "test_pearson":
            of = {"best_epoch": "best_epoch", "val_pearson": "best_val_pearson", "test_loss": "test_loss"}
            row |= {key: measure(results, name, quantity).mean for key, quantity in of.items()}
        elif by_best:
            best = measure(results, name, "best_val_accuracy")
            row |= {**best.described("best_val_accuracy"), "best_epoch": measure(results, name, "best_epoch").mean}
            row |= {"published_best_epoch": published.get("best_epoch", float("nan"))}
            compared = best if "best_epoch" in published else value
        stated = published.get(main, float("nan"))
        row |= {PUBLISHED[main]: stated}
        row |= {"difference": compared.mean - stated if results.comparable(name) else float("nan")}
        row |= measure(results, name, "seconds").described("seconds")
        row |= {"published_seconds": published.get("seconds", float("nan"))}
        rows.append(row)
    return pd.DataFrame(rows)


def columns(frame: pd.DataFrame, main: str, decimals: int, lang: str) -> list[Column]:
    """What is shown, the value that counts with `decimals` digits; a column without any value is left out."""
    seconds = 0 if frame["seconds"].max() >= 1000 else 1
    in_seconds: dict[str, Any] = {"align": "decimal", "decimals": seconds, "unit": "s"}
    in_thousands: dict[str, Any] = {"align": "decimal", "unit": "k", "decimals": 1, "factor": 1e-3}
    in_millions: dict[str, Any] = {"align": "decimal", "unit": "M", "decimals": 2, "factor": 1e-6}
    count = in_millions if frame["parameters"].max() >= MILLION else in_thousands
    several = frame["seeds"].max() > 1
    epoch: dict[str, Any] = {"align": "decimal", "decimals": 1} if several else {"align": "right"}
    value, points = look(main, decimals), {"unit": head("points", lang)} if main == "val_accuracy" else {}
    shown = [
        Column("experiment", head("experiment", lang)),
        Column("parameters", head("parameters", lang), **count),
        Column("epochs", head("epochs", lang), align="right"),
        Column("test_loss", head("test_loss", lang), **look("test_loss", LOSS_DECIMALS)),
        Column(main, head(main, lang), spread=f"{main}_std", **value),
        Column("val_pearson", head("val_pearson", lang), **value),
        Column("best_val_accuracy", head("best_val_accuracy", lang), spread="best_val_accuracy_std", **value),
        Column(PUBLISHED[main], head(PUBLISHED[main], lang), **value),
        Column("difference", head("difference", lang), **{**value, **points}),
        Column("best_epoch", head("best_epoch", lang), **epoch),
        Column("published_best_epoch", head("published_best_epoch", lang), align="right"),
        Column("seconds", head("seconds", lang), spread="seconds_std", **in_seconds),
        Column("published_seconds", head("published_seconds", lang), **in_seconds),
    ]
    return [column for column in shown if column.key in frame and frame[column.key].notna().any()]


def notes(results: Results, frame: pd.DataFrame, main: str, lang: str) -> list[str]:
    """The scale, which epoch is meant, how many seeds, and which of them are missing."""
    lines = scale_notes(results, frame["experiment"], lang)
    if main == "test_pearson":
        lines.append(note("chosen_epoch", lang))
    elif "best_epoch" in frame:
        lines.append(note("best_epoch", lang))
        if not all("test_samples" in results.summary(name) for name in frame["experiment"]):
            lines.append(note("chosen_on_test", lang))
    return lines + seed_notes(results, frame, lang)


def seed_notes(results: Results, frame: pd.DataFrame, lang: str) -> list[str]:
    """Over how many seeds the `experiment`s of a frame were averaged (`seeds`), and which are missing."""
    lines = [note("several_seeds", lang, frame["seeds"].max())] if frame["seeds"].max() > 1 else []
    return lines + missing_notes(results, frame["experiment"], lang)
