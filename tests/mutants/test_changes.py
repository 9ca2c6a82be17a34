"""Which mutants are made of a module, and which are left out by rule."""

from __future__ import annotations

import ast

import pytest

pytest.importorskip("mutmut")

from mutants.changes import Mutant, mutants

MODULE = '''"""A module."""

LIMIT = 3


def total(values: list[int], device: str = "cpu") -> int:
    """The sum of some values."""
    if not values:
        raise ValueError(f"{len(values)} values are too few" + " for a sum")
    show(values)
    print("summed up", values)
    return combined(values, LIMIT, device=device)
'''


def changed(lines: str) -> list[str]:
    """What the last lines of a function become."""
    source = "def f(x, y):\n" + "".join(f"    {line}\n" for line in lines.splitlines())
    return [one.after for one in mutants("training/small.py", source)]


def test_every_mutant_is_other_code_and_says_where_it_differs() -> None:
    found = mutants("training/small.py", MODULE)
    sources = [ast.dump(ast.parse(one.source)) for one in found]
    assert len({ast.dump(ast.parse(MODULE)), *sources}) == len(sources) + 1
    assert len({one.name for one in found}) == len(found)
    for one in found:
        assert MODULE.replace(one.before, one.after, 1) == one.source


def test_messages_types_and_places_are_left_out() -> None:
    names = [one.name for one in mutants("training/small.py", MODULE)]
    assert [name.partition(": ")[2] for name in names] == [
        "LIMIT = 3 ==> LIMIT = None",
        "LIMIT = 3 ==> LIMIT = 4",
        'def total(values: list[int], device: str = "cpu") -> int: ==> '
        'def total(values: list[int], device: str = "XXcpuXX") -> int:',
        "if not values: ==> if values:",
        "show(values) ==> pass",
        "show(values) ==> show(None)",
        "return combined(values, LIMIT, device=device) ==> return combined(LIMIT, device=device)",
        "return combined(values, LIMIT, device=device) ==> return combined(values, device=device)",
        "return combined(values, LIMIT, device=device) ==> return combined(LIMIT, values, device=device)",
    ]
    assert [name.partition(": ")[0] for name in names] == ["training/small.py -"] * 2 + ["training/small.py total"] * 7


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("return x - y", ["return x + y"]),
        ("return max(x)", ["return max(None)", "return min(x)"]),
        ("return x.argmax()", ["return x.argmin()"]),
        ("while x.more: y += 1", ["while not x.more: y += 1", "while x.more: y = 1", "while x.more: y -= 1"]),
        ("return [a for a in y if a]", ["return [a for a in y if not a]"]),
        ("return {'en': 'word', 'key': 'value'}", ["return {'en': 'word', 'XXkeyXX': 'value'}"]),
        ("return zip(x, y, strict=True)", ["return zip(y, strict=True)", "return zip(x, strict=True)"]),
        ("assert x, 'there is none'", []),
        ("return len(x)", []),
    ],
)
def test_a_line_becomes_each_of_its_errors(lines: str, expected: list[str]) -> None:
    found = changed(lines)
    assert set(expected) <= set(found)
    assert bool(expected) == bool(found)


def test_what_runs_at_import_concerns_every_test() -> None:
    """Constants and defaults are read once; what a function does, only where it is called."""
    lines = {one.after: one.lines for one in mutants("training/small.py", MODULE)}
    assert lines["LIMIT = 4"] == frozenset()
    assert lines['def total(values: list[int], device: str = "XXcpuXX") -> int:'] == frozenset()
    assert lines["show(None)"] == {10}


def test_equal_changes_of_equal_lines_are_told_apart() -> None:
    source = "def f(x):\n    x = x + 1\n    x = x + 1\n    return x\n"
    names = [one.name for one in mutants("small.py", source) if one.after == "x = x - 1"]
    assert names == ["small.py f: x = x + 1 ==> x = x - 1", "small.py f: x = x + 1 ==> x = x - 1 (2)"]


def test_made_up_sentences_keep_their_words() -> None:
    source = "WORDS = ('good', 'bad')\n\n\ndef f():\n    return 'good'\n"
    assert [one.after for one in mutants("data/samples_reviews.py", source)] == ["WORDS = None", "return 'XXgoodXX'"]
    assert len(mutants("data/words.py", source)) == 4


def test_a_mutant_is_named_as_long_as_its_lines_stay() -> None:
    def names(source: str) -> set[str]:
        return {one.name for one in mutants("training/small.py", source)}

    moved = MODULE.replace("LIMIT = 3", "OTHER = None\nLIMIT = 3").replace("too few", "not enough")
    assert names(MODULE) < names(moved)
    assert isinstance(mutants("training/small.py", MODULE)[0], Mutant)
