"""`labreport plan`: what targets need and is not there, by Snakemake's rules, why, and how long training takes."""

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import ITEMS, MEASURED, STEPS, Artifact
from labreport.artifacts.current import Current, unlike_delivered
from labreport.artifacts.difference import listed
from labreport.artifacts.graph import REPORT_FILE, Graph
from labreport.artifacts.history import History
from labreport.artifacts.prose import check_text
from labreport.declarations.project import announcement
from labreport.errors import DeclarationError
from labreport.files import read_object
from labreport.machine.devices import computes_bf16, cuda_devices
from labreport.spelling import did_you_mean

# Step -> what it does, and what one and several of what it makes are called.
WORDS = {
    "download": ("download", "archive", "archives"),
    "sample": ("generate", "demo sample", "demo samples"),
    "prepare": ("prepare", "data set", "data sets"),
    "vectors": ("learn", "set of word vectors", "sets of word vectors"),
    "measure": ("take", "measurement", "measurements"),
    "train": ("train", "run", "runs"),
    "draw": ("draw", "figure", "figures"),
    "tabulate": ("tabulate", "table", "tables"),
    "judge": ("judge", "claim", "claims"),
    "write": ("write", "text", "texts"),
    "typeset": ("typeset", "document", "documents"),
    "pack": ("pack", "archive to hand in", "archives to hand in"),
    "section": ("write", "section of docs/results.md", "sections of docs/results.md"),
}
ALLOWED = "all, train_all, publish, publish_NAME, report/NAME.pdf, .md, .html, .en.pdf, .zh.md and so on, or an output"
SHOWN = 6
MANY = 4  # so many runs with one reason are told in one line


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


def plan(graph: Graph, options: argparse.Namespace) -> int:
    """Print what the targets need and is not there; 0.

    Raises:
        UserError: Snakemake would refuse it, too.
    """
    found, history = work(graph, options.targets), History(graph)
    if options.json:
        about = {"scale": graph.project.scale_name, "targets": list(found.targets)}
        made = {step: [_described(history, one) for one in found.of(step)] for step in STEPS}
        print(json.dumps({**about, "deliver": found.delivered, "publish": found.pages, **made}, indent=2))
        return 0
    print(announcement(graph.project))
    for mistake in graph.project.mistakes():
        print(f"not used: {mistake}")
    if not (found.made or found.delivered or found.pages):
        print(f"nothing to do for {', '.join(found.targets)}")
    else:
        print(f"to do for {', '.join(found.targets)}:", *_lines(history, found), sep="\n")
    there = dict.fromkeys(STEPS, 0)
    for one in found.there:
        there[one.step] += len(one.spec["items"]) if one.step in ITEMS else 1
    counts = [_counted(step, count) for step, count in there.items() if count]
    print(f"there already: {', '.join(counts) or 'nothing'}")
    return 0


def _described(history: History, artifact: Artifact) -> dict[str, Any]:
    """For programs: names, keys, reasons and seconds; `null` seconds are not known."""
    about: dict[str, Any] = {name: getattr(artifact, name) for name in ("name", "title", "key", "output")}
    if artifact.step in ITEMS:
        return {**about, "items": history.items(artifact)}
    if artifact.step == "train":
        about |= {**artifact.beside, "seed": artifact.spec["seed"], "seconds": seconds(history, artifact)}
    return {**about, "why": history.why(artifact)}


def _lines(history: History, found: Work) -> Iterator[str]:
    for step in STEPS:
        if made := found.of(step):
            time = f" ({_precision(made)}; {_time(history, made)})" if step == "train" else ""
            count = sum(len(history.items(one)) if step in ITEMS else 1 for one in made)
            yield f"  {WORDS[step][0]} {_counted(step, count)}{time}"
            yield from (f"    {line}" for line in _reasons(history, made))
    if found.delivered:
        yield f"  deliver {listed(found.delivered, SHOWN)}"


def _reasons(history: History, made: Sequence[Artifact]) -> Iterator[str]:
    """What is made and why; what has one reason shares a line."""
    groups: dict[str, list[str]] = {}
    for one in made:
        if one.step in ITEMS:
            for name, why in history.items(one).items():
                groups.setdefault(f"{why} ({one.name})", []).append(name)
        else:
            groups.setdefault(history.why(one), []).append(one.title)
    for why, names in groups.items():
        if len(names) < MANY and made[0].step == "train":
            yield from (f"{name}: {why}" for name in names)
        else:
            yield f"{listed(names, SHOWN)}: {why}"


def _counted(step: str, count: int) -> str:
    return f"{count} {WORDS[step][1 if count == 1 else 2]}"


def seconds(history: History, run: Artifact) -> float | None:
    """Wall time of a run, by epochs, samples and length of an earlier one; None where none tells.

    That is the nearest of those that trained the same model on such a device, a GPU or a CPU.
    """
    device = "cuda" if cuda_devices() else "cpu"

    def alike(folder: Path, spec: Mapping[str, Any]) -> bool:
        if spec.get("model") != run.spec["model"]:
            return False
        about = read_object(folder / "environment.json")
        return {one.get("device_type", device) for one in (about, *about.get("resumed", []))} == {device}

    earlier = history.nearest(run, any_seed=True, among=alike)
    if earlier is None:
        return None
    summary, about = read_object(earlier / "summary.json"), read_object(earlier / "environment.json")
    before, data = (read_object(Path(one) / "dataset.json") for one in (earlier, run.needs[0].folder))
    try:
        taken = (datetime.fromisoformat(about["finished"]) - datetime.fromisoformat(about["started"])).total_seconds()
        left = run.spec["training"]["epochs"] - (history.kept_epoch(run) or 0)
        share = data.get("train_samples", summary["train_samples"]) / summary["train_samples"]
        share *= (data.get("length") or before.get("length") or 1) / (before.get("length") or 1)
        return float(max(taken, summary["seconds"]) * left / summary["epochs"] * share)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _time(history: History, runs: Iterable[Artifact]) -> str:
    found = [seconds(history, run) for run in runs]
    known = [one for one in found if one is not None]
    if not known:
        return "time unknown: no earlier run tells it"
    unknown = f", unknown for {len(found) - len(known)}" if len(known) < len(found) else ""
    after = " one after the other" if len(known) > 1 else ""
    return f"about {duration(sum(known))}{after}, from earlier runs{unknown}"


def _precision(runs: Sequence[Artifact]) -> str:
    """In which precision runs will be computed here: in fp32, or 3 of them in bf16, or in emulated bf16."""
    declared = Counter(run.spec["training"].get("precision", "fp32") for run in runs)
    native = computes_bf16()
    found = Counter({"bf16" if native else "emulated bf16": declared["bf16_emulated"]})
    found["bf16"] += declared["bf16"] if native else 0
    said = [f"in {kind}" if count == len(runs) else f"{count} of them in {kind}" for kind, count in (+found).items()]
    if declared["bf16"] and not native:
        return ", ".join([*said, f"{'the others ' if said else ''}in fp32, as nothing here computes in bf16"])
    return ", ".join(said or ["in fp32"])


def duration(taken: float) -> str:
    """A time as one says it: 45 s, 12 min, 3 h 20 min."""
    if taken < 90:
        return f"{max(1, round(taken))} s"
    minutes = round(taken / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
