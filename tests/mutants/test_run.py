"""The table of mutants: what is drawn, counted, kept on the page and told."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml
from scipy.stats import binomtest

pytest.importorskip("mutmut")

from mutants import run
from mutants.changes import Mutant
from mutants.scope import GROUPS, ROOT, SOURCES, Group
from mutants.tried import Covered, Seen, chosen
from mutants.wrong import Wrong, errors

MADE = {
    "data": [Mutant("data/one.py", "f", f"x{n}", f"y{n}", frozenset(), "") for n in range(60)],
    "models": [Mutant("models/two.py", "g", f"x{n}", f"y{n}", frozenset(), "") for n in range(20)],
}


WRONG = [
    Wrong("validation is test", Mutant("data/arrays.py", "", "a", "b", frozenset(), ""), ("tests/data",)),
    Wrong("seconds are added up", Mutant("tables/results.py", "", "c", "d", frozenset(), ""), ("tests/tables",)),
]


class Place:
    """Stands for a copy of the project."""

    survivors: tuple[str, ...] = ()

    @staticmethod
    def covered(group: Group) -> Covered:
        return {}

    @classmethod
    def is_caught(cls, one: Mutant, seen: Covered) -> bool:
        return one.before not in cls.survivors

    @classmethod
    def fails(cls, one: Mutant, tests: tuple[str, ...], limit_s: float) -> bool:
        assert tests == ("tests/tables",)
        return one.before not in cls.survivors


@pytest.mark.parametrize(("hits", "tries"), [(0, 10), (10, 10), (871, 940), (1, 3)])
def test_the_interval_is_that_of_scipy(hits: int, tries: int) -> None:
    expected = binomtest(hits, tries).proportion_ci(0.95, "wilson")
    assert run.interval(hits, tries) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_a_draw_is_of_all_mutants_alike_and_its_seed_decides() -> None:
    names = [{one.name for one in some} for some in run.drawn(MADE, 40, 0).values()]
    assert sum(map(len, names)) == 40
    assert names == [{one.name for one in some} for some in run.drawn(MADE, 40, 0).values()]
    assert names != [{one.name for one in some} for some in run.drawn(MADE, 40, 1).values()]
    of_data = [len(run.drawn(MADE, 40, seed)["data"]) for seed in range(200)]
    assert sum(of_data) / 200 == pytest.approx(30, abs=0.8)  # 60 of 80; its standard error is below 0.2
    assert run.drawn(MADE, 0, 0) == MADE


@pytest.fixture
def fabricated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Of 80 mutants 6 survive, 5 are equivalent; the file that names those."""
    file = tmp_path / "equivalent.yaml"
    names = [one.name for one in MADE["models"][:5]]
    file.write_text("- reason: the same\n  mutants:\n" + "".join(f"  - '{name}'\n" for name in names), "utf-8")
    monkeypatch.setattr(run, "EQUIVALENT", file)
    monkeypatch.setattr(run, "equivalents", lambda read=run.equivalents: read(file))
    monkeypatch.setattr(run, "every", lambda *_: MADE)
    monkeypatch.setattr(run, "heading", lambda: "2026-01-01, commit 0123456")
    monkeypatch.setattr(run.tried, "prepare", lambda: None)
    monkeypatch.setattr(run.tried, "workplace", lambda: nullcontext(Place))
    monkeypatch.setattr(run, "errors", lambda: WRONG)
    monkeypatch.setattr(Place, "survivors", ("x7", "x8", "x29"))
    return file


def test_the_page_keeps_the_table_and_leaves_the_other_section_alone(fabricated: Path, tmp_path: Path, capsys) -> None:
    page = tmp_path / "reliability.md"
    faults = "<!-- begin faults -->\n## faults\n\nA table.\n<!-- end faults -->\n"
    page.write_text(f"# Reliability\n\nWords.\n\n{faults}", "utf-8")
    assert run.main(["--sample", "0", "--page", str(page)]) == 0
    text = page.read_text("utf-8")
    assert text.startswith(f"# Reliability\n\nWords.\n\n{faults}\n<!-- begin mutants -->\n## mutants\n\n2026-01-01")
    assert "80 of 80 mutants, drawn with seed 0; Wilson's interval." in text
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    assert cells[2:] == [
        ["data", "60", "60", "0", "57", "3", "95.0", "86.3 to 98.3"],
        ["models", "20", "20", "5", "13", "2", "86.7", "62.1 to 96.3"],
        ["all", "80", "80", "5", "70", "5", "93.3", "85.3 to 97.1"],
    ]
    said = capsys.readouterr().err
    assert "survived: data/one.py f: x29 ==> y29\n" in said
    assert run.main(["--sample", "10", "--seed", "3", "--page", str(page)]) in (0, 1)
    assert "10 of 80 mutants, drawn with seed 3" in page.read_text("utf-8")
    assert page.read_text("utf-8").count("## mutants") == 1


def test_too_many_survivors_end_in_failure(fabricated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "survivors", tuple(f"x{n}" for n in range(0, 60, 8)))
    assert run.main(["--sample", "0"]) == 1


