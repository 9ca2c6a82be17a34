"""`make mutants`: the code changed in one place at a time, and whether the tests beside it notice.

python -m mutants.run                                 a sample of all modules
python -m mutants.run --part report                   of what reports are made by; `science`: of what measures
python -m mutants.run --sample 0                      every mutant, hours
python -m mutants.run --only training/loop.py         the modules of a pattern; repeatable
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from math import sqrt
from pathlib import Path
from random import Random

import yaml

from benchmarks.page import heading, keep, markdown
from mutants import tried
from mutants.changes import Mutant, mutants
from mutants.scope import GROUPS, SOURCES
from mutants.wrong import Wrong, errors

SAMPLE = 600
PARTS = ("science", "report")
WANTED = 0.9
HEAD = ("modules", "mutants", "drawn", "equivalent", "caught", "survived", "caught in %", "95 % interval")
WHOLE_S = 900.0  # longer than any folder of tests takes
PAGE = "# Reliability\n"
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")
RULE = """\
A mutant is a module with one change: another operator, constant or text, an argument left out or in its neighbour's
place, a condition turned round, a call for its effect left out, the greatest for the least (the changes of
[mutmut](https://github.com/boxed/mutmut) and those of `mutants/changes.py`). It is caught where a test in the folder of
the module's own tests fails or does not end; whole workflows take no part. Left out are the words of errors and
messages, progress, docstrings, types, decorators, assertions, the words that reports and made-up sentences consist of,
and where a tensor lies. Caught in % is of the mutants that are not equivalent; those that are stand in
`mutants/equivalent.yaml`, each with the reason why no number differs."""


@dataclass
class Row:
    """What became of the mutants of a group.

    Attributes:
        name: of the group.
        made: mutants that there are.
        drawn: those that were looked at.
        equivalent: those of them that no test can catch.
        caught: those that a test caught.
    """

    name: str
    made: int = 0
    drawn: int = 0
    equivalent: int = 0
    caught: int = 0

    def count(self, caught: bool, name: str) -> None:
        """Count one that was tried; a survivor is told by its name."""
        self.caught += caught
        if not caught:
            _tell(f"survived: {name}")

    @property
    def counted(self) -> int:
        """Mutants that a test could catch."""
        return self.drawn - self.equivalent

    @property
    def share(self) -> float:
        """Of these, how many were caught, a fraction."""
        return self.caught / self.counted if self.counted else 1.0

    @property
    def cells(self) -> tuple[str, ...]:
        """Of the table, in the order of `HEAD`."""
        low, high = interval(self.caught, self.counted)
        counts = (self.made, self.drawn, self.equivalent, self.caught, self.counted - self.caught)
        shares = (f"{100 * self.share:.1f}", f"{100 * low:.1f} to {100 * high:.1f}") if self.counted else ("", "")
        return (self.name, *map(str, counts), *shares)


def interval(hits: int, tries: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval of a share, two fractions; by default it holds the true one in 95 of 100 samples.

    Wilson 1927, "Probable inference, the law of succession, and statistical inference", doi:10.2307/2276774.
    """
    if not tries:
        return 0.0, 1.0
    p, weight = hits / tries, z * z / tries
    middle = (p + weight / 2) / (1 + weight)
    half = z * sqrt(p * (1 - p) / tries + weight / (4 * tries)) / (1 + weight)
    return middle - half, middle + half


def equivalents(path: Path = EQUIVALENT) -> dict[str, str]:
    """Name of a mutant -> why it computes the same numbers.

    Raises:
        ValueError: one is named twice.
    """
    found: dict[str, str] = {}
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
        for name in entry["mutants"]:
            if name in found:
                raise ValueError(f"{path.name}: named twice: {name}")
            found[name] = entry["reason"]
    return found


def every(patterns: Sequence[str] = (), part: str = "") -> dict[str, list[Mutant]]:
    """Group -> the mutants of its modules; of those alone that fit one of some patterns, where there are any.

    Args:
        patterns: of paths of modules.
        part: the only one whose groups count; empty for all.
    """
    made: dict[str, list[Mutant]] = {}
    for name, group in GROUPS.items():
        if part not in ("", group.part):
            continue
        paths = [path for path in group.paths if fits(path, patterns)]
        some = [one for path in paths for one in mutants(path, (SOURCES / path).read_text(encoding="utf-8"))]
        if some:
            made[name] = some
    return made


def fits(module: str, patterns: Sequence[str]) -> bool:
    """Whether a module is one of those that are asked for: all, where there is no pattern."""
    return not patterns or any(fnmatch(module, one) for one in patterns)


def drawn(made: Mapping[str, Sequence[Mutant]], count: int, seed: int) -> dict[str, list[Mutant]]:
    """`count` of all mutants, each as likely as any other, in the order of their modules; all where it is 0."""
    names = [one.name for some in made.values() for one in some]
    kept = set(names if not 0 < count < len(names) else Random(f"mutants {seed}").sample(names, count))
    return {group: [one for one in some if one.name in kept] for group, some in made.items()}


def judged(
    made: Mapping[str, Sequence[Mutant]], wrong: Sequence[Wrong], count: int, seed: int, known: Mapping[str, str]
) -> tuple[list[Row], Row]:
    """A row for each group, and one for the errors that are made by name; survivors are told as they are found.

    Args:
        made: group -> its mutants.
        wrong: errors.
        count: how many mutants are drawn, see `drawn`.
        seed: of the draw.
        known: the names of equivalent ones.
    """
    rows, named, left = [], Row("errors", len(wrong), len(wrong)), list(wrong)
    tried.prepare()
    with tried.workplace() as place:
        for name, some in drawn(made, count, seed).items():
            group = GROUPS[name]
            own = [one for one in left if one.tests == group.tests and one.mutant.module in group.paths]
            left = [one for one in left if one not in own]
            _tell(f"{name}: {len(some)} of {len(made[name])} mutants, {len(own)} errors ...")
            row = Row(name, len(made[name]), len(some), sum(one.name in known for one in some))
            seen = place.covered(group)
            for one in some:
                if one.name not in known:
                    row.count(place.is_caught(one, seen), one.name)
            for error in own:
                named.count(place.is_caught(error.mutant, seen), error.error)
            rows.append(row)
        _tell(f"others: {len(left)} errors ...")
        for error in left:
            named.count(place.fails(error.mutant, error.tests, WHOLE_S), error.error)
    return rows, named


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    """Try what is asked for, by default a sample of everything, and print the table.

    Returns:
        int, the exit status: 1 where less than 90 % were caught, or not all errors made by name, or where an equivalent
        mutant is named that there is not.
    """
    parser = argparse.ArgumentParser(description="Mutants of the science, and whether the tests catch them.")
    parser.add_argument("--only", action="append", default=[], help="a pattern of modules, as training/*; repeatable")
    parser.add_argument("--part", choices=PARTS, default="", help="what measures, or what reports are made by")
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"how many are drawn; 0: all; default: {SAMPLE}")
    parser.add_argument("--seed", type=int, default=0, help="of the draw; default: 0")
    parser.add_argument("--page", type=Path, help="a Markdown page that keeps the whole table")
    arguments = parser.parse_args(argv)
    if arguments.page is not None and arguments.only:
        parser.error("--page keeps the whole table; leave out --only")
    head = heading()
    print(head, flush=True)
    made, known = every(arguments.only, arguments.part), equivalents()
    modules = {one.module for some in made.values() for one in some}

    def counts(module: str) -> bool:
        return fits(module, arguments.only) and (not arguments.part or module in modules)

    wrong = [one for one in errors() if counts(one.mutant.module)]
    rows, named = judged(made, wrong, arguments.sample, arguments.seed, known)
    total = Row("all", *(sum(getattr(row, name) for row in rows) for name in ("made", "drawn", "equivalent", "caught")))
    text = markdown([HEAD, *(row.cells for row in [*rows, total])], right=1)
    text += f"\n\nOf {named.made} errors made by name (`mutants/wrong.yaml`), {named.caught} are caught."
    print(f"\n{text}")
    if arguments.page is not None:
        how = f"{total.drawn} of {total.made} mutants, drawn with seed {arguments.seed}; Wilson's interval."
        section = "-".join(filter(None, ("mutants", arguments.part)))
        keep(arguments.page, section, f"{head}\n\n{RULE}\n\n{how}\n\n{text}", PAGE)
    gone = gone_from(made, [name for name in known if counts(name.partition(" ")[0])])
    for name in gone:
        _tell(f"{EQUIVALENT.name} names a mutant that there is not any more: {name}")
    return 1 if gone or total.share < WANTED or named.caught < named.made else 0


def gone_from(made: Mapping[str, Sequence[Mutant]], known: Collection[str]) -> list[str]:
    """Those of some names of mutants that are of none of these."""
    names = {one.name for some in made.values() for one in some}
    return [name for name in known if name not in names]


if __name__ == "__main__":
    sys.exit(main())
