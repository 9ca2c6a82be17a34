"""An artifact: something that is made, addressed by what it is made from. Plain Python only, for any machine."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from labreport.machine.outcome import failure, is_complete, missing, receipt

KEY_LENGTH = 16
SPEC, CODE = "spec.json", "code.json"
MADE, OF = "made.json", "of"  # when and with which versions, and of what, something was made that takes not long
INDEX = "index.json"  # of figures, tables and claims: name -> its key, and the contents of the runs that it was made of
# Step -> the folder under results/ that its artifacts lie in.
FOLDERS: Mapping[str, str] = {
    "sample": "samples",
    "prepare": "data",
    "vectors": "vectors",
    "measure": "measurements",
    "train": "runs",
    "judge": "claims",
    "draw": "figures",
    "tabulate": "tables",
    "write": "texts",
    "typeset": "documents",
    "pack": "archives",
    "section": "sections",
}
STEPS = ("download", *FOLDERS)  # in the order of making
# Form of a text -> how its file ends.
SUFFIXES: Mapping[str, str] = {"latex": "tex", "markdown": "md", "html": "html", "docx": "docx"}
# What TeX may read; the first lie beside a template without being named.
CLASS_FILES = (".cls", ".sty")
TEX_FILES = (*CLASS_FILES, ".clo", ".def", ".cfg", ".tex", ".pdf", ".png", ".jpg", ".otf", ".ttf")
# What takes long is no output of any rule, so that nothing but its own step ever removes it: a receipt is.
LONG = frozenset({"vectors", "train", "measure"})
# Figures, tables and claims: a job makes those of a report and language that are missing.
ITEMS = frozenset({"draw", "tabulate", "judge"})
# What is made from these is made again when they are; a key names all else.
MEASURED = frozenset({"train", "measure", "write"}) | ITEMS
# The file whose presence says that an artifact is complete, where that is not the folder with its digests.
LAST: Mapping[str, str] = {"prepare": "dataset.json"}
# What a step carries out beside what its spec names as a `target`, and the functions of a module that is one.
ROOTS: Mapping[str, tuple[str, ...]] = {
    "train": ("labreport.training.session:Session", "labreport.training.numerics:set_up"),
    "measure": ("labreport.training.numerics:set_up",),
    "draw": ("labreport.figures.picture:files_of",),
    "tabulate": ("labreport.tables.table:files_of",),
    "judge": ("labreport.claims.verdict:file_of", "labreport.claims.verdict:adjusted"),
    "write": ("labreport.documents.document:render", "labreport.documents.provenance:provenance"),
    "typeset": ("labreport.documents.typeset:typeset",),
    "pack": ("labreport.documents.handing_in:archive",),
    "section": ("labreport.documents.results_page:section",),
}
FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "sample": ("write_archive",),
    "prepare": ("prepare",),
    "vectors": ("train",),
    "measure": ("measure",),
    "draw": ("collect", "draw", "describe"),
    "tabulate": ("build",),
    "judge": ("judge",),
}


def canonical(value: Any) -> str:
    """One text per meaning: JSON with sorted keys and no spaces. NaN and infinities are refused (ValueError)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def key_of(step: str, spec: Mapping[str, Any]) -> str:
    """The key of what a step makes of a spec: the first 16 hexadecimal digits (64 bits) of a SHA-256."""
    return hashlib.sha256(canonical([step, spec]).encode()).hexdigest()[:KEY_LENGTH]


def roots(step: str, spec: Mapping[str, Any]) -> list[str]:
    """The definitions whose code can reach an artifact: the step's own, and every `target` in its spec."""
    found = list(ROOTS.get(step, ()))
    for target in targets(spec):
        found += [target] if ":" in target else [f"{target}:{name}" for name in FUNCTIONS[step]]
    if spec.get("variants"):
        found.append("labreport.data.variants:apply")
    return sorted(set(found))


def targets(value: Any) -> Iterator[str]:
    """Every `target` in a spec, however deep."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "target" and isinstance(inner, str):
                yield inner
            else:
                yield from targets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from targets(inner)


def measured(spec: Mapping[str, Any]) -> list[str]:
    """The folders of the runs, measurements and claims that a figure, table or claim is made from, as its spec says."""
    runs = [run["path"] for one in spec["experiments"].values() for run in one["runs"]]
    claims = {os.path.dirname(path): None for path in spec.get("claims", {}).values()}
    return [*runs, *spec["measurements"].values(), *claims]


@dataclass(frozen=True, eq=False)
class Artifact:
    """Everything that is made: archives, samples, data, word vectors, runs, measurements, figures, texts, documents.

    Attributes:
        step: the rule, and the function of `labreport.steps`, that makes it.
        name: how its folder is called; it follows from the spec, or from what users call it.
        spec: all that it is, the keys of what it is made from among it; its key is a hash of that.
        needs: what it is made from.
        title: how messages and jobs call it; no part of the key.
        beside: what its step is told that is no part of the key.
        inputs: files of the project, or the user's, that it is made from; their digests are in the spec.
        file: of an archive, a sample, a text or a document, the file that it is.
    """

    step: str
    name: str
    spec: Mapping[str, Any]
    needs: tuple[Artifact, ...] = ()
    title: str = ""
    beside: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    file: str = ""

    @cached_property
    def key(self) -> str:
        """What it is addressed by."""
        return key_of(self.step, self.spec)

    @cached_property
    def folder(self) -> str:
        """Where it lies, relative to the project."""
        if self.step == "download":
            return "results/data/raw"
        return f"results/{FOLDERS[self.step]}/{self.name}/{self.key}"

    @cached_property
    def output(self) -> str:
        """The path that Snakemake is told of."""
        if self.step in LONG:
            return str(receipt(self.folder))
        last = self.file or LAST.get(self.step)
        return f"{self.folder}/{last}" if last else self.folder

    def is_there(self, root: Path) -> bool:
        """Whether it is complete."""
        if self.step == "download" or self.file or self.step in LAST:
            return os.path.isfile(os.path.join(root, self.output))
        folder = os.path.join(root, self.folder)
        return is_complete(folder) and not (self.step in ITEMS and missing(folder))

    def failed(self, root: Path) -> str | None:
        """Why the last attempt at it failed by itself; None where it is there, was never tried or was interrupted."""
        found = None if self.is_there(root) else failure(root / self.folder)
        return found.message if found else None

    def path(self, name: str) -> str:
        """Path of one of its files."""
        return f"{self.folder}/{name}"

    def walk(self, but: Collection[Artifact] = ()) -> Iterator[Artifact]:
        """It and all that it is made from, each once and after what it is made from.

        Args:
            but: some that are left out, with all that they are made from.
        """
        seen: set[Artifact] = set(but)

        def visit(artifact: Artifact) -> Iterator[Artifact]:
            if artifact not in seen:
                seen.add(artifact)
                for need in artifact.needs:
                    yield from visit(need)
                yield artifact

        yield from visit(self)
