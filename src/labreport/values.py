"""What a value in a declaration may be: small named checks, of plain Python only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST = 2**31 - 1  # the largest whole number that every array index and C library takes


@dataclass(frozen=True)
class Value:
    """A kind of value.

    Attributes:
        needed: how a message calls it, as in "a number is needed".
        fits: whether a value read from YAML is one.
        form: the sentence that `needed` stands in.
        words: all that are allowed, where it is one of some words.
    """

    needed: str
    fits: Callable[[Any], bool]
    form: str = "{} is needed"
    words: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """What a message says after what it found."""
        return self.form.format(self.needed)


def is_whole(value: Any) -> bool:
    """Whether it is an integer of a usable size; YAML's `yes` and `true` are booleans, which Python counts as 1."""
    return isinstance(value, int) and not isinstance(value, bool) and -MOST <= value <= MOST


def is_number(value: Any) -> bool:
    """Whether it is a finite number and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def whole(least: int) -> Value:
    """Whole numbers from `least` on."""
    return Value(f"a whole number from {least} to {MOST}", lambda value: is_whole(value) and value >= least)


def either(first: Value, second: Value) -> Value:
    """Values that one of two admits."""
    return Value(f"{first.needed} or {second.needed}", lambda value: first.fits(value) or second.fits(value))


def one_of(*words: str) -> Value:
    """One of some words."""
    return Value(", ".join(words), lambda value: isinstance(value, str) and value in words, "allowed: {}", words)


def some_of(*words: str) -> Value:
    """A list of at least one of some words."""
    return Value(
        f"a list of {', '.join(words)}",
        lambda value: isinstance(value, list) and value != [] and all(one_of(*words).fits(one) for one in value),
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(PROBABILITY_BELOW_ONE.fits(one) for one in value)


POSITIVE_WHOLE = whole(1)
NUMBER = Value("a number", is_number)
NOT_NEGATIVE = Value("a number from 0 on", lambda value: is_number(value) and value >= 0)
POSITIVE = Value("a number above 0", lambda value: is_number(value) and value > 0)
FRACTION = Value("a number from 0 to 1", lambda value: is_number(value) and 0 <= value <= 1)
POSITIVE_FRACTION = Value("a number above 0, at most 1", lambda value: is_number(value) and 0 < value <= 1)
PROBABILITY_BELOW_ONE = Value("a number from 0 to below 1", lambda value: is_number(value) and 0 <= value < 1)
PAIR_BELOW_ONE = Value("a list of two numbers from 0 to below 1", _is_pair)
TRUTH = Value("true or false", lambda value: isinstance(value, bool))
WORD = Value("a word", lambda value: isinstance(value, str) and value != "")
NOTHING = Value("null", lambda value: value is None)
PLAIN = Value("a number, a word or true/false", lambda value: isinstance(value, (str, bool)) or is_number(value))
NAME = Value("a name", WORD.fits)
NAMES = Value("a list of names", lambda value: isinstance(value, list) and value != [] and all(map(WORD.fits, value)))
WHOLES = Value(
    "a list of whole numbers from 1 on",
    lambda value: isinstance(value, list) and value != [] and all(map(POSITIVE_WHOLE.fits, value)),
)
MODEL = Value("a model, `{name: ...}` with its parameters,", lambda value: isinstance(value, dict))
IMAGE_MODEL = Value("a model of images, `{name: ...}` with its parameters,", lambda value: isinstance(value, dict))
