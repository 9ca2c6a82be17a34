"""The mistakes that a model of texts is surest of, or, of pairs, those farthest off."""

from collections.abc import Sequence

import numpy as np

from labreport.figures.labels import class_name
from labreport.judged import samples, surest_mistakes
from labreport.results import Options, Results
from labreport.tables.heads import head, note
from labreport.tables.looks import PERCENT
from labreport.tables.table import Column, Table

COUNT, WORDS = 8, 16


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per mistake of the first seed's run: the text, shortened, what it is and what it was taken for.

    Args:
        results: the runs, and the prepared data that they were judged on.
        options: `experiments`, a list of one name, and `count`, how many mistakes at most.
        lang: of the words.

    Raises:
        ResultsError: a run or the prepared data are not there, or the run kept no probabilities of classes.
    """
    (name,), count = options["experiments"], options.get("count", COUNT)
    tokens, lengths = (samples(results, name, part) for part in ("inputs", "lengths"))
    words = (results.data_folder(results.trained_on(name)) / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    notes = [note("shortened", lang, WORDS)]
    if results.metric(name) == "accuracy":
        frame = surest_mistakes(results, name, count)
        frame["text"] = [_text(tokens[one], lengths[one], words) for one in frame["sample"]]
        for side in ("true", "predicted"):
            frame[f"{side}_shown"] = [class_name(one, lang) for one in frame[side]]
        columns = [
            Column("text", head("text", lang)),
            *(Column(f"{side}_shown", head(side, lang)) for side in ("true", "predicted")),
            Column("probability", head("probability", lang), decimals=1, of=name, **PERCENT),
        ]
        return Table(frame, columns, notes=[note("surest", lang), *notes])
    judged = results.predictions(name)
    frame = judged[judged["seed"] == judged["seed"].iloc[0]].rename_axis("sample").reset_index()
    far = (frame["predicted"] - frame["score"]).abs().sort_values(ascending=False, kind="stable")
    frame = frame.loc[far.index].head(count)
    for place, key in enumerate(("first", "second")):
        frame[key] = [_text(tokens[one][place], lengths[one][place], words) for one in frame["sample"]]
    columns = [Column(key, head(key, lang)) for key in ("first", "second")]
    columns += [
        Column(key, head(key, lang), "decimal", decimals=1, of=of) for key, of in (("score", None), ("predicted", name))
    ]
    return Table(frame, columns, notes=[note("farthest", lang), *notes])


def _text(tokens: np.ndarray, length: int, words: Sequence[str]) -> str:
    """The first words of a text, and dots where it goes on."""
    shown = [words[token] for token in tokens[: min(int(length), WORDS)]]
    return " ".join(shown) + (" …" if length > WORDS else "")
