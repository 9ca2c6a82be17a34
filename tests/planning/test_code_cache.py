"""The cache of digests: what it saves, and what it must not be believed."""

from __future__ import annotations

import json

import pytest

from labreport.planning import code, code_cache

ROOTS = ["labreport.planning.keys"]


@pytest.fixture
def forgotten(monkeypatch):
    """Planning as in a new process."""

    def forget():
        monkeypatch.setattr(code, "REMEMBERED", {})
        code.forget()

    forget()
    yield forget
    code.forget()


def test_the_second_plan_parses_nothing(tmp_path, forgotten, monkeypatch):
    path = tmp_path / "code.json"
    first = code.code_digest(ROOTS)
    code_cache.keep(path)
    forgotten()
    code_cache.restore(path)
    monkeypatch.setattr(code, "parse", lambda path: pytest.fail(f"{path} was parsed"))
    assert code.code_digest(ROOTS) == first


def test_changed_content_is_parsed_again(tmp_path, forgotten, monkeypatch):
    package = tmp_path / "labreport"
    package.mkdir()
    (package / "__init__.py").touch()
    module = package / "a.py"
    monkeypatch.setattr(code, "SOURCES", tmp_path)
    module.write_text("x = 1\n")
    first = code.code_digest(["labreport.a"])
    code_cache.keep(tmp_path / "code.json")
    forgotten()
    code_cache.restore(tmp_path / "code.json")
    module.write_text("x = 2\n")
    assert code.code_digest(["labreport.a"]) != first


def test_a_new_module_makes_the_cache_invalid(tmp_path, forgotten, monkeypatch):
    """`from labreport import late` is an import of a module only once there is one."""
    package = tmp_path / "labreport"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "a.py").write_text("from labreport import late\n")
    monkeypatch.setattr(code, "SOURCES", tmp_path)
    assert "labreport.late" not in code.closure(["labreport.a"])
    code_cache.keep(tmp_path / "code.json")
    forgotten()
    (package / "late.py").write_text("x = 1\n")
    code_cache.restore(tmp_path / "code.json")
    assert "labreport.late" in code.closure(["labreport.a"])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"valid_for": 1, "found": []}', "\0", '{"found": [[1]]}'])
def test_a_damaged_cache_is_ignored(tmp_path, forgotten, text):
    path = tmp_path / "code.json"
    path.write_text(text)
    code_cache.restore(path)
    assert code.REMEMBERED == {}


def test_a_cache_that_is_no_text_is_written_anew(tmp_path, forgotten):
    path = tmp_path / "code.json"
    path.write_bytes(b"\xa2{}")
    code_cache.restore(path)
    code.code_digest(ROOTS)
    code_cache.keep(path)
    found = dict(code.REMEMBERED)
    forgotten()
    code_cache.restore(path)
    assert code.REMEMBERED == found != {}


def test_a_cache_with_a_wrong_digest_in_it_is_ignored(tmp_path, forgotten):
    path = tmp_path / "code.json"
    right = code.code_digest(ROOTS)
    code_cache.keep(path)
    kept = json.loads(path.read_text())
    kept["found"] = [[identity, [imports, "0" * 64]] for identity, (imports, _) in kept["found"]]
    path.write_text(json.dumps(kept))
    forgotten()
    code_cache.restore(path)
    assert code.REMEMBERED == {}
    assert code.code_digest(ROOTS) == right


def test_a_folder_that_cannot_be_written_is_no_mistake(tmp_path, forgotten):
    code.code_digest(ROOTS)
    (tmp_path / "file").touch()
    code_cache.keep(tmp_path / "file" / "code.json")
    assert not (tmp_path / "file" / "code.json").exists()
