"""`labreport verify`: every number of a report derived from its runs once more and compared."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import CODE, ITEMS, MADE, OF, SPEC, Artifact, key_of
from labreport.artifacts.code import digest_of
from labreport.artifacts.current import unlike_delivered
from labreport.artifacts.graph import Graph
from labreport.artifacts.history import History, read_object
from labreport.claims.verdict import file_of
from labreport.declarations.reports import Report
from labreport.documents.provenance import Provenance
from labreport.documents.results_page import SECTION
from labreport.documents.results_page import section as section_of
from labreport.errors import ResultsError, UserError
from labreport.figures.picture import told
from labreport.files import SUMS, files_below, sums_faults
from labreport.loading import load_module
from labreport.machine.outcome import content
from labreport.results import Results
from labreport.steps.items import located
from labreport.steps.texts import WRITTEN_FROM, text_of
from labreport.tables import table
from labreport.tables.frames import frames

SHOWN, LONGEST = 5, 60


def verify(graph: Graph, options: argparse.Namespace) -> int:
    """Print a line for everything that does not match; 1 where something does not, and nothing is written.

    Raises:
        UserError: a declaration is wrong, or nothing of a report that was named is there.
    """
    status, verified = 0, False
    named = [Path(word).name.split(".")[0] for word in options.reports]
    for name in dict.fromkeys(named) or graph.project.report_names:
        check = _Check(graph, graph.project.report(name))
        faults = list(check.faults())
        if not check.counts and not check.outdated:
            if options.reports:
                raise ResultsError(f"{name}: nothing of this report is there; make report/{name}.pdf first")
            continue
        said = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for what, count in check.counts.items())
        wrong = f"{len(faults)} thing{'s' if len(faults) > 1 else ''} did not match" if faults else ""
        old = (
            f"{len(check.outdated)} {'is' if len(check.outdated) == 1 else 'are'} out of date" if check.outdated else ""
        )
        verdict = ", ".join(filter(None, [wrong or f"everything{' else' if old else ''} matches", old]))
        print(*faults, *check.outdated, f"{name}: {said or 'nothing'} compared; {verdict}", sep="\n")
        status, verified = 1 if faults else status, True
    if not verified:
        print("nothing to verify: no report is there")
    return status


class _Check:
    """What was compared of one report, counted."""

    def __init__(self, graph: Graph, report: Report) -> None:
        self.graph = graph
        self.report = report
        self.counts: Counter[str] = Counter()
        self.outdated: list[str] = []

    def faults(self) -> Iterator[str]:
        """A line for everything that does not match."""
        seen: dict[str, Artifact] = {}
        for stem in ("", *(f".{lang}" for lang in self.report.langs)):
            for form in ("pdf", "md"):
                target = Path(f"report/{self.report.name}{stem}.{form}")
                if target.is_file():
                    yield from self._delivered(target, seen)
        section = self.graph.section(self.report)
        if section.is_there(Path()):
            self._see(section, seen)
        for artifact in seen.values():
            yield from self._folder(artifact)
            if artifact.step in {*ITEMS, "write", "section"} and artifact.is_there(Path()):
                yield from self._derived(artifact)
        yield from self._sections()

    def _delivered(self, target: Path, seen: dict[str, Artifact]) -> Iterator[str]:
        document = self.graph.delivered(str(target))
        if not document.is_there(Path()):
            why = History(self.graph).why(document)
            self.outdated.append(f"{target}: is out of date ({why}); make it again")
            return
        self.counts["file"] += 1
        for path in unlike_delivered(str(target), document):
            yield f"{path}: {'was changed since it was made' if path.is_file() else 'is gone'}"
        self._see(document, seen)

    def _see(self, artifact: Artifact, seen: dict[str, Artifact]) -> None:
        """Have something looked at, with all that it is made from."""
        seen.update({one.key: one for one in artifact.walk() if one.step not in {"download", "sample"}})

    def _folder(self, artifact: Artifact) -> Iterator[str]:
        """Whether a folder is what its digests, its spec and its key say."""
        folder = Path(artifact.folder)
        if not folder.is_dir():
            if artifact.step not in {"prepare", "vectors"}:  # which runs no longer need
                yield f"{folder}: is gone; the report was made with it"
            return
        self.counts["folder"] += 1
        faults = [*sums_faults(folder), *_unnamed(folder)]
        spec, meanings = read_object(folder / SPEC), read_object(folder / CODE)
        if not spec:
            faults.append(f"{SPEC} is missing or damaged")
        elif key_of(artifact.step, spec) != folder.name:
            faults.append(f"its spec has the key {key_of(artifact.step, spec)}, its name says {folder.name}")
        if "code" in spec and meanings and digest_of(meanings) != spec.get("code"):
            faults.append(f"{CODE} has the digest {digest_of(meanings)}, {SPEC} says {spec.get('code')}")
        made_of = read_object(folder / MADE).get(OF, {})
        for need in artifact.needs:
            if made_of.get(need.folder, content(need.folder)) != content(need.folder):
                faults.append(f"was made from another {need.step} {need.title} than is there; make it again")
        yield from (f"{folder}: {fault}" for fault in dict.fromkeys(faults))

    def _derived(self, artifact: Artifact) -> Iterator[str]:
        """Whether what was made comes out of the runs once more."""
        folder = Path(artifact.folder)
        remark = _versions(read_object(folder / MADE))
        for name, text in self._files(artifact):
            if isinstance(text, UserError):
                yield f"{folder / name}: cannot be derived: {' '.join(str(text).split())}"
                continue
            self.counts["file"] += 1
            try:
                found = (folder / name).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                yield f"{folder / name}: cannot be read ({error})"
                continue
            yield from (f"{folder / name}: {place}{remark}" for place in unlike(found, text))

    def _files(self, artifact: Artifact) -> Iterator[tuple[str, str | UserError]]:
        """Name -> text of every file that can be derived without drawing or typesetting."""
        root, spec = self.graph.root, artifact.spec
        if artifact.step == "write":
            facts = read_object(Path(artifact.folder) / WRITTEN_FROM)
            yield artifact.file, _tried(lambda: text_of(spec, root, Provenance(**facts)))
            return
        if artifact.step == "section":
            yield artifact.file, _tried(lambda: section_of(located(dict(spec), root)))
            return
        for name, declared in spec["items"].items():
            item, kind = located(declared, root), load_module(declared["target"], "kind")
            if artifact.step == "judge":
                made = _tried(lambda k=kind, i=item: {"json": _as_json(file_of(k, i))})
            elif artifact.step == "draw":
                made = _tried(lambda k=kind, i=item: told(k, i)[2])
            else:
                made = _tried(lambda k=kind, i=item: table.files_of(k, i))
            for suffix, text in made.items() if isinstance(made, dict) else [("*", made)]:
                yield f"{name}.{suffix}", text
        if "frames" in spec:
            made = _tried(lambda: frames(Results(spec["frames"])))
            for name, text in made.items() if isinstance(made, dict) else [("*", made)]:
                yield f"frames/{name}.csv", text

    def _sections(self) -> Iterator[str]:
        """Whether the report's sections of the page of measured results are what was published."""
        page = self.graph.root / "docs/results.md"
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        published = [path.read_text(encoding="utf-8") for path in Path("results/sections").glob("*/*/section.md")]
        for found in SECTION.finditer(text):
            if found[1] == self.report.name and published:
                self.counts["published section"] += 1
                if not any(one in found[0] for one in published):
                    yield f"{page}, {found[1]} at {found[2]}: is not what was published; publish it again"


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _tried(derive: Any) -> Any:
    """What is derived; of runs or templates that lack something, the error that says so."""
    try:
        return derive()
    except UserError as error:
        return error
    except (AttributeError, LookupError, TypeError, ValueError, OSError) as error:
        return ResultsError(f"its runs are damaged ({type(error).__name__}: {error}); make it again")


