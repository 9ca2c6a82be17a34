"""Words in figures, in each language of a report."""

from collections.abc import Iterable
from functools import partial

from labreport.languages import known, said, section
from labreport.rounding import fixed

label = partial(said, "labels")  # in a figure
sentence = partial(said, "alternatives")  # or a part of one, of an alternative text
class_name = partial(known, "classes")
implementation_name = partial(known, "labels")  # of what a measurement compares


def in_percent(value: float, lang: str) -> str:
    """A percentage with one decimal."""
    return fixed(value, 1) + section("units", lang)["percent"]


def listed(parts: Iterable[str], lang: str) -> str:
    """Parts of a sentence, one after the other."""
    return sentence("semicolon", lang).join(parts)


def setting_name(path: str, lang: str) -> str:
    """What a setting is called, such as `data.train_per_class`; one that is not in the list by its path's last word."""
    last = path.rpartition(".")[2]
    return section("labels", lang).get(last, last.replace("_", " "))
