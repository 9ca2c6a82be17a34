"""Everything a project declares, each report and experiment read and checked when it is asked for."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from labreport.declarations.datasets import DATASETS, Dataset, resolve_datasets
from labreport.declarations.experiments import Experiment, Layer, levelled, names_of, resolve_arm
from labreport.declarations.mistakes import NAME, OF_NAMES, check, suggestion, unknown
from labreport.declarations.overrides import refuse_idle
from labreport.declarations.reports import Report, resolve_report
from labreport.declarations.settings import Config, ExperimentFile, Scale
from labreport.declarations.yaml_files import read_yaml
from labreport.errors import DataError, DeclarationError, UserError, outcome
from labreport.machine.devices import cuda_devices, cuda_obstacle

CONFIG = "config/config.yaml"
OPTIONS = "--config or --configfile"
DOWNLOADS = "results/data/raw"


class Project:
    """A project's declarations at one scale.

    A mistake in a report, an experiment or a data set is told when that one is asked for, and stops no other.

    Args:
        root: the folder that config/ and templates/ lie in.
        settings: the values of config.yaml to use in place of the file's, such as those of `--config`.

    Attributes:
        config: config.yaml with these settings.
        overridden: the keys of config.yaml that these settings change.
        scale_name: demo, lite, full or another file of config/scales/.
        scale: what that file says.
        scale_place: its path, for messages.
        scale_reason: why this scale, for the first line on the terminal.

    Raises:
        DeclarationError: config.yaml, the settings, or the scale are wrong.
    """

    def __init__(self, root: Path, settings: Mapping[str, Any] | None = None) -> None:
        self.root = root
        written = read_yaml(root / CONFIG, CONFIG)
        merged = {**written, **(settings or {})}
        self.overridden = {key for key, value in merged.items() if written.get(key, ...) != value}
        self._config_place = f"{OPTIONS} (or {CONFIG})" if self.overridden else CONFIG
        self.config = check(Config, merged, self._config_place)
        self.scale_name, self.scale_reason = self._scale(self.config.scale)
        self.scale_place = f"config/scales/{self.scale_name}.yaml"
        self.scale = check(Scale, read_yaml(root / self.scale_place, self.scale_place), self.scale_place)
        self._arms: dict[str, dict[str, Experiment | UserError]] = {}  # by their file
        self._reports: dict[str, Report] = {}

    @property
    def sampled(self) -> bool:
        """Whether data are generated samples and not the archives'."""
        return self.scale.source == "sample"

    def _scale(self, scale: str) -> tuple[str, str]:
        if scale == "auto":
            devices = cuda_devices()
            if devices:
                return "full", f"{devices} CUDA device{'s' if devices > 1 else ''} visible"
            return "demo", cuda_obstacle()
        if scale not in self.scales:
            found = unknown(scale, "is not in config/scales/", ["auto", *self.scales])
            raise DeclarationError(f"{self._config_place}: scale: {found}")
        return scale, "as configured"

    @cached_property
    def scales(self) -> list[str]:
        """Names of all scales."""
        return [path.stem for path in self._files("scales")]

    @cached_property
    def report_names(self) -> list[str]:
        """Names of all reports, whether they are well declared or not."""
        return [path.stem for path in self._files("reports")]

    def _files(self, folder: str) -> list[Path]:
        """The YAML files of a folder of config/, relative to the project."""
        found = sorted((self.root / "config" / folder).glob("*.yaml"))
        if other := next((self.root / "config" / folder).glob("*.yml"), None):
            raise DeclarationError(f"config/{folder}/{other.name}: is not read; rename it to {other.stem}.yaml")
        if not found:
            raise DeclarationError(f"config/{folder}/: no .yaml file; is this the project's folder? ({self.root})")
        if wrong := next((path.name for path in found if not NAME.fullmatch(path.stem)), None):
            raise DeclarationError(f"config/{folder}/{wrong}: a file's name has {OF_NAMES}; rename it")
        return [path.relative_to(self.root) for path in found]

    @cached_property
    def datasets(self) -> dict[str, Dataset | UserError]:
        """Every data set, or what is wrong with it.

        Raises:
            DeclarationError: the file cannot be read.
        """
        return resolve_datasets(read_yaml(self.root / DATASETS, DATASETS), self)

    @cached_property
    def experiment_files(self) -> dict[str, ExperimentFile | UserError]:
        """Path -> what an experiment file says, or what is wrong with it."""
        found = {where: outcome(self._experiment_file, where) for where in map(str, self._files("experiments"))}
        self._refuse_unused(found)
        return found

    def _experiment_file(self, where: str) -> ExperimentFile:
        return check(ExperimentFile, read_yaml(self.root / where, where), where)

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        """Experiment -> the files that declare it."""
        places: dict[str, list[str]] = {}
        for where, file in self.experiment_files.items():
            for name in file.arms if isinstance(file, ExperimentFile) else ():
                places.setdefault(name, []).append(where)
        return places

    @property
    def experiment_names(self) -> list[str]:
        """Names of all experiments, whether they are well declared or not."""
        return list(self._places)

    def trained_names(self) -> list[str]:
        """Names of the experiments that the scale is for.

        Raises:
            DeclarationError: it names one that there is not.
        """
        if self.scale.trains is None:
            return self.experiment_names
        for index, name in enumerate(self.scale.trains):
            self.experiment(name, f"{self.scale_place}: trains.{index}")
        return self.scale.trains

    def weights(self, experiment: Experiment) -> Path | None:
        """The file of pretrained weights that an experiment starts from; None where it starts from none.

        Raises:
            DataError: it is not there; only who wants it downloads it.
        """
        declared = experiment.settings.pretrained
        if declared is None:
            return None
        if self.sampled:
            raise DataError(f"{experiment.name}: starts from pretrained weights, which the demo does without")
        raw = None if self.config.raw is None else Path(self.config.raw) / declared.file
        if raw is not None and raw.is_file():
            return raw
        fetched = Path(DOWNLOADS) / declared.file
        if fetched.is_file():
            return fetched
        raise DataError(
            f"{experiment.name}: its pretrained weights {declared.file} are not there; fetch them with "
            f"`snakemake --cores 1 {fetched}`, or put the file into the folder that `raw` names"
        )

    def lacks(self, experiment: Experiment) -> str:
        """The file of pretrained weights for want of which an experiment cannot be trained; empty where it can."""
        declared = experiment.settings.pretrained
        return declared.file if declared and isinstance(outcome(self.weights, experiment), UserError) else ""

    def experiment(self, name: str, at: str = "") -> Experiment:
        """An experiment by name.

        Args:
            name: of an arm.
            at: the file and key that name it, for messages.

        Raises:
            DeclarationError: there is none, or it is wrongly declared.
        """
        if name not in self._places:
            unread = [str(one) for one in self.experiment_files.values() if isinstance(one, UserError)]
            words = unknown(name, "is not an experiment of config/experiments/", self._places)
            raise DeclarationError("\n".join(unread) or f"{at}{': ' if at else ''}{words}")
        where, *others = self._places[name]
        if others:
            raise DeclarationError(f"{others[0]}: arms.{name}: {where} has an experiment of that name; rename one")
        if where not in self._arms:
            self._arms[where] = self._resolved(where)
        experiment = self._arms[where][name]
        if isinstance(experiment, UserError):
            raise experiment
        return experiment

    def _resolved(self, where: str) -> dict[str, Experiment | UserError]:
        """Every arm of a file, or what is wrong with it; a scale must not make two equal."""
        file = self.experiment_files[where]
        assert isinstance(file, ExperimentFile)
        found = {arm: outcome(resolve_arm, arm, file, where, self) for arm in file.arms}
        well = {name: one for name, one in found.items() if isinstance(one, Experiment)}
        if equal := levelled(well.values()):
            mistake = DeclarationError(
                f"{self.scale_place}: makes {equal[0]} and {equal[1]} of {where} equal, which differ without it; an "
                "override that names neither would leave them what they set themselves"
            )
            found |= dict.fromkeys(well, mistake)
        return found

    def report(self, name: str) -> Report:
        """A report by name.

        Raises:
            DeclarationError: config/reports/ has no such file, or it is wrong.
            TemplateError: it has a template in no language.
        """
        where = f"config/reports/{name}.yaml"
        if name not in self.report_names:
            raise DeclarationError(f"report/{name}: {where} does not exist{suggestion(name, self.report_names)}")
        if name not in self._reports:
            self._reports[name] = resolve_report(name, self)
        return self._reports[name]

    def seeds(self, report: Report) -> tuple[int, ...]:
        """A report's own seeds, unless it states none or the command line does."""
        own = report.about.seeds
        return tuple(self.config.seeds if own is None or "seeds" in self.overridden else own)

    def seeds_of(self, experiment: str) -> list[int]:
        """The configured seeds, and those of the reports that show an experiment."""
        own = [seed for report in self.reports() if experiment in report.experiments for seed in self.seeds(report)]
        return list(dict.fromkeys([*self.config.seeds, *own]))

    def reports(self) -> Iterator[Report]:
        """Every report that is well declared."""
        found = (outcome(self.report, name) for name in self.report_names)
        return (one for one in found if isinstance(one, Report))

    def mistakes(self) -> list[str]:
        """What is wrong with any report or experiment, or with what the scale is for, each told once."""
        reports = [outcome(self.report, name) for name in self.report_names]
        experiments = [outcome(self.experiment, name) for name in self.experiment_names]
        found = [*self.experiment_files.values(), *reports, *experiments, outcome(self.trained_names)]
        return list(dict.fromkeys(str(one) for one in found if isinstance(one, UserError)))

    def _refuse_unused(self, files: Mapping[str, ExperimentFile | UserError]) -> None:
        """Refuse a scale's override that applies to nothing or changes nothing, where all is there to tell."""
        names: list[tuple[Mapping[str, tuple[Any, ...]], Layer]] = []
        if any(isinstance(one, UserError) for one in self.datasets.values()):
            return
        for file in files.values():
            if isinstance(file, UserError):
                return
            for arm, own in file.arms.items():
                dataset = self.datasets.get(str(own.get("dataset", file.dataset)))
                lineage = dataset.lineage if isinstance(dataset, Dataset) else ()
                names.append((names_of(file, arm, lineage), Layer(file.part, arm, own)))
        for path in self._files("reports"):
            try:
                measurements = read_yaml(self.root / path, str(path)).get("measurements")
            except DeclarationError:
                return
            if isinstance(measurements, Mapping):
                names += [({"measurement": (one,)}, Layer(str(path), str(one), {})) for one in measurements]
        refuse_idle(self.scale.overrides, self.scale_place, names)


def announcement(project: Project) -> str:
    """The first lines on the terminal: the scale, why, and how to choose another."""
    name = project.scale_name
    others = "|".join(scale for scale in project.scales if scale != name)
    lines = [f"scale: {name} ({project.scale_reason}); choose with --config scale={others}"]
    if project.sampled:
        lines.append("       small generated samples: the report shows that everything works, its numbers mean nothing")
    return "\n".join(lines)
