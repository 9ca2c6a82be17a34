"""What each experiment reached, beside what was published."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from labreport.quantities.measured import measure
from labreport.results import Options, Results
from labreport.tables.heads import head, note, scale_notes, seed_notes
from labreport.tables.looks import (
    COUNT,
    LOSS_DECIMALS,
    NUMBER,
    columns_of,
    counted,
    decimals_of,
    look,
    seconds,
    whole,
)
from labreport.tables.table import Column, Table, best_cells

MILLION, WRITTEN_OUT = 1e6, 1e4
# The value that counts, by metric, and what the published one is called.
MAIN = {"accuracy": "val_accuracy", "pearson": "test_pearson"}
PUBLISHED = {"val_accuracy": "published_accuracy", "test_pearson": "published_test_pearson"}


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per experiment; the best measured value is bold.

    Of a classification that is the validation accuracy after the last epoch, and the best epoch's beside it where the
    published report states which epoch its accuracy is from. Of a similarity it is the test correlation in the epoch
    that the validation data chose.

    The difference to the published value stands only where the scale left the experiment as it was published.
    """
    names = list(options["experiments"])
    main = MAIN[results.metric(names[0])]
    frame = collect(results, names)
    decimals = decimals_of(main, frame[f"{main}_std"], frame[f"{main}_error"])
    shown = columns(frame, main, decimals, lang)
    bold = best_cells(frame, shown, (main, "best_val_accuracy"))
    return Table(frame, shown, bold, notes(results, frame, main, lang))


def collect(results: Results, experiments: Sequence[str]) -> pd.DataFrame:
    """Columns `experiment, parameters, epochs, seeds`, the value that counts (`val_accuracy` or `test_pearson`),
    `published_accuracy` or `published_test_pearson`, `difference`, `seconds, published_seconds`; accuracies are
    fractions. Where a best epoch was published also `best_val_accuracy, best_epoch, published_best_epoch`; of a
    similarity `best_epoch, val_pearson, test_loss`. Values have `_std` and `_error` beside them."""
    main = MAIN[results.metric(experiments[0])]
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
    value, time = look(main, decimals), seconds(frame["seconds"])
    looks: dict[str, dict[str, Any]] = {
        "experiment": {},
        "parameters": parameters(frame["parameters"].max()),
        "epochs": COUNT,
        "test_loss": look("test_loss", LOSS_DECIMALS),
        main: {**value, "spread": f"{main}_std"},
        "val_pearson": value,
        "best_val_accuracy": {**value, "spread": "best_val_accuracy_std"},
        PUBLISHED[main]: value,
        "difference": {**value, "unit": head("points", lang)} if main == "val_accuracy" else value,
        "best_epoch": whole(frame["seeds"].max() > 1),
        "published_best_epoch": COUNT,
        "seconds": {**time, "spread": "seconds_std"},
        "published_seconds": time,
    }
    shown = columns_of(frame, looks, lang)
    if frame["parameters"].max() >= WRITTEN_OUT:
        return shown
    return [counted(frame, one.key, one.head) if one.key == "parameters" else one for one in shown]


def parameters(most: int) -> dict[str, Any]:
    """Look of numbers of parameters, `most` at most: those of small networks are written out."""
    if most < WRITTEN_OUT:
        return COUNT
    unit, decimals, factor = ("M", 2, 1e-6) if most >= MILLION else ("k", 1, 1e-3)
    return {**NUMBER, "unit": unit, "decimals": decimals, "factor": factor}


def notes(results: Results, frame: pd.DataFrame, main: str, lang: str) -> list[str]:
    """The scale, which epoch is meant, how many seeds, and which of them are missing."""
    lines = scale_notes(results, frame["experiment"], lang)
    if main == "test_pearson":
        lines.append(note("chosen_epoch", lang))
    elif "best_epoch" in frame:
        lines.append(note("best_epoch", lang))
        if not all("test_samples" in results.summary(name) for name in frame["experiment"]):
            lines.append(note("chosen_on_test", lang))
    return lines + seed_notes(results, frame["experiment"], lang)
