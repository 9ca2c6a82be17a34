from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from faults.reference import reference
from faults.same import made_unlike, unlike
from labreport.files import write_json, write_sums


@pytest.fixture(scope="module")
def run() -> Path:
    return reference().root / reference().of_step("train")[0].out


@pytest.fixture
def again(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "run"))


def edit(path: Path, column: int, value: str) -> None:
    """Put another value into the last row of a CSV file, digests and all."""
    *rows, last = path.read_text(encoding="utf-8").splitlines()
    cells = last.split(",")
    cells[column] = value
    path.write_text("\n".join([*rows, ",".join(cells), ""]), encoding="utf-8")
    write_sums(path.parent)


def test_a_run_is_like_itself_whatever_the_clock_says(run: Path, again: Path) -> None:
    assert unlike(again, run) is None
    head = (run / "metrics.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    edit(again / "metrics.csv", head.index("seconds"), "99.5")
    assert unlike(again, run) is None
    edit(again / "metrics.csv", 1, "0.5")
    assert unlike(again, run) == "metrics.csv differs"


def test_a_file_too_few_and_one_too_many(run: Path, again: Path) -> None:
    (again / "code.json").unlink()
    assert "code.json" in str(unlike(again, run))
    write_sums(again)
    assert unlike(again, run) == "code.json: in one of both"
    (again / "code.json").write_text("{}")
    assert unlike(again, run) == "code.json: not in SHA256SUMS"
    assert unlike(again / "nothing", run) == "nothing is not there"


def test_damage_and_an_epoch_twice(run: Path, again: Path) -> None:
    log = again / "train.log"
    log.write_text(log.read_text(encoding="utf-8") * 2, encoding="utf-8")
    assert "train.log" in str(unlike(again, run))
    write_sums(again)
    assert "train.log has the epochs" in str(unlike(again, run))


def test_a_receipt_that_does_not_fit(tmp_path: Path) -> None:
    work = reference().of_step("train")[0]
    root = reference().finished(tmp_path / "project")
    assert made_unlike(work, root) is None
    write_json(root / work.made[1], {"content": "0" * 64})
    assert "has no receipt" in str(made_unlike(work, root))
