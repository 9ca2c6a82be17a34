"""Enumerations inside a sentence, in each language of a report."""

from collections.abc import Sequence

from labreport.languages import said


def enumerated(parts: Sequence[str], lang: str) -> str:
    """All parts in one phrase.

    >>> enumerated(["a", "b", "c"], "en"), enumerated(["a"], "en"), enumerated(["a", "b"], "zh")
    ('a, b and c', 'a', 'a、b')
    """
    if len(parts) < 2:
        return "".join(parts)
    return said("labels", "last", lang, said("labels", "comma", lang).join(parts[:-1]), parts[-1])