@pytest.mark.parametrize("survivor", ["a", "c"])
def test_one_error_made_by_name_that_survives_is_a_failure(
    survivor: str, fabricated: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(Place, "survivors", (survivor,))
    assert run.main(["--sample", "0"]) == 1
    said = capsys.readouterr()
    assert said.out.endswith("Of 2 errors made by name (`mutants/wrong.yaml`), 1 are caught.\n")
    error = {"a": "validation is test", "c": "seconds are added up"}[survivor]
    assert f"survived: {error}\n" in said.err
    assert run.main(["--sample", "0", "--only", "models/*"]) == 0


def test_an_error_made_by_name_must_change_just_one_place(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    source = (SOURCES / "rounding.py").read_text("utf-8")
    for before, count in (("import math", 1), ("nowhere", 0), ("float", source.count("float"))):
        entry = {"error": "none", "module": "rounding.py", "before": before, "after": "x", "tests": ["tests"]}
        file.write_text(yaml.safe_dump([entry]), "utf-8")
        if count == 1:
            (one,) = errors(file)
            assert one.mutant.source.count("\nx\n") == 1
            assert one.mutant.lines == {3}
        else:
            with pytest.raises(ValueError, match=f"none: rounding.py has {count} times what is changed: {before}"):
                list(errors(file))


def test_every_error_made_by_name_is_there_and_tests_beside_the_code_must_catch_it() -> None:
    for one in errors():
        assert all((ROOT / test).exists() and "workflow" not in test for test in one.tests)
        compile(one.mutant.source, one.mutant.module, "exec")


def test_an_equivalent_mutant_that_is_gone_is_reported(fabricated: Path, capsys) -> None:
    fabricated.write_text(fabricated.read_text("utf-8") + "  - 'models/two.py g: old ==> new'\n", "utf-8")
    assert run.main(["--sample", "0"]) == 1
    assert "names a mutant that there is not any more: models/two.py g: old ==> new\n" in capsys.readouterr().err
    assert run.main(["--sample", "0", "--only", "data/*"]) == 0


def test_nothing_is_named_equivalent_twice(fabricated: Path) -> None:
    name = MADE["models"][0].name
    fabricated.write_text(fabricated.read_text("utf-8") + f"- reason: again\n  mutants:\n  - '{name}'\n", "utf-8")
    with pytest.raises(ValueError, match="named twice"):
        run.equivalents()


def test_every_equivalent_mutant_has_a_reason_and_a_module() -> None:
    for name, reason in run.equivalents().items():
        assert (SOURCES / name.partition(" ")[0]).is_file(), name
        assert len(reason) > 20


def test_every_module_of_the_science_is_in_one_group_with_tests_of_its_own() -> None:
    paths = [path for group in GROUPS.values() for path in group.paths]
    assert len(paths) == len(set(paths)) > 40
    for folder in ("data", "models", "training"):
        assert {f"{folder}/{path.name}" for path in (SOURCES / folder).glob("*.py")} <= set(paths)
    tests = [test for group in GROUPS.values() for test in group.tests]
    assert all((ROOT / test).exists() and "workflow" not in test for test in tests)


def test_what_runs_at_import_concerns_every_test_and_what_a_test_runs_that_one() -> None:
    def test_of(seconds: float, *lines: int, starts: bool = False) -> Seen:
        return Seen(seconds, starts, {"data/one.py": set(lines)} if lines else {}, {"data/one.py": {1, 2}})

    seen = {"slow": test_of(2, 7), "quick": test_of(1, 7, 8), "far": test_of(0.5), "other": test_of(3, starts=True)}
    for lines, expected in (
        ({7}, ["quick", "slow"]),
        ({8}, ["quick"]),
        ({2}, ["quick", "slow", "far", "other"]),
        ((), ["quick", "slow", "far", "other"]),
        ({9}, ["other"]),
    ):
        assert chosen(Mutant("data/one.py", "f", "x", "y", frozenset(lines), ""), seen) == expected


TRIED = """
from dataclasses import replace
from mutants import tried
from mutants.changes import mutants
from mutants.scope import GROUPS, SOURCES

tried.LIBRARIES = ("hypothesis",)
tried.prepare()
source = (SOURCES / "convergence.py").read_text()
with tried.workplace() as place:
    seen = place.covered(GROUPS["convergence"])
    made = mutants("convergence.py", source)
    for after in ("TOLERANCE = None ", "level = max(numbers) + tolerance"):
        one = next(one for one in made if one.after.startswith(after))
        print(len(tried.chosen(one, seen)), place.is_caught(one, seen))
    print(place.is_caught(replace(one, source=source + "# the same"), seen))
    print(place.is_caught(replace(one, source=source + "import time; time.sleep(1000)"), seen))
    print((place.sources / "convergence.py").read_text() == source)
"""


def test_tests_catch_a_mutant_in_a_process_of_its_own_and_let_the_same_code_pass() -> None:
    script = TRIED.replace("tried.prepare()", "tried.prepare(); tried.PATIENCE_S = 3")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["12 True", "10 True", "False", "True", "True"], done.stderr
