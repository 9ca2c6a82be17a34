"""The epochs of one experiment; where there are many, one in so many, the first, the best and the last."""

import pandas as pd

from labreport.metrics import SPLITS, split_column
from labreport.quantities.registry import QUANTITIES
from labreport.quantities.values import sampling
from labreport.results import Options, Results
from labreport.tables.heads import head, missing_notes, note
from labreport.tables.looks import COUNT, NUMBER, factor, look
from labreport.tables.table import Column, Table, best_rows, decimals_for

LOSS_DECIMALS = 3
MOST = 50  # rows of a seed, which fill a page
STEPS = (1, 2, 5, 10, 20, 25, 50, 100)


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per epoch that is shown, seed after seed; each seed's best validation accuracy or correlation is bold.

    The learning rate has a column where it changed on the way.
    """
    (name,) = options["experiments"]
    task, metric = results.task(name), results.metric(name)
    main = f"val_{metric}"
    measured = [f"{split}_{key}" for split in SPLITS[task] for key in ("loss", metric)]
    frame = results.metrics(name, [*measured, "learning_rate", "seconds"])
    samples = int(results.summary(name)["val_samples"].iloc[0])
    scaled = factor(main)
    decimals = decimals_for([scaled * max(sampling(QUANTITIES[main].unit, value, samples) for value in frame[main])])
    several = frame["seed"].nunique() > 1
    rate = ["learning_rate"] * (frame["learning_rate"].nunique() > 1)
    frame, step = _thinned(frame, main)
    frame = frame[["seed"] * several + ["epoch", *measured, *rate, "seconds"]]
    looks = {key: look(key, LOSS_DECIMALS if key.endswith("_loss") else decimals) for key in measured}
    looks["seconds"] = {**NUMBER, "unit": "s", "decimals": 1}
    columns = [Column(key, head(key, lang), of=name, **looks.get(key, COUNT)) for key in frame.columns]
    place = list(frame.columns).index(main)
    bold = set()
    for _, rows in frame.groupby(frame["seed"] if several else frame["epoch"] * 0):
        best = best_rows(list(rows[main]), decimals, scaled)
        bold |= {(int(rows.index[row]), place) for row in best}
    notes = [] if split_column(main)[1].percent else [note("loss_scale", lang)]
    notes += [note("thinned", lang, step)] * (step > 1)
    return Table(frame, columns, frozenset(bold), notes + missing_notes(results, [name], lang))


def _thinned(frame: pd.DataFrame, main: str) -> tuple[pd.DataFrame, int]:
    """The rows to show, and of how many epochs one is: the first, each so manieth, the best, the last."""
    last = int(frame["epoch"].max())
    step = next((step for step in STEPS if last <= MOST * step), -(-last // MOST))
    shown = frame["epoch"].isin([1, last]) | (frame["epoch"] % step == 0)
    best = frame.groupby("seed")[main].transform("max") == frame[main]
    return frame[shown | best].reset_index(drop=True), step
