"""The digest of code: what it must see, and what it must not."""

from __future__ import annotations

import os
import py_compile
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from labreport.errors import CodeChangedError
from labreport.models.registry import MODELS
from labreport.planning import code

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
}


@pytest.mark.parametrize("variant", SAME)
def test_what_has_no_effect_has_no_meaning(variant):
    assert code.meaning(SAME[variant]) == code.meaning(SOURCE)


@pytest.mark.parametrize("variant", OTHER)
def test_every_effect_has_a_meaning(variant):
    assert code.meaning(OTHER[variant]) != code.meaning(SOURCE)


def test_a_string_that_is_no_docstring_counts():
    assert code.meaning("x = 1\n'text'") != code.meaning("x = 1\n'other'")


def test_what_an_error_says_has_no_meaning():
    plain = "def f(x):\n    raise ValueError(f'{x}: not so', 'but so') from None\n"
    assert code.meaning(plain.replace("not so", "no").replace("but", "rather")) == code.meaning(plain)
    assert code.meaning(plain.replace("ValueError", "TypeError")) != code.meaning(plain)
    returned = "def f(x):\n    return f'{x}: not so'\n"
    assert code.meaning(returned.replace("not so", "no")) != code.meaning(returned)


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING"])
def test_what_stands_under_type_checking_has_no_meaning(test):
    plain = "import typing\nfrom typing import TYPE_CHECKING\ny = 1\n"
    never = plain.replace("y = 1", f"if {test}:\n    import labreport.hidden\n    z = 2\nelse:\n    y = 1")
    assert code.meaning(never) == code.meaning(plain)
    assert code.meaning(never.replace("y = 1", "y = 2")) != code.meaning(plain)
    assert code.meaning(never.replace(f"if {test}", "if other")) != code.meaning(plain)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package under the project's name, and a function that writes its modules."""
    monkeypatch.setattr(code, "SOURCES", tmp_path)
    code.forget()

    def write(**modules):
        code.forget()
        for name, text in modules.items():
            path = tmp_path.joinpath("labreport", *name.split("__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            for folder in [path.parent, *path.parent.parents]:
                if folder == tmp_path:
                    break
                (folder / "__init__.py").touch()
            path.write_text(textwrap.dedent(text))

    yield write
    code.forget()


def test_closure_follows_every_form_of_import(package):
    package(
        steps__a="from labreport.b import x\nimport labreport.c.d\n",
        b="def x():\n    from labreport import late\n",
        c__d="from . import e\nfrom ..f import y\n",
        c__e="",
        f="y = 1\n",
        late="",
        never="",
        hidden="",
    )
    package(
        b="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import labreport.hidden\nimport labreport.late\n"
    )
    names = {name.removeprefix("labreport.") for name in code.closure(["labreport.steps.a"])}
    assert names == {"labreport", "steps", "steps.a", "b", "c", "c.d", "c.e", "f", "late"}


def test_only_reachable_code_changes_a_digest(package):
    package(a="from labreport.b import x\n", b="x = 1\n", stranger="y = 1\n")
    before = code.code_digest(["labreport.a"])
    package(stranger="y = 2\n")
    assert code.code_digest(["labreport.a"]) == before
    package(b="x = 1  # the one\n")
    assert code.code_digest(["labreport.a"]) == before
    package(b="x = 2\n")
    assert code.code_digest(["labreport.a"]) != before


def test_an_edit_between_planning_and_start_is_refused(package):
    package(a="x = 1\n")
    planned = code.code_digest(["labreport.a"])
    code.check_code(planned, ["labreport.a"])
    package(a="x = 2\n")
    with pytest.raises(CodeChangedError, match=r"labreport\.a changed after this job was planned"):
        code.check_code(planned, ["labreport.a"])


@pytest.fixture
def job(package, monkeypatch):
    """A module with its bytecode, in a process that runs it as a job, and the digest of its code."""
    package(job="x = 1\n")
    path = code.SOURCES / "labreport/job.py"
    bytecode = Path(py_compile.compile(str(path), doraise=True))
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", SimpleNamespace(name="labreport.job"))
    monkeypatch.setattr(sys, "modules", {"__main__": sys.modules["__main__"]})
    return path, bytecode


def edited_at_once(path):
    """Another text of the same length within the same second."""
    before = path.stat()
    path.write_text("x = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    code.forget()


def test_bytecode_of_an_earlier_text_is_refused_and_removed(job):
    path, bytecode = job
    edited_at_once(path)
    planned = code.code_digest(["labreport.job"])
    with pytest.raises(CodeChangedError, match=r"job\.py: edited so quickly that Python loaded the text before"):
        code.check_code(planned, ["labreport.job"])
    assert not bytecode.exists()
    code.check_code(planned, ["labreport.job"])


@pytest.mark.parametrize("case", ["as it was", "touched", "cut", "of another version", "none"])
def test_other_bytecode_is_left_to_python(job, case):
    path, bytecode = job
    content = bytecode.read_bytes()
    if case == "touched":
        os.utime(path)
    if case in ("cut", "of another version"):
        edited_at_once(path)
        bytecode.write_bytes(content[:18] if case == "cut" else b"\0\0\0\0" + content[4:])
        os.utime(bytecode, (0, 0))
    if case == "none":
        bytecode.unlink()
    code.check_code(code.code_digest(["labreport.job"]), ["labreport.job"])
    assert bytecode.exists() == (case != "none")


def test_a_missing_module_is_named(package):
    package(a="x = 1\n")
    with pytest.raises(CodeChangedError, match=r"labreport\.nothing: no such module"):
        code.closure(["labreport.nothing"])


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
    package(a="import labreport.b\n", b="class B: ...\n")
    (tmp_path / "labreport" / "b.py").write_bytes(content)
    calls = [
        lambda: code.code_digest(["labreport.a"]),
        lambda: code.check_code("0" * 16, ["labreport.a"]),
    ]
    for call in calls:
        with pytest.raises(CodeChangedError, match=place + r".*; mend it and start again$"):
            call()


def test_a_module_that_cannot_be_read_is_one_message(package, tmp_path, monkeypatch):
    package(a="x = 1\n")

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(code.Path, "read_bytes", refuse)
    with pytest.raises(
        CodeChangedError, match=r"a\.py: cannot be read \(Permission denied\)|__init__\.py: cannot be read"
    ):
        code.code_digest(["labreport.a"])


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_reached_through_its_own_file_only(name):
    modules = set(code.closure(["labreport.steps.train", MODELS[name].partition(":")[0]]))
    assert "labreport.models.registry" not in modules, "a new registry line would change every key"
    assert not any(module.startswith(("labreport.declarations", "labreport.figures")) for module in modules)


def test_meanings_say_which_module_another_digest_comes_from(package, tmp_path):
    package(a="import labreport.b\n", b="x = 1\n", c="x = 1\n")
    before, digest = code.meanings(["labreport.a"]), code.code_digest(["labreport.a"])
    assert list(before) == ["labreport", "labreport.a", "labreport.b"]
    (tmp_path / "labreport" / "b.py").write_text("x = 2  # two\n")
    code.forget()
    after = code.meanings(["labreport.a"])
    assert {name for name in before if before[name] != after[name]} == {"labreport.b"}
    assert code.code_digest(["labreport.a"]) != digest
