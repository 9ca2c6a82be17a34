"""environment.yml, the conda way, against requirements.lock."""

from __future__ import annotations

import re

import pypandoc
import yaml

from tests.setup import locked

CONDA_NAMES = {"matplotlib": "matplotlib-base", "pypandoc-binary": "pypandoc", "torch": "pytorch"}
# What PyPI's wheels bring along or the system has: pandoc is inside pypandoc-binary.
ONLY_IN_CONDA = {"git", "pandoc", "python", "tectonic"}


def conda_pins() -> dict[str, str]:
    """Version by conda name, empty where none is asked for."""
    declared = yaml.safe_load((locked.ROOT / "environment.yml").read_text(encoding="utf-8"))
    return {name: version for name, _, version in (line.partition("=") for line in declared["dependencies"])}


def test_same_packages():
    wanted = {CONDA_NAMES.get(name, name) for name in locked.direct() if name not in locked.NOT_IN_CONDA}
    assert set(conda_pins()) == wanted | ONLY_IN_CONDA


def test_same_versions():
    pins, found = conda_pins(), locked.versions(conda_pins()["python"])
    wanted = {CONDA_NAMES.get(name, name): found[name] for name in locked.direct() if name not in locked.NOT_IN_CONDA}
    assert {name: pins[name] for name in wanted} == wanted


def test_pandoc_is_the_one_that_pypandoc_binary_brings():
    assert conda_pins()["pandoc"] == pypandoc.get_pandoc_version()


def test_python_is_the_version_the_lock_was_made_for():
    makefile = (locked.ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"--python-version (\S+)", makefile) == [conda_pins()["python"]]


def test_comes_from_community_channels_only():
    declared = yaml.safe_load((locked.ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert declared["channels"] == ["conda-forge", "bioconda", "nodefaults"]
