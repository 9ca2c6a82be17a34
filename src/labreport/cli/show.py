"""`labreport show` and `labreport deps`: what something is, who set it, and what its key covers."""

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import MADE, OF, SPEC, Artifact, roots
from labreport.artifacts.code import covered, file_of, source
from labreport.artifacts.difference import shown_value
from labreport.artifacts.graph import Graph
from labreport.artifacts.history import History, made_of
from labreport.declarations.datasets import DATASETS
from labreport.declarations.experiments import Experiment
from labreport.declarations.experiments import source as layer_of
from labreport.declarations.mistakes import suggestion
from labreport.declarations.models import parameters_of
from labreport.declarations.project import CONFIG
from labreport.declarations.yaml_files import line_of
from labreport.errors import DeclarationError
from labreport.files import read_object


def show(graph: Graph, options: argparse.Namespace) -> int:
    """Print what each name means."""
    for name in options.names:
        if name in graph.project.experiment_names:
            print(*settings(graph, graph.project.experiment(name)), sep="\n")
        elif name in graph.project.report_names:
            print(*_report(graph, name), sep="\n")
        else:
            for artifact, item in named(graph, name):
                print(*_described(graph, artifact, item), sep="\n")
    return 0


def deps(graph: Graph, options: argparse.Namespace) -> int:
    """Print the definitions that the key of each name covers."""
    for name in options.names:
        for artifact, item in named(graph, name):
            print(f"{artifact.title}{f', {item}' if item else ''}: the key {artifact.key} covers")
            for definition, digest in covered(roots(artifact.step, _spec(artifact, item))).items():
                print(f"  {digest}  {definition}  {_place(definition)}")
            for need in _needs(artifact, item):
                print(f"  {need.key}  {need.step} {need.title}")
    return 0


def _place(definition: str) -> str:
    """The file of "module:name", and the line on which it begins."""
    module, _, name = definition.partition(":")
    return f"{os.path.relpath(file_of(module) or '')}:{source(module).definitions[name].line}"


def _spec(artifact: Artifact, item: str | None) -> Mapping[str, Any]:
    return artifact.spec if item is None else artifact.spec["items"][item]


def _needs(artifact: Artifact, item: str | None) -> list[Artifact]:
    """What an artifact, or one figure, table or claim in it, is made from."""
    if item is None:
        return list(artifact.needs)
    folders = made_of(artifact.spec["items"][item])
    return [need for need in artifact.needs if need.folder in folders]


def settings(graph: Graph, experiment: Experiment) -> Iterator[str]:
    """Every setting of an experiment and what was published of it, each with who set it, and where its runs lie."""
    yield f"{experiment.name}: {experiment.where}, scale {graph.project.scale_name}"
    yield f"  data set {experiment.dataset.name}, task {experiment.task}, part {experiment.part}"
    values = experiment.settings.model_dump(mode="json")
    model = experiment.settings.model
    taken = parameters_of(model.name).model_validate(model.parameters).model_dump()
    values |= {"data": dict(experiment.data), "model": {"name": model.name, **taken}}
    for key, value in values.items():
        inner = value if key in {"model", "data", "vectors"} and isinstance(value, dict) else {"": value}
        for name, one in inner.items():
            keys = (key, name) if name else (key,)
            yield f"  {'.'.join(keys)} = {_plain(one)}    ({_who(graph, experiment, keys)})"
    dataset = experiment.dataset
    for name, change in zip(reversed(dataset.lineage[:-1]), dataset.changes, strict=True):
        path = (name, change["name"])
        stated = {key: value for key, value in change.items() if key != "name"}
        yield f"  data.{path[1]} = {_plain(stated)}    ({_place_of(graph, DATASETS, path)})"
    for name, value in experiment.published.model_dump(exclude_none=True).items():
        place = _place_of(graph, experiment.where, ("arms", experiment.name, "published", name))
        yield f"  published.{name} = {_plain(value)}    ({place})"
    project = graph.project
    for seed in project.seeds_of(experiment.name):
        run = graph.run(experiment, seed)
        yield f"  seed {seed}: {run.folder} ({'there' if run.is_there(Path()) else History(graph).why(run)})"
    shown = [report for report in project.reports() if experiment.name in report.experiments and report.about.seeds]
    lines = [f"{CONFIG}:{line_of(graph.root / CONFIG, ('seeds',))}", *(f"{report.where}: seeds" for report in shown)]
    who = "--config or --configfile" if "seeds" in project.overridden else ", ".join(lines)
    yield f"  seeds = {_plain(project.seeds_of(experiment.name))}    ({who})"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _who(graph: Graph, experiment: Experiment, keys: tuple[str, ...]) -> str:
    """The file, line and key that set a setting."""
    layer = layer_of(experiment.layers, keys)
    where, path = (layer.where, (*layer.at.split("."), *keys)) if layer else ("", keys)
    if layer is None:
        if keys[0] != "data":
            return "default"
        where, path = DATASETS, (experiment.dataset.root, "parameters", keys[1])
    return _place_of(graph, where, path)


