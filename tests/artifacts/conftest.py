"""A package of a few modules under the project's name, in place of the real one."""

from __future__ import annotations

import textwrap

import pytest

from labreport.artifacts import code


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A function that writes modules; `a__b` is the module labreport.a.b."""
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
            path.write_text(textwrap.dedent(text), encoding="utf-8")

    yield write
    code.forget()