def _unnamed(folder: Path) -> Iterator[str]:
    """Files that the digests do not cover."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return  # the digests' own fault tells it
    covered = {line.partition("  ")[2] for line in lines}
    yield from (f"{name} is not among {SUMS}" for name in files_below(folder) if name not in covered)


def _versions(made: Mapping[str, Any]) -> str:
    """With which other versions something was made than are installed."""
    differing = []
    for name, version in made.items():
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if installed != version:
            differing.append(f"{name} {version}, now {installed}")
    return f" (made with {', '.join(differing)})" if differing else ""


def unlike(found: str, expected: str) -> list[str]:
    """The first `SHOWN` lines in which a file is not what it should be."""
    if found == expected:
        return []
    lines = zip_longest(found.splitlines(), expected.splitlines(), fillvalue="nothing")
    places = [f"line {number}: {_both(*pair)}" for number, pair in enumerate(lines, 1) if pair[0] != pair[1]]
    more = len(places) - SHOWN
    return [*places[:SHOWN], *([f"and {more} more lines"] if more > 0 else [])] or ["found other ends of lines"]


def _both(one: str, other: str) -> str:
    """Two lines from shortly before they part."""
    same = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, same - LONGEST // 3) if max(len(one), len(other)) > LONGEST else 0
    found, expected = (f"{'...' if start else ''}{text[start : start + LONGEST]}" for text in (one, other))
    return f"found {found or 'an empty line'}, expected {expected or 'an empty line'}"
