"""Enumerations inside a sentence, in each language of a report."""

from collections.abc import Iterable, Sequence

from labreport.languages import said


def enumerated(parts: Sequence[str], lang: str) -> str:
    """All parts in one phrase.

    >>> enumerated(["a", "b", "c"], "en"), enumerated(["a"], "en"), enumerated(["a", "b"], "zh")
    ('a, b and c', 'a', 'a、b')
    """
    if len(parts) < 2:
        return "".join(parts)
    return said("labels", "last", lang, said("labels", "comma", lang).join(parts[:-1]), parts[-1])


def precisions(found: Iterable[tuple[str, str]], lang: str) -> str:
    """A sentence that says what was computed in which precision; it begins with the space that parts it from another.

    >>> precisions([("cnn4", "bf16"), ("rnn_rows", "fp32")], "en")
    ' Precisions differ: cnn4 bf16, rnn_rows fp32.'
    """
    parts = (said("precisions", "one", lang, *one) for one in found)
    return said("precisions", "unlike", lang, said("precisions", "comma", lang).join(parts))
