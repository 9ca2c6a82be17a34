from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from faults import run
from faults.fault import Fault, Trial


def harmless(count: int, folder: Path, rng: Random) -> Fault:
    (folder / "file").write_text(str(rng.random()))
    return Fault.of("harmless", [Trial(True)] * count)


def harmful(count: int, folder: Path, rng: Random) -> Fault:
    return Fault.of(
        "harmful", [Trial(True), Trial(False, "a file is gone", lost=True), Trial(False, "it ran", False, True)]
    )


@pytest.fixture
def two_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {name: run.Kind(name, full=20, small=2) for name in ("harmless", "harmful")}
    monkeypatch.setattr(run, "KINDS", kinds)
    monkeypatch.setattr(run.Kind, "load", lambda kind: globals()[kind.target])
    monkeypatch.setattr(run, "heading", lambda: "2026-01-01, commit 0123456")


def test_the_page_keeps_the_table_and_what_else_stands_there(
    two_kinds: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "reliability.md"
    page.write_text("# Reliability\n\nWords.\n", encoding="utf-8")
    assert run.main(["--page", str(page)]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == ["harmless ...", "harmful ...", "harmful: a file is gone", "harmful: it ran"]
    text = page.read_text(encoding="utf-8")
    assert text.startswith(
        "# Reliability\n\nWords.\n\n<!-- begin faults -->\n## faults\n\n2026-01-01, commit 0123456\n"
    )
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    assert cells[0] == ["kind", "tried", "survived", "lost", "executed"]
    assert cells[2:] == [["harmless", "20", "20", "0", "0"], ["harmful", "3", "1", "1", "1"]]
    assert run.main(["--page", str(page), "--count", "small"]) == 1
    assert page.read_text(encoding="utf-8").count("## faults") == 1


def test_one_kind_at_small_count(two_kinds: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--only", "harmless", "--count", "small"]) == 0
    assert "| harmless | 2     | 2        | 0    | 0        |" in capsys.readouterr().out
    page = tmp_path / "page.md"
    assert run.main(["--only", "harmless", "--page", str(page)]) == 0
    assert "<!-- begin faults-harmless -->" in page.read_text(encoding="utf-8")


def test_kinds_shared_out_among_processes_give_the_same_rows() -> None:
    names = ["downloads", "downloads"]
    alone, together = (list(run.injected(names, "small", 0, jobs)) for jobs in (1, 2))
    assert [one.survived for one in alone] == [10, 10]
    assert together == alone


@pytest.mark.parametrize("name", run.KINDS)
def test_every_kind_is_there(name: str) -> None:
    kind = run.KINDS[name]
    assert callable(kind.load())
    assert 0 < kind.small < kind.full
