"""The groups of classes that a long tail makes, and what they are called. Plain Python only."""

from labreport.languages import said

GROUPS = ("short", "full")


def group_name(group: str, lang: str) -> str:
    """What a group is called inside a sentence, in figures, tables and claims alike."""
    return said("groups", group, lang)
