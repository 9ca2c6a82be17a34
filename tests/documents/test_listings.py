"""Code is taken from the project's own files by name, and from nowhere else."""

from __future__ import annotations

import inspect
import textwrap

import pytest

from labreport.documents import layout, listings, pictures, text
from labreport.errors import TemplateError


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("labreport.documents.text:Literal", text.Literal),
        ("labreport.documents.text:Literal.__init__", text.Literal.__init__),
        ("labreport.documents.layout:identifier", layout.identifier),
        ("labreport.documents.pictures:Picture", pictures.Picture),  # with its decorator
    ],
)
def test_a_listing_is_what_python_itself_finds(target, shown):
    lines, first = inspect.getsourcelines(shown)
    found = listings.excerpt(target)
    assert (found.first, found.last) == (first, first + len(lines) - 1)
    assert found.text == textwrap.dedent("".join(lines)).rstrip("\n")
    assert found.file == f"src/{target.partition(':')[0].replace('.', '/')}.py"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("os:path", r"a source is"),
        ("labreport.documents.text", "a source is"),
        ("labreport:x", "a source is"),
        ("labreport.documents./etc/passwd:x", "a source is"),
        ("labreport...secret:x", "a source is"),
        ("labreport.documents.txt:Literal", r"no module.*mean \"labreport\.documents\.text\""),
        ("labreport.documents:Literal", r"no module 'labreport\.documents'"),
        (
            "labreport.documents.text:Litteral",
            r"text\.py has no class or function 'Litteral'; did you mean \"Literal\"",
        ),
        ("labreport.documents.text:Literal.raw", r"no class or function 'raw'.*__str__"),
    ],
)
def test_other_names_are_refused(target, words):
    with pytest.raises(TemplateError, match=words):
        listings.excerpt(target)


def test_a_link_out_of_the_package_is_not_followed(tmp_path, monkeypatch):
    package, outside = tmp_path / "labreport", tmp_path / "secret.py"
    package.mkdir()
    outside.write_text("def f():\n    pass\n", encoding="utf-8")
    (package / "link.py").symlink_to(outside)
    monkeypatch.setattr(listings, "PACKAGE", package)
    with pytest.raises(TemplateError, match="no module"):
        listings.excerpt("labreport.link:f")
