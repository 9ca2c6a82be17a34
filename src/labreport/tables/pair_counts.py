"""What a data set of sentence pairs holds: pairs, words, and how many words the vocabulary lacks."""

import pandas as pd

from labreport.results import Options, Results
from labreport.tables.heads import head, note
from labreport.tables.looks import PERCENT, counted
from labreport.tables.table import Column, Table

SPLITS = ("train", "dev", "test")


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per split.

    Args:
        results: the prepared data.
        options: `dataset`.
        lang: of the words.
    """
    dataset = results.dataset(options["dataset"])
    rows = []
    for split in SPLITS:
        if f"{split}_samples" not in dataset:
            continue
        words = dataset["unknown"][split]
        share = words["unknown"] / words["tokens"] if words["tokens"] else float("nan")
        rows.append({"split": split, "pairs": dataset[f"{split}_samples"], **words, "unknown_share": share})
    frame = pd.DataFrame(rows)
    frame["shown"] = [head(split, lang) for split in frame["split"]]
    columns = [
        Column("shown", head("split", lang)),
        *(counted(frame, key, head(key, lang)) for key in ("pairs", "tokens", "unknown")),
        Column("unknown_share", head("unknown_share", lang), decimals=1, **PERCENT),
    ]
    return Table(frame, columns, notes=[note("pairs", lang, f"{dataset['vocabulary']:,}", dataset["length"])])
