"""The words of both languages: the same ones with the same gaps, each said somewhere, and each in the keys."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from pathlib import Path

import pytest

import labreport
from labreport import languages
from labreport.languages import LANGUAGES, SAID, said, section

SOURCES = Path(labreport.__file__).parent
SECTIONS = sorted({name for names in SAID.values() for name in names})
# Folder -> the step whose jobs say what stands in its modules.
STEPS = {"figures": "draw", "tables": "tabulate", "claims": "judge", "documents": "write pack"}
# Of what a data set, a setting, a method or an experiment's file may name.
NAMED = {"classes", "groups", "splits", "metrics", "quantities", "labels", "heads", "cells", "networks", "notes"}


def gaps(words: str) -> Counter[str]:
    """The gaps of words; one in two braces is filled later."""
    later = string.Formatter().parse(words.format(*(f"<{number}>" for number in range(9))))
    return Counter(name for found in (string.Formatter().parse(words), later) for _, name, *_ in found if name)


@pytest.mark.parametrize("name", SECTIONS)
def test_both_languages_have_the_same_words_with_the_same_gaps(name: str) -> None:
    first, second = (section(name, lang) for lang in LANGUAGES)
    assert set(first) == set(second)
    unlike = {key for key in first if set(gaps(first[key])) != set(gaps(second[key]))}
    assert unlike <= {"moves"}, "Chinese says there what moves"


def test_every_section_is_in_the_key_of_a_step() -> None:
    assert {lang: sorted(languages._read(lang)) for lang in LANGUAGES} == dict.fromkeys(LANGUAGES, SECTIONS)


def strings(folder: Path) -> set[str]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py")]
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_no_word_is_kept_that_nobody_says() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in Path("templates").rglob("*.j2"))
    known = strings(SOURCES) | {*re.findall(r"words\(['\"](.*?)['\"]\)", templates)}
    kept = {(name, key) for name in {*SECTIONS} - NAMED for key in section(name, "en")}
    assert {(name, key) for name, key in kept if key not in known} == set()


def test_a_word_changes_the_keys_of_those_who_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Section after section: the digests of the steps that have it change, and no others."""
    before = {step: languages.digest(step, "en") for step in SAID}
    read = languages._read("en")
    for changed in SECTIONS:
        with monkeypatch.context() as patch:
            patch.setattr(
                languages,
                "section",
                lambda name, lang, own=changed: {**read[name], **({"x": "y"} if name == own else {})},
            )
            languages.digest.cache_clear()
            after = {step: languages.digest(step, "en") for step in SAID}
        languages.digest.cache_clear()
        assert {step for step in SAID if after[step] != before[step]} == {
            step for step in SAID if changed in SAID[step]
        }


@pytest.mark.parametrize(("folder", "step"), STEPS.items())
def test_a_package_says_nothing_that_is_not_in_its_key(folder: str, step: str) -> None:
    allowed = {name for one in step.split() for name in SAID[one]}
    texts = {path: path.read_text(encoding="utf-8") for path in (SOURCES / folder).rglob("*.py")}
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text)) if "from labreport.languages" in text else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"said", "section"}:
                assert isinstance(node.args[0], ast.Constant), f"{path}: the section is to be seen where it is said"
                assert node.args[0].value in allowed, path


def test_a_word_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        said("labels", "no such word", "en")
