"""Words in figures, in each language of a report."""

from collections.abc import Iterable

from labreport.languages import said, section
from labreport.rounding import fixed


def label(key: str, lang: str, *values: object) -> str:
    """The words for `key` in `lang` (`zh` or `en`), with `values` in their gaps."""
    return said("labels", key, lang, *values)


def sentence(key: str, lang: str, *values: object) -> str:
    """A sentence of an alternative text, or a part of one, with `values` in its gaps."""
    return said("alternatives", key, lang, *values)


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
