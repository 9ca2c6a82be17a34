from __future__ import annotations

import pytest

from labreport.errors import TrainingError
from labreport.training.job import read_spec


def test_a_complete_spec_comes_back() -> None:
    spec = {"seed": 0, "model": {"target": "labreport.x", "parameters": {}}}
    text = '{"seed": 0, "model": {"target": "labreport.x", "parameters": {}}}'
    assert read_spec(text, ["seed", "model.target", "model.parameters"]) == spec


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"not JSON \(.*\); pass"),
        ('{"seed": NaN, "model": {"target": 1}}', r"not JSON \(NaN is no JSON number\); pass"),
        ("[]", "found a list, allowed is a JSON object"),
        ("{}", r"seed, model\.target missing; pass"),
        ('{"seed": null, "model": {}}', r"model\.target missing; pass"),
        ('{"seed": 0, "model": "target"}', r"model\.target missing; pass"),
    ],
)
def test_what_is_wrong_is_one_message(text: str, message: str) -> None:
    with pytest.raises(TrainingError, match=f"^--spec: {message}"):
        read_spec(text, ["seed", "model.target"])
