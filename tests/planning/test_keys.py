"""Specs and keys."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labreport.planning.code import closure
from labreport.planning.keys import canonical, key_of, module_of, prepared_identity, run_roots, vectors_roots

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_canonical_text_is_json_and_ignores_the_order_of_keys(spec):
    assert json.loads(canonical(spec)) == spec
    assert canonical(dict(reversed(spec.items()))) == canonical(spec)


def test_key_is_a_prefix_of_sha256():
    assert key_of({"b": 1, "a": [0.001]}) == hashlib.sha256(b'{"a":[0.001],"b":1}').hexdigest()[:16]


def test_swapping_two_values_is_another_key():
    assert key_of({"learning_rate": 0.1, "weight_decay": 0.2}) != key_of({"learning_rate": 0.2, "weight_decay": 0.1})


def test_a_number_that_json_cannot_say_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"learning_rate": float("nan")})


def test_how_a_folder_is_checked_is_no_part_of_the_key():
    assert prepared_identity({"digest": "md5:0", "folder": {"name": "x"}}) == {"digest": "md5:0"}


@pytest.mark.parametrize("target", ["labreport.models.resnet:ResNet34", "labreport.models.resnet"])
def test_module_of(target):
    assert module_of(target) == "labreport.models.resnet"


def test_word_vectors_are_code_of_those_runs_only_that_start_from_some():
    spec = {"model": {"target": "labreport.models.lstm:StackedLSTM"}, "task": {"target": "labreport.training.task"}}
    plain = run_roots(spec)
    assert plain == ["labreport.steps.train", "labreport.models.lstm", "labreport.training.task"]
    assert run_roots(spec | {"vectors": {"key": "0"}}) == [*plain, "labreport.training.vectors"]
    assert "labreport.training.vectors" not in closure(plain)
    assert vectors_roots({"target": "labreport.data.word2vec"})[1] == "labreport.data.word2vec"
