"""Words in figures, in each language of a report."""

from collections.abc import Iterable
from functools import partial

from labreport.languages import said, section
from labreport.rounding import fixed

label = partial(said, "labels")  # in a figure
sentence = partial(said, "alternatives")  # or a part of one, of an alternative text


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


def class_name(name: str, lang: str) -> str:
    """A class's name in `lang`; a class that is not in the list keeps its own name."""
    return section("classes", lang).get(name, name)


def implementation_name(name: str, lang: str) -> str:
    """The name of a measured implementation in `lang`; one that is not in the list keeps its own name."""
    return section("labels", lang).get(name, name)
