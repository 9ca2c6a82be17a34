"""Enumerations inside a sentence, in each language of a report."""

from __future__ import annotations

from collections.abc import Sequence


def enumerated(parts: Sequence[str], lang: str) -> str:
    """All parts in one phrase.

    >>> enumerated(["a", "b", "c"], "en"), enumerated(["a"], "en"), enumerated(["a", "b"], "zh")
    ('a, b and c', 'a', 'a、b')
    """
    if lang == "zh":
        return "、".join(parts)
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
