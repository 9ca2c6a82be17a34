from __future__ import annotations

import pytest

from labreport.errors import TrainingError
from labreport.training.job import planned_code, read_spec


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


def test_code_is_checked_before_what_a_job_imports_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr("labreport.training.job.check_code", lambda planned, roots: done.append((planned, list(roots))))
    with planned_code("0123", iter(["labreport.a"])):
        done.append("imported")
    assert done == [("0123", ["labreport.a"]), "imported", ("0123", ["labreport.a"])]
