"""What targets need and is not there, by the same rules by which Snakemake decides it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from labreport.artifacts.artifact import MEASURED, STEPS, Artifact
from labreport.artifacts.current import Current, unlike_delivered
from labreport.artifacts.graph import REPORT_FILE, Graph
from labreport.artifacts.prose import check_text
from labreport.errors import DeclarationError
from labreport.spelling import did_you_mean

ALLOWED = "all, train_all, publish, publish_NAME, report/NAME.pdf, .md, .html, .en.pdf, .zh.md and so on, or an output"


@dataclass
class Work:
    """What is to be made, in the order of making, and what is there.

    Attributes:
        targets: what was asked for.
        made: what is to be made.
        there: what is needed and is there.
        delivered: the files in report/ that are to be written.
        pages: reports whose section of the page of measured results is written.
    """

    targets: tuple[str, ...]
    made: list[Artifact] = field(default_factory=list)
    there: list[Artifact] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def of(self, step: str) -> list[Artifact]:
        """Those that a step makes."""
        return [one for one in self.made if one.step == step]


def work(graph: Graph, targets: Iterable[str]) -> Work:
    """What targets need.

    Args:
        graph: of the project.
        targets: as Snakemake takes them, or names of reports; none stands for all.

    Raises:
        UserError: nothing makes a target, what makes it is wrongly declared, or raw data that are needed are not there.
    """
    asked = tuple(os.path.normpath(target) for target in targets) or ("all",)
    found = Work(asked)
    seen: set[Artifact] = set()
    current = Current()

    def visit(artifact: Artifact) -> bool:
        """Whether something is made; found with all that it needs."""
        stays = current.stays(artifact)
        if artifact not in seen:
            seen.add(artifact)
            for one in artifact.needs:
                if one.step in MEASURED or not (stays or one.is_there(Path())):
                    visit(one)
            if artifact.step == "prepare" and not stays:
                graph.source(artifact)
            (found.there if stays else found.made).append(artifact)
        return not stays

    for target in asked:
        for file, artifact in _asked_for(graph, target):
            if file:
                check_text(graph.project, artifact)
            elif target.startswith("publish") and artifact.name not in found.pages:
                found.pages.append(artifact.name)
            made = visit(artifact)
            if file and (made or unlike_delivered(file, artifact)):
                found.delivered.append(file)
    sources = {*asked, *(graph.source(one) for one in found.of("prepare"))}
    found.made = [one for one in found.made if one.step != "download" or one.output in sources]
    found.made.sort(key=lambda one: STEPS.index(one.step))
    return found


def _asked_for(graph: Graph, target: str) -> list[tuple[str, Artifact]]:
    """(file to be delivered or nothing, artifact) of a target."""
    names = graph.project.report_names
    if target == "all":
        files = [f"report/{name}.{form}" for name in names for form in ("pdf", "md")]
        return [(file, graph.delivered(file)) for file in files]
    if target == "train_all":
        return [("", run) for run in graph.all_runs()]
    if target.startswith("publish"):
        wanted = names if target == "publish" else [target.removeprefix("publish_")]
        return [("", graph.section(graph.project.report(name))) for name in wanted]
    file = f"report/{target}.pdf" if target in names else target
    if REPORT_FILE.fullmatch(file):
        return [(file, graph.delivered(file))]
    artifact = next((one for one in graph.everything() if target in (one.output, one.folder)), None)
    if artifact is None:
        near = did_you_mean(target, ["train_all", "publish", *names, *(f"report/{name}.pdf" for name in names)])
        raise DeclarationError(f"{target}: nothing makes this{near}; allowed are {ALLOWED}")
    return [("", artifact)]
