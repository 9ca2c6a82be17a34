"""requirements.lock: exact versions, each with hashes, that satisfy pyproject.toml and name no place."""

from __future__ import annotations

import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement

from tests.setup import locked


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_satisfies_pyproject(python):
    found = locked.versions(python)
    for name, requirement in locked.direct().items():
        assert found[name] in requirement.specifier, requirement


def test_every_requirement_has_sha256_hashes():
    for requirement, hashes in locked.entries():
        assert hashes, f"{requirement.name} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), requirement.name


def test_names_no_index_and_no_place():
    """Whose index serves the packages is each user's own affair; the hashes say that they are the right ones."""
    text = locked.LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted-host)", text, re.MULTILINE)
    assert all(requirement.url is None for requirement, _ in locked.entries())


def test_torchvision_asks_for_the_locked_torch():
    """What torchvision itself says in its metadata, which a wheel from elsewhere need not."""
    found = locked.versions()
    needed = map(Requirement, importlib.metadata.requires("torchvision") or [])
    assert [str(one.specifier) for one in needed if one.name == "torch"] == [f"=={found['torch']}"]


def test_holds_what_the_set_up_itself_runs():
    """uv installs the rest; setuptools installs the project without fetching anything."""
    assert {"uv", "setuptools"} <= set(locked.versions())


@pytest.mark.parametrize("name", sorted(locked.direct()))
def test_this_environment_is_the_locked_one(name):
    if name == "pypandoc-binary" and not is_installed(name):
        name = "pypandoc"  # conda's pandoc is a package of its own
    if name in locked.NOT_IN_CONDA and not is_installed(name):
        pytest.skip(f"conda environments have no {name}")
    wanted = locked.versions().get(name) or locked.versions()["pypandoc-binary"]
    assert importlib.metadata.version(name).split("+")[0] == wanted


def is_installed(name: str) -> bool:
    return any(importlib.metadata.distributions(name=name))
