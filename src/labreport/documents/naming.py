"""Names that a template may use: what has them, and what is said where one is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from labreport.errors import TemplateError
from labreport.spelling import did_you_mean

# What names of templates have; experiments have what their task measures, claims also the values of their kind.
_OF_A_CLAIM = """
    estimate low high margin level outcome favours supported refuted undecided p p_adjusted seeds paired method reason
    what verdict quantity estimates comparable
"""
_VALUES = {
    "difference": "than best means base others threshold share_of_best tolerance metric",
    "equivalence": "base best worst highest lowest means largest widest",
    "ratio": "of over means",
    "ranking": "expected best rival means",
    "consistency": "experiment measured published rounding best mean classes elsewhere",
}
_OF_DATA = """
    name title train_samples dev_samples test_samples classes vocabulary length short full short_count full_count
    unknown
"""
FIELDS: Mapping[str, Sequence[str]] = {
    "datasets": _OF_DATA.split(),
    "report": ("title", "subtitle", "authors", "affiliation", "course", "fields", "date"),
    "scale": ("name", "notice", "mark", "full", "real"),
}


def of_claim(kind: str) -> list[str] | None:
    """What a claim of a kind has; None of a kind of one's own, whose module alone knows."""
    return [*_OF_A_CLAIM.split(), *_VALUES[kind].split()] if kind in _VALUES else None


class Lazy(Mapping[str, Any]):
    """Values by name, each found when it is asked for, once."""

    def __init__(self, names: Iterable[str], find: Callable[[str], Any]) -> None:
        self._names = tuple(names)
        self._find = cache(find)

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._find(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Namespace:
    """Named values; printing it, or asking it for a name it lacks, is an error that says what it has.

    Args:
        described: what messages call it.
        values: by name, or what gives them when they are asked for.
        text: what it prints as; empty where it is not to be printed.
    """

    def __init__(
        self, described: str, values: Mapping[str, Any] | Callable[[], Mapping[str, Any]], text: str = ""
    ) -> None:
        self._described = described
        self._given = values
        self._text = text

    @cached_property
    def _values(self) -> Mapping[str, Any]:
        return self._given() if callable(self._given) else self._given

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._values:  # such as `__html__`, which Jinja asks for
            raise AttributeError(name)
        return self._values[name]

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __str__(self) -> str:
        if self._text:
            return self._text
        raise TemplateError(f"{self._described} is not text; write one of its values: {', '.join(self._values)}")


def described(value: Any) -> tuple[str, list[str]]:
    """A namespace's own name and the names of its values; for other objects their type and nothing."""
    if isinstance(value, Namespace):
        return value._described, list(value._values)
    return f"a {type(value).__name__}", []


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """`; did you mean "x"?` and everything that is allowed, as the end of a message."""
    names = [str(known) for known in allowed]
    return f"{did_you_mean(name, names) or '.'} There are: {', '.join(names) or 'none'}"


def unknown(name: Any, what: str, allowed: Iterable[str]) -> TemplateError:
    """The error for a name that is not among those allowed, with the closest one."""
    return TemplateError(f"there is no {what} {str(name)!r}{suggestion(str(name), allowed)}")
