from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from labreport.errors import CodeChangedError
from labreport.planning.code import code_digest
from labreport.steps.sample import main

GENERATORS = {"cifar10": "labreport.data.samples_images", "imdb": "labreport.data.samples_reviews"}


def spec(generator: str) -> dict[str, object]:
    parameters = {"train_per_class": 5, "test_per_class": 2, "seed": 0}
    code = code_digest(["labreport.steps.sample", generator])
    return {"dataset": "any", "generator": generator, "parameters": parameters, "code": code}


@pytest.mark.parametrize(("dataset", "generator"), GENERATORS.items())
def test_archive_and_digest_beside_it(dataset: str, generator: str, tmp_path: Path) -> None:
    out = tmp_path / "key" / "set.tar.gz"
    main(["--dataset", dataset, "--spec", json.dumps(spec(generator)), "--out", str(out)])
    digest, name = (tmp_path / "key" / "set.tar.gz.sha256").read_text().rstrip("\n").split("  ")
    assert name == "set.tar.gz"
    assert digest == hashlib.sha256(out.read_bytes()).hexdigest()
    assert len(list(out.parent.iterdir())) == 2


def test_code_that_changed_since_planning_stops_the_job(tmp_path: Path) -> None:
    changed = {**spec(GENERATORS["imdb"]), "code": "0" * 16}
    with pytest.raises(CodeChangedError):
        main(["--dataset", "imdb", "--spec", json.dumps(changed), "--out", str(tmp_path / "set.tar.gz")])
    assert list(tmp_path.iterdir()) == []
