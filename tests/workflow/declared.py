"""What a project's YAML says that its reports show: told from the files alone, for tests of what is made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

LANGS = ("zh", "en")
STEPS = {"figures": "draw", "tables": "tabulate", "claims": "judge"}


class Declared:
    """The reports of a project, Chinese by default, each in both languages as PDF and Markdown.

    Args:
        root: the project's folder.
    """

    def __init__(self, root: Path) -> None:
        self.reports = {path.stem: _load(path) for path in (root / "config/reports").glob("*.yaml")}
        self.experiments: dict[str, Mapping[str, Any]] = {}
        for path in (root / "config/experiments").glob("*.yaml"):
            file = _load(path)
            for name, arm in file["arms"].items():
                model = {**file["shared"].get("model", {}), **arm.get("model", {})}["name"]
                if "pretrained" in arm:
                    continue  # its weights are not there, so that reports are made without it
                about = {"part": file["part"], "dataset": arm.get("dataset", file["dataset"]), "model": model}
                self.experiments[name] = about

    def where(self, **about: str | Iterable[str]) -> set[str]:
        """The experiments of some part, data set or model."""
        wanted = {key: {value} if isinstance(value, str) else set(value) for key, value in about.items()}
        return {name for name, one in self.experiments.items() if all(one[key] in some for key, some in wanted.items())}

    def trained(self, experiments: Iterable[str], *, seed: int = 0) -> set[str]:
        """The runs of experiments that reports show, and all that is made from them, up to the reports."""
        names = set(experiments)
        runs = {
            f"train {name} {seed}" for name in names if any(name in one["experiments"] for one in self.reports.values())
        }
        return runs | self.made_of(names)

    def made_of(self, experiments: Iterable[str]) -> set[str]:
        """What shows some experiments' results, up to the reports.

        A table of what was published shows no result.
        """
        names = set(experiments)
        found = self.items(lambda item, shown: item["kind"] != "published_classes" and bool(names & shown))
        shown = {name for name, one in self.reports.items() if names & set(one["experiments"])}
        frames = {f"tabulate {name}.{lang}" for name in shown for lang in LANGS}
        return self.up_to_reports(found | frames)

    def items(self, wanted: Callable[[Mapping[str, Any], set[str]], bool], *, langs: Iterable[str] = LANGS) -> set[str]:
        """Figures, tables and claims.

        Args:
            wanted: of one as it is declared, and of the experiments that it shows: whether it is meant.
            langs: the languages of figures and tables.
        """
        return {
            job
            for report, declared in self.reports.items()
            for group, step in STEPS.items()
            for name, item in declared.get(group, {}).items()
            if self._is_there(item) and wanted(item, self._shown(report, item))
            for job in (
                [f"judge {report} {name}"] if step == "judge" else [f"{step} {report}.{lang} {name}" for lang in langs]
            )
        }

    def named(self, report: str, *names: str) -> set[str]:
        """Some of a report's figures, tables and claims, `draw NAME` and so on, up to the report."""
        found = set()
        for name in names:
            step, _, item = name.partition(" ")
            places = [report] if step == "judge" else [f"{report}.{lang}" for lang in LANGS]
            found |= {f"{step} {place} {item}" for place in places}
        return self.up_to_reports(found)

    def of_kinds(self, *kinds: str) -> set[str]:
        """Figures, tables and claims of some kinds, up to the reports."""
        return self.up_to_reports(self.items(lambda item, shown: item["kind"] in kinds))

    def of_measurements(self) -> set[str]:
        """Figures, tables and claims of measurements, up to the reports."""
        return self.up_to_reports(self.items(lambda item, shown: "measurement" in item or item["kind"] == "lstm_cost"))

    def of_data(self, *datasets: str) -> set[str]:
        """Figures, tables and claims that name a data set, up to the reports."""
        return self.up_to_reports(
            self.items(lambda item, shown: not {item.get("dataset"), *item.get("datasets", [])}.isdisjoint(datasets))
        )

    def of_models(self, *models: str) -> set[str]:
        """Figures and tables of a network that is not trained for them, up to the reports."""
        return self.up_to_reports(self.items(lambda item, shown: item.get("model", {}).get("name") in models))

    def up_to_reports(self, made: Iterable[str]) -> set[str]:
        """What was made, the figures of claims that were, and the texts and PDFs that show it, in its language or both.

        What any claim comes out as depends on all of its report.
        """
        made = set(made)
        judged = {job.split(" ")[1] for job in made if job.startswith("judge ")}
        made |= {job for job in self.items(lambda item, shown: item["kind"] == "forest") if _report(job) in judged}
        found = set(made)
        for job in made:
            step, place, *_ = job.split(" ")
            name, _, lang = place.partition(".")
            found |= self.texts(name, langs=[lang] if step in {"draw", "tabulate"} else LANGS)
        return found

    def texts(self, *reports: str, langs: Iterable[str] = LANGS) -> set[str]:
        """The texts and PDFs of reports, and their delivery."""
        found = set()
        for report in reports:
            for lang in langs:
                stem = f"{report}.en" if lang == "en" else report
                found |= {f"write {report}.{lang}", f"write {stem}.md", f"typeset {report}.{lang}"}
                found |= {f"deliver {stem}.pdf", f"deliver {stem}.md"}
        return found

    def _is_there(self, item: Mapping[str, Any]) -> bool:
        """Whether an item is not only about experiments that reports are made without."""
        named = [*item.get("experiments", []), *([item["experiment"]] if "experiment" in item else [])]
        return not named or any(name in self.experiments for name in named)

    def _shown(self, report: str, item: Mapping[str, Any]) -> set[str]:
        """The experiments that a figure, table or claim shows: a part's, those it names, or for `runs` all."""
        own = set(self.reports[report]["experiments"])
        if item["kind"] == "runs" and "experiments" not in item:
            return own
        values = [one for value in item.values() for one in (value if isinstance(value, list) else [value])]
        named = {value for value in values if isinstance(value, str)}
        return own & (named | self.where(part=item.get("part", "")))


def _report(job: str) -> str:
    """The report of a job such as `draw cifar10.en relu`."""
    return job.split(" ")[1].partition(".")[0]


def _load(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
