"""What a claim can come out as, in words; apart from `wording`, since texts need no statistics."""

from __future__ import annotations

from labreport.languages import said


def outcome(name: str, lang: str) -> str:
    """What a claim came out as."""
    return said("outcomes", name, lang)