def _place_of(graph: Graph, where: str, path: tuple[str, ...]) -> str:
    """A key of a file of declarations, with its line."""
    return f"{where}:{line_of(graph.root / where, path)}: {'.'.join(path)}"


def _report(graph: Graph, name: str) -> Iterator[str]:
    report = graph.project.report(name)
    seeds = ", ".join(map(str, graph.project.seeds(report)))
    yield f"{name}: {report.where}, templates/{name}/ in {' and '.join(report.langs)}, seeds {seeds}"
    for lang in report.langs:
        for artifact in graph.document(report, lang).walk():
            if artifact.step != "train":
                yield f"  {artifact.step} {artifact.title}: {artifact.output}"
    yield from (f"  train {run.title}: {run.folder}" for run in graph.runs(report))


def named(graph: Graph, name: str) -> list[tuple[Artifact, str | None]]:
    """The artifacts that a name means, each with the figure, table or claim in it that is meant.

    Args:
        graph: of the project.
        name: an experiment, EXPERIMENT/SEED, REPORT/ITEM, the beginning of a key, or a path under results/.

    Raises:
        DeclarationError: nothing has that name.
    """
    first, _, rest = name.partition("/")
    project = graph.project
    if first in project.experiment_names and (not rest or rest.isdecimal()):
        seeds = [int(rest)] if rest.isdecimal() else project.seeds_of(first)
        return [(graph.run(project.experiment(first), seed), None) for seed in seeds]
    if first in project.report_names and rest:
        report = project.report(first)
        if rest in report.measurements:
            return [(graph.measurement(report.measurements[rest]), None)]
        folders = [one(report, lang) for lang in report.langs for one in (graph.figures, graph.tables)]
        folders.append(graph.claims(report))
        if found := [one for one in folders if rest in one.spec["items"]]:
            return [(one, rest) for one in found]
        names = [*report.measurements, *(one for folder in folders for one in folder.spec["items"])]
        raise DeclarationError(f"{name}: {report.where} declares no {rest}{suggestion(rest, names)}")
    everything = graph.everything()
    meant = [one for one in everything if one.key.startswith(name) or name.rstrip("/") in (one.folder, one.output)]
    if meant:
        return [(one, None) for one in meant]
    names = [*project.experiment_names, *project.report_names]
    raise DeclarationError(f"{name}: no experiment, report, REPORT/FIGURE or key{suggestion(name, names)}")


def _described(graph: Graph, artifact: Artifact, item: str | None) -> Iterator[str]:
    there, folder = artifact.is_there(Path()), Path(artifact.folder)
    yield f"{artifact.step} {artifact.title}{f', {item}' if item else ''}: key {artifact.key}"
    yield f"  {folder}{f'/{item}.*' if item else ''} ({'there' if there else History(graph).why(artifact)})"
    for key, value in _spec(artifact, item).items():
        if key not in {"items", "frames", "experiments", "figures", "tables", "claims", "code"}:
            yield f"  {key}: {shown_value(value)}"
    for need in _needs(artifact, item):
        yield f"  made from {need.step} {need.title}: {need.folder}"
    about = read_object(folder / "environment.json") or read_object(folder / MADE)
    yield from (f"  {key}: {shown_value(value)}" for key, value in about.items() if key != OF)
    if not there and (folder / SPEC).is_file():
        yield "  its folder is incomplete"
