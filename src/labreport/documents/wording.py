"""The few words that a document adds to its prose, in each language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from labreport.documents.text import solid
from labreport.enumeration import enumerated
from labreport.languages import said, section

# Keywords of algorithms are English in every language, as in the code they stand for.
_STEPS = {"for": ("for", "do"), "while": ("while", "do"), "if": ("if", "then"), "elif": ("else if", "then")}


@dataclass(frozen=True)
class Scale:
    """At what scale a report was made.

    Attributes:
        name: as in `config/scales/`.
        full: whether it is the experiment as published.
        mark: a few words for running heads and captions; empty when full.
        notice: a sentence in the report's language; empty when full.
    """

    name: str
    full: bool
    mark: str
    notice: str


def scale(spec: Mapping[str, Any], lang: str) -> Scale:
    """The scale of a text, worded in `lang`; a scale of the user's own says its name.

    One that leaves all that a report shows as it is at full scale needs no word.

    Args:
        spec: of a `write` step, whose `own_data` are the titles of data sets that are real at a scale of samples.
        lang: `zh` or `en`.
    """
    name, own = spec["scale"], spec.get("own_data")
    experiments = (spec.get("experiments") or {}).values()
    untouched = experiments and not spec.get("measurements") and all(one["as_published"] for one in experiments)
    if name == "full" or untouched:
        return Scale(name, True, "", "")
    key = name if name in section("scales", lang) else "own"
    mark = said("scales", key, lang, name)
    if key == "demo" and own:
        key = "demo_own" if spec["source"] == "archive" else "demo_some"
        return Scale(name, False, mark, said("scale_notices", key, lang, enumerated(own, lang)))
    return Scale(name, False, mark, said("scale_notices", key, lang, name))


word = partial(said, "document")  # words beside an author's prose


def caption_label(kind: str, number: str, lang: str) -> str:
    """What stands before a caption in Markdown: `图 1`, `Figure 1.`"""
    return word("caption_label", lang, word(kind, lang), number)


def reference(kind: str, number: str, appendix: bool, lang: str) -> str:
    """How the text refers to a numbered thing: `图 1`, `第 2 节`, `附录 A`, `Section 2`."""
    if kind == "sec":
        return word("appendix" if appendix else "section", lang, number)
    return word("numbered", lang, word(kind, lang), f"({number})" if kind == "eq" else number)


def notes(sentences: Iterable[str], lang: str) -> str:
    """What stands below a table."""
    return solid(word("note", lang) + " ".join(sentences))


def step_words(word: str, lang: str) -> tuple[str, str]:
    """What stands before and after the words of an algorithm's statement, in bold."""
    if word in ("require", "ensure"):
        return said("document", word, lang), ""
    return _STEPS.get(word, (word, ""))
