from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from labreport.errors import CodeChangedError
from labreport.files import sums_faults
from labreport.steps.data import sample
from labreport.steps.step import Job
from tests.steps.planned import planned

PARAMETERS = {"train_per_class": 5, "test_per_class": 2, "seed": 0}


def job(generator: str, out: Path, **changes: str) -> Job:
    spec = {"dataset": "any", "target": generator, "parameters": PARAMETERS, **changes}
    return planned("sample", spec, out, file="set.tar.gz")


@pytest.mark.parametrize("generator", ["labreport.data.samples_images", "labreport.data.samples_reviews"])
def test_archive_and_digest_beside_it(generator: str, tmp_path: Path) -> None:
    sample(job(generator, tmp_path / "key"))
    digest, name = (tmp_path / "key" / "set.tar.gz.sha256").read_text().rstrip("\n").split("  ")
    assert name == "set.tar.gz"
    assert digest == hashlib.sha256((tmp_path / "key" / name).read_bytes()).hexdigest()
    names = {"set.tar.gz", "set.tar.gz.sha256", "spec.json", "code.json", "made.json", "SHA256SUMS"}
    assert {path.name for path in (tmp_path / "key").iterdir()} == names
    assert list(sums_faults(tmp_path / "key")) == []


def test_code_that_changed_since_planning_stops_the_job(tmp_path: Path) -> None:
    with pytest.raises(CodeChangedError):
        sample(job("labreport.data.samples_reviews", tmp_path / "key", code="0" * 16))
    assert list(tmp_path.iterdir()) == []
