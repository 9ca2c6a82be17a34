"""Everything a project declares, read once and checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.declarations.datasets import DATASETS, Dataset, resolve_datasets
from labreport.declarations.experiments import Experiment, resolve_file, unused_overrides
from labreport.declarations.fields import NAME
from labreport.declarations.mistakes import shown, suggestion
from labreport.declarations.reading import check, check_plain, read_yaml
from labreport.declarations.reports import ReportDeclaration, resolve_report
from labreport.declarations.schema import Config, Scale
from labreport.errors import DeclarationError
from labreport.planning.devices import cuda_devices, cuda_obstacle

CONFIG = "config/config.yaml"


@dataclass(frozen=True)
class Declarations:
    """A project's declarations at one scale.

    Attributes:
        root: the project's folder.
        config: config.yaml with the command line's overrides.
        scale_name: demo, lite, full or another file of config/scales/.
        scale_reason: why this scale, for the first line on the terminal.
    """

    root: Path
    config: Config
    scale_name: str
    scale_reason: str
    scale: Scale
    datasets: dict[str, Dataset]
    experiments: dict[str, Experiment]
    reports: dict[str, ReportDeclaration]


def load(root: Path, overrides: Mapping[str, Any] | None = None) -> Declarations:
    """Read config/ under `root`.

    Args:
        root: the project's folder.
        overrides: the values of config.yaml to use in place of the file's, such as those of `--config`.

    Raises:
        DeclarationError: file, key, what was found, what is allowed.
    """
    config = _config(root, overrides or {})
    scale_name, reason = _scale_name(root, config)
    scale_where = f"config/scales/{scale_name}.yaml"
    scale = check(Scale, read_yaml(root / scale_where, scale_where), scale_where)
    datasets = resolve_datasets(read_yaml(root / DATASETS, DATASETS), DATASETS)
    experiments = _experiments(root, scale, scale_where, datasets)
    reports = {
        name: resolve_report(name, read_yaml(path, where), where, experiments, scale, scale_where)
        for name, path, where in _files(root, "reports")
    }
    _refuse_unused(scale, scale_where, experiments, reports)
    return Declarations(root, config, scale_name, reason, scale, datasets, experiments, reports)


def _config(root: Path, overrides: Mapping[str, Any]) -> Config:
    written = read_yaml(root / CONFIG, CONFIG)
    check_plain(dict(overrides), "--config")
    merged = {**written, **overrides}
    for key, value in merged.items():
        where = CONFIG if key in written and written[key] == value else "--config"
        if key not in Config.model_fields:
            raise DeclarationError(f"{where}: {key}: unknown key{suggestion(key, Config.model_fields)}")
    from_file = {key for key in merged if key in written and written[key] == merged[key]}
    where = CONFIG if from_file == set(merged) else f"--config (or {CONFIG})"
    return check(Config, merged, where)


def _scale_name(root: Path, config: Config) -> tuple[str, str]:
    names = [name for name, _, _ in _files(root, "scales")]
    if config.scale == "auto":
        devices = cuda_devices()
        if devices:
            return "full", f"{devices} CUDA device{'s' if devices > 1 else ''} visible"
        return "demo", cuda_obstacle()
    if config.scale not in names:
        raise DeclarationError(
            f"--config (or {CONFIG}): scale: found {shown(config.scale)}, which is not in config/scales/"
            f"{suggestion(config.scale, ['auto', *names])}"
        )
    return config.scale, "as configured"


def _files(root: Path, folder: str) -> list[tuple[str, Path, str]]:
    """(name, path, how messages call it) of the YAML files of a folder of config/."""
    found = []
    for path in sorted((root / "config" / folder).glob("*.yaml")):
        where = f"config/{folder}/{path.name}"
        if not NAME.fullmatch(path.stem):
            raise DeclarationError(f"{where}: the file's name must have the form {NAME.pattern} (it becomes a path)")
        found.append((path.stem, path, where))
    if not found:
        raise DeclarationError(f"config/{folder}/: no .yaml file; is this the project's folder? ({root})")
    return found


def _experiments(root: Path, scale: Scale, scale_where: str, datasets: Mapping[str, Dataset]) -> dict[str, Experiment]:
    experiments: dict[str, Experiment] = {}
    for _, path, where in _files(root, "experiments"):
        for experiment in resolve_file(read_yaml(path, where), where, scale, scale_where, datasets):
            if experiment.name in experiments:
                raise DeclarationError(
                    f"{where}: arms.{experiment.name}: {experiments[experiment.name].where} has an experiment of "
                    "that name; rename one, results are kept by name"
                )
            _check_curve(root, experiment)
            experiments[experiment.name] = experiment
    return experiments


def _check_curve(root: Path, experiment: Experiment) -> None:
    curve = experiment.published.curve
    at = f"{experiment.where}: arms.{experiment.name}.published.curve"
    if curve is None:
        return
    if Path(curve).is_absolute() or ".." in Path(curve).parts:
        raise DeclarationError(f"{at}: found {shown(curve)}, a path inside the project is needed")
    if not _is_file(root / curve):
        raise DeclarationError(f"{at}: found {shown(curve)}, no such file")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # such as a name that is too long
        return False


def _refuse_unused(
    scale: Scale,
    scale_where: str,
    experiments: Mapping[str, Experiment],
    reports: Mapping[str, ReportDeclaration],
) -> None:
    names: list[dict[str, tuple[str | None, ...]]] = [
        {
            "dataset": experiment.dataset.lineage,
            "part": (experiment.part,),
            "experiment": (experiment.name,),
            "model": (experiment.settings.model.name,),
        }
        for experiment in experiments.values()
    ]
    names += [{"measurement": (name,)} for report in reports.values() for name in report.measurements]
    for index, match in unused_overrides(scale, names):
        conditions = match.model_dump(exclude_none=True)
        raise DeclarationError(
            f"{scale_where}: overrides.{index}.match: {conditions or 'it states no condition and'} applies to nothing; "
            "name an existing dataset, part, experiment, model or measurement"
        )


def announcement(declarations: Declarations) -> str:
    """The first lines on the terminal: the scale, why, and how to choose another."""
    name = declarations.scale_name
    others = [scale for scale, _, _ in _files(declarations.root, "scales") if scale != name]
    lines = [f"scale: {name} ({declarations.scale_reason}); choose with --config scale={'|'.join(others)}"]
    if declarations.scale.source == "sample":
        lines.append("       small generated samples: the report shows that everything works, its numbers mean nothing")
    return "\n".join(lines)
