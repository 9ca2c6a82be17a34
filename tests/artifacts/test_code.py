"""The digest of code: what it must see, and what it must not."""

from __future__ import annotations

import pytest

from labreport.artifacts import code
from labreport.errors import CodeChangedError

SOURCE = '''
"""Module."""
import math


def area(radius, scale=1.0):
    """Docstring."""
    # a comment
    return f"{math.pi * radius ** 2 * scale:.3f} units"
'''
SAME = {
    "comment": SOURCE.replace("# a comment", "# quite another comment\n    # and more"),
    "docstrings": SOURCE.replace('"""Docstring."""', '"""Other."""').replace('"""Module."""', ""),
    "formatting": SOURCE.replace("(radius, scale=1.0)", "(\n    radius,\n    scale = 1.0,\n)"),
    "parentheses": SOURCE.replace("radius ** 2", "(radius ** 2)"),
    "quotes": SOURCE.replace('f"', "f'").replace('units"', "units'"),
    "number's spelling": SOURCE.replace("1.0", "1.00"),
    "annotations": SOURCE.replace("(radius, scale=1.0):", "(radius: float, scale: float = 1.0) -> str:"),
    "another function": f"{SOURCE}\n\ndef volume(radius):\n    return radius\n",
    "another class above": SOURCE.replace("def area", "class Shape:\n    corners = 3\n\n\ndef area"),
}
OTHER = {
    "constant": SOURCE.replace("** 2", "** 3"),
    "type of a constant": SOURCE.replace("1.0", "1"),
    "name": SOURCE.replace("radius", "diameter"),
    "default": SOURCE.replace("scale=1.0", "scale=2.0"),
    "f-string's text": SOURCE.replace("units", "unit"),
    "f-string's format": SOURCE.replace(".3f", ".4f"),
    "keyword-only": SOURCE.replace("radius, scale", "radius, *, scale"),
    "decorator": SOURCE.replace("def area", "@math.cache\ndef area"),
    "return value": SOURCE.replace("return", "return None and"),
    "what an import does": f"{SOURCE}\nmath.pi = 3\n",
}


def digest(package, text, root="labreport.a:area"):
    package(a=text)
    return code.code_digest([root])


@pytest.mark.parametrize("variant", SAME)
def test_what_has_no_effect_has_no_meaning(package, variant):
    assert digest(package, SAME[variant]) == digest(package, SOURCE)


@pytest.mark.parametrize("variant", OTHER)
def test_every_effect_has_a_meaning(package, variant):
    assert digest(package, OTHER[variant]) != digest(package, SOURCE)


def test_what_an_error_says_has_no_meaning(package):
    plain = "def area(x):\n    raise ValueError(f'{x}: not so', 'but so') from None\n"
    assert digest(package, plain.replace("not so", "no").replace("but", "rather")) == digest(package, plain)
    assert digest(package, plain.replace("ValueError", "TypeError")) != digest(package, plain)
    returned = "def area(x):\n    return f'{x}: not so'\n"
    assert digest(package, returned.replace("not so", "no")) != digest(package, returned)


@pytest.mark.parametrize(
    "used",
    [
        "def help():\n    return {}\n\n\ndef area():\n    return help()\n",
        "LIMIT = {}\n\n\ndef area():\n    return LIMIT\n",
        "class Base:\n    side = {}\n\n\nclass Shape(Base):\n    pass\n\n\ndef area():\n    return Shape().side\n",
        "import functools\n\n\ndef help():\n    return {}\n\n\ndef area():\n    return functools.partial(help)\n",
        "TABLE = {{}}\nTABLE['x'] = {}\n\n\ndef area():\n    return TABLE\n",
        "def help(f):\n    return {}\n\n\n@help\ndef area():\n    return 1\n",
        "def help():\n    return {}\n\n\ndef area(x=help()):\n    return x\n",
        "class Shape:\n    side = {}\n\n\ndef area(shape: Shape):\n    return shape.side\n",
        "class Shape:\n    side = {}\n\n\ndef area(shapes: 'list[Shape]'):\n    return shapes[0].side\n",
    ],
    ids=["function", "constant", "base", "partial", "item", "decorator", "default", "annotation", "quoted"],
)
def test_what_is_used_counts(package, used):
    assert digest(package, used.format(1)) != digest(package, used.format(2))


