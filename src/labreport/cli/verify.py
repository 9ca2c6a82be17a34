"""`labreport verify`: every number of a report derived from its runs once more and compared."""

import argparse
import filecmp
import importlib.metadata
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import ITEMS, MADE, Artifact
from labreport.artifacts.current import stated, unlike_delivered
from labreport.artifacts.folders import faults
from labreport.artifacts.graph import Graph
from labreport.artifacts.history import History
from labreport.claims.verdict import file_of
from labreport.cli.comparison import claims, compared, of_predictions
from labreport.cli.handed_in import DERIVED, verify_archive
from labreport.declarations.reports import Report
from labreport.documents.handing_in import WRITTEN_FROM, archive
from labreport.documents.provenance import Provenance
from labreport.documents.results_page import SECTION
from labreport.documents.results_page import section as section_of
from labreport.errors import ResultsError, UserError
from labreport.files import read_object
from labreport.loading import load_module
from labreport.machine.outcome import content
from labreport.results import Results
from labreport.steps.items import located
from labreport.steps.texts import text_of
from labreport.tables.frames import frames

Derive = Callable[[], Mapping[str, str | bytes]]


def verify(graph: Graph, options: argparse.Namespace) -> int:
    """Print a line for everything that does not match; 1 where something does not, and nothing is written.

    Raises:
        UserError: a declaration is wrong, or nothing of a report that was named is there.
    """
    archives = [Path(word) for word in options.reports if word.endswith(".zip")]
    status, verified = max(map(verify_archive, archives), default=0), bool(archives)
    named = [Path(word).name.split(".")[0] for word in options.reports if not word.endswith(".zip")]
    for name in dict.fromkeys(named) or ([] if archives else graph.project.report_names):
        check = _Check(graph, graph.project.report(name))
        lines, old = list(check.faults()), check.outdated
        if not check.counts and not old:
            if options.reports:
                raise ResultsError(f"{name}: nothing of this report is there; make report/{name}.pdf first")
            continue
        said = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for what, count in check.counts.items())
        verdict = f"{len(lines)} thing{'s' if len(lines) > 1 else ''} did not match" if lines else ""
        verdict = verdict or f"everything{' else' if old else ''} matches"
        late = f", {len(old)} {'is' if len(old) == 1 else 'are'} out of date" if old else ""
        print(*lines, *old, f"{name}: {said or 'nothing'} compared; {verdict}{late}", sep="\n")
        status, verified = 1 if lines else status, True
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
        there: list[Artifact] = []
        for target in filter(os.path.isfile, self.graph.targets(self.report)):
            document = self.graph.delivered(target)
            if not document.is_there(Path()):
                why = History(self.graph).why(document)
                self.outdated.append(f"{target}: is out of date ({why}); make it again")
                continue
            self.counts["file"] += 1
            unlike = unlike_delivered(target, document)
            if Path(target) in unlike and _made_before(target, document):
                self.outdated.append(f"{target}: was made of other settings or words; make it again")
                continue
            for path in unlike:
                yield f"{path}: {'was changed since it was made' if path.is_file() else 'is gone'}"
            there.append(document)
        section = self.graph.section(self.report)
        there += [section] if section.is_there(Path()) else []
        for artifact in dict.fromkeys(one for made in there for one in made.walk()):
            if artifact.step not in {"download", "sample"}:
                yield from self._folder(artifact)
        yield from self._sections()

    def _folder(self, artifact: Artifact) -> Iterator[str]:
        """Whether a folder is what it says of itself, and comes out of what it was made from once more."""
        folder = Path(artifact.folder)
        if not folder.is_dir():
            if artifact.step not in {"prepare", "vectors"}:  # which runs no longer need
                yield f"{folder}: is gone; the report was made with it"
            return
        self.counts["folder"] += 1
        yield from (f"{folder}: {fault}" for fault in faults(artifact.step, folder))
        held = stated(artifact)
        for need in artifact.needs:
            if held.get(need.folder, content(need.folder)) != content(need.folder):
                yield f"{folder}: was made from another {need.step} {need.title} than is there; make it again"
        if artifact.is_there(Path()):
            remark = _versions(read_object(folder / MADE))
            for begin, derive in self._derivations(artifact):
                for name, fault in self._compared(folder, begin, derive):
                    yield f"{folder / name}: {fault}{remark}"

    def _derivations(self, artifact: Artifact) -> Iterator[tuple[str, Derive]]:
        """What derives the files that need no drawing or typesetting, by the end of their names; how these begin."""
        root, spec = self.graph.root, artifact.spec
        if artifact.step == "train":
            yield "", partial(of_predictions, Path(artifact.folder), spec)
        elif artifact.step == "write":
            facts = read_object(Path(artifact.folder) / WRITTEN_FROM)
            yield artifact.file, lambda: {"": text_of(spec, root, Provenance(**facts)).data}
        elif artifact.step == "pack":
            yield artifact.file, lambda: {"": archive(spec)}
        elif artifact.step == "section":
            yield artifact.file, lambda: {"": section_of(located(dict(spec), root))}
        elif artifact.step == "judge":
            kinds = {name: (load_module(one["target"], "kind"), one) for name, one in spec["items"].items()}
            yield "", lambda: claims({name: file_of(kind, located(one, root)) for name, (kind, one) in kinds.items()})
        elif artifact.step in ITEMS:
            for name, declared in spec["items"].items():
                kind, item = load_module(declared["target"], "kind"), located(declared, root)
                yield f"{name}.", partial(DERIVED[artifact.step], kind, item)
            if "frames" in spec:
                yield "frames/", lambda: {f"{name}.csv": text for name, text in frames(Results(spec["frames"])).items()}

    def _compared(self, folder: Path, begin: str, derive: Derive) -> Iterator[tuple[str, str]]:
        """File and what is wrong, wherever what is there is not what is derived."""
        try:
            texts = derive()
        except (UserError, AttributeError, LookupError, TypeError, ValueError, OSError) as error:
            damaged = f"its runs are damaged ({type(error).__name__}: {error}); make it again"
            why = str(error) if isinstance(error, UserError) else damaged
            yield f"{begin}*", f"cannot be derived: {' '.join(why.split())}"
            return
        self.counts["file"] += len(texts)
        yield from compared(folder, {f"{begin}{end}": text for end, text in texts.items()})

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


def _made_before(target: str, document: Artifact) -> bool:
    """Whether a fixed place holds a copy of what was made of something else before."""
    earlier = Path(document.folder).parent.glob(f"*/{document.file}")
    return any(filecmp.cmp(target, path, shallow=False) for path in earlier)
