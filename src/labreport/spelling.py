"""The name that a misspelt one was meant to be."""

import difflib
from collections.abc import Iterable

SUGGESTED = "; did you mean "
COMPARED = 80  # characters of the word: comparing takes the square of the length


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean "x"?` where an allowed name is close, in upper or lower case, else nothing."""
    names = {name.casefold(): name for name in allowed}
    near = difflib.get_close_matches(word[:COMPARED].casefold(), names, n=1)
    return f'{SUGGESTED}"{names[near[0]]}"?' if near else ""