@pytest.mark.parametrize(
    "uses",
    [
        "from labreport.b import x\n\n\ndef area():\n    return x\n",
        "from labreport import b\n\n\ndef area():\n    return b.x\n",
        "import labreport.b\n\n\ndef area():\n    return labreport.b.x\n",
        "from .b import x as y\n\n\ndef area():\n    return y\n",
        "def area():\n    from labreport.b import x\n    return x\n",
        "from labreport import b\n\n\ndef area():\n    return b\n",
        "from labreport.c import x\n\n\ndef area():\n    return x\n",
    ],
)
def test_every_form_of_import_is_followed(package, uses):
    package(b="x = 1\ny = 1\n", c="from labreport.b import x\n")
    before = digest(package, uses)
    package(b="x = 2\ny = 1\n")
    assert code.code_digest(["labreport.a:area"]) != before
    package(b="x = 1  # the one\ny = 1\n\n\ndef z():\n    pass\n")
    same = code.code_digest(["labreport.a:area"]) == before
    assert same is ("return b\n" not in uses)  # a module as a value is all that it defines


def test_what_an_import_carries_out_counts_however_far(package):
    package(b="import labreport.c\nx = 1\n", c="import os\nos.environ['x'] = '1'\n")
    before = digest(package, "from labreport.b import x\n\n\ndef area():\n    return x\n")
    package(c="import os\nos.environ['x'] = '2'\n")
    assert code.code_digest(["labreport.a:area"]) != before


def test_what_stands_under_type_checking_is_followed_by_annotations_alone(package):
    never = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from labreport.b import X\n"
    package(b="class X:\n    y = 1\n")
    before = digest(package, f"{never}\n\ndef area(x: 'X'):\n    return x.y\n")
    package(b="class X:\n    y = 2\n")
    assert code.code_digest(["labreport.a:area"]) != before


@pytest.mark.parametrize(
    "line",
    [
        "exec('x = 1')",
        "eval('x')",
        "globals()['x']",
        "__import__('x')",
        "importlib.import_module(name)",
        "getattr(labreport.b, name)",
        "setattr(labreport.b, 'x', 1)",
        "sys.modules['x']",
    ],
)
def test_what_no_name_tells_is_refused_with_its_line(package, line):
    """So that no key is silent about it."""
    package(b="x = 1\n")
    text = f"import importlib, sys\nimport labreport.b\n\n\ndef area(name):\n    return {line}\n"
    with pytest.raises(CodeChangedError, match=r"a\.py:6: `.*` reaches code that no name tells"):
        digest(package, text)


def test_an_import_of_all_is_refused(package):
    package(b="x = 1\n")
    with pytest.raises(CodeChangedError, match=r"a\.py: imports \*, which no key can follow"):
        digest(package, "from labreport.b import *\n\n\ndef area():\n    return x\n")


def test_an_edit_between_planning_and_start_is_refused(package):
    planned = [(digest(package, SOURCE), ["labreport.a:area"])]
    code.check_code(planned)
    package(a=OTHER["constant"])
    with pytest.raises(CodeChangedError, match=r"the code of labreport\.a:area changed after this job was planned"):
        code.check_code(planned)


@pytest.mark.parametrize("root", ["labreport.nothing", "labreport.a:nothing"])
def test_what_is_not_there_is_named(package, root):
    package(a="x = 1\n")
    with pytest.raises(CodeChangedError, match="nothing"):
        code.covered([root])


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"x = 1\ny = (\n", r"b\.py:2: .*never closed"),
        (b'x = 1\ny = "\xff"\n', r"b\.py:2: .*utf-8"),
        (b"x\0", r"b\.py:"),
    ],
    ids=["syntax", "encoding", "null byte"],
)
def test_a_module_that_cannot_be_parsed_is_one_message_with_its_line(package, tmp_path, content, place):
    package(a="from labreport.b import B\n\n\ndef area():\n    return B\n", b="class B: ...\n")
    (tmp_path / "labreport" / "b.py").write_bytes(content)
    with pytest.raises(CodeChangedError, match=place + r".*; mend it and start again$"):
        code.code_digest(["labreport.a:area"])


def test_what_was_found_is_kept_by_content(package, tmp_path):
    """A cache that is damaged, or of other files, says nothing."""
    before = digest(package, SOURCE)
    cache = tmp_path / "kept.json"
    code.keep(cache)
    kept = cache.read_text(encoding="utf-8")
    for text in (kept, kept[:-20], kept.replace("area", "aera"), "[]", ""):
        cache.write_text(text, encoding="utf-8")
        code.restore(cache)
        assert digest(package, SOURCE) == before
        assert digest(package, OTHER["constant"]) != before
