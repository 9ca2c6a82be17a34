"""Words in tables, in each language of a report."""

from collections.abc import Iterable
from functools import partial

from labreport.enumeration import enumerated, precisions
from labreport.languages import known, said
from labreport.results import Results

head = partial(said, "heads")  # above a column, or of a row
note = partial(said, "notes")  # a sentence below a table
phrase = partial(said, "phrases")  # a part of one
word = partial(known, "cells")  # in a cell, such as the name of an optimizer


def missing_notes(results: Results, experiments: Iterable[str], lang: str) -> list[str]:
    """Which experiments lack seeds, because runs failed and the table is made without them."""
    counts = ((name, len(results.runs(name)), results.planned(name)) for name in experiments)
    return [note("missing_seeds", lang, name, there, planned) for name, there, planned in counts if there < planned]


def seed_notes(results: Results, experiments: Iterable[str], lang: str, key: str = "several_seeds") -> list[str]:
    """Over how many seeds was averaged, where there are several, which are missing, and which precisions differ."""
    names = list(experiments)
    seeds = max(len(results.runs(name)) for name in names)
    computed = results.unlike_precisions(names)
    unlike = [precisions(computed.items(), lang).strip()] if computed else []
    return [note(key, lang, seeds)] * (seeds > 1) + missing_notes(results, names, lang) + unlike


def scale_notes(results: Results, experiments: Iterable[str], lang: str) -> list[str]:
    """What must be said where published values stand beside measured ones; nothing where all may be compared."""
    names = [name for name in experiments if results.published(name)]
    reduced = [name for name in names if not results.comparable(name)]
    if not reduced:
        return []
    if len(reduced) < len(names):
        return [note("some_reduced", lang, enumerated(reduced, lang), results.scale)]
    scale = results.scale
    known = scale == "lite" or (scale == "demo" and not results.real_data)
    return [note(scale, lang) if known else note("own_scale", lang, scale)]
