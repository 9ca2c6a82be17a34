"""Whether folders of results are what they say they are, however they are damaged."""

from __future__ import annotations

import json

import pytest

from labreport.commands.folders import folder_faults
from labreport.files import write_sums
from labreport.planning.keys import key_of


@pytest.mark.parametrize("about", [{"spec": "x"}, {"spec": ["x"]}, {"spec": None}, {}])
def test_data_without_a_spec_are_a_fault_and_no_traceback(tmp_path, about):
    (tmp_path / "dataset.json").write_text(json.dumps({"dataset": "cifar10", **about}))
    write_sums(tmp_path)
    assert list(folder_faults(tmp_path)) == ["dataset.json does not say what spec the data have"]


@pytest.mark.parametrize("text", ["[]", "x", "", "3"])
def test_what_is_no_object_is_damaged(tmp_path, text):
    (tmp_path / "spec.json").write_text(text)
    write_sums(tmp_path)
    assert list(folder_faults(tmp_path)) == ["spec.json is missing or damaged"]


@pytest.mark.parametrize("meanings", [{"labreport": 3}, {"labreport": {"a": []}}, {}])
def test_meanings_of_code_that_are_none_have_another_digest(tmp_path, meanings):
    spec = {"code": "0" * 16}
    folder = tmp_path / key_of(spec)
    folder.mkdir()
    (folder / "spec.json").write_text(json.dumps(spec))
    (folder / "code.json").write_text(json.dumps(meanings))
    write_sums(folder)
    (fault,) = folder_faults(folder)
    assert fault.startswith("code.json has the digest ")
