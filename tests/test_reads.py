"""What every kind declares to read of runs is what it reads: without the rest it comes out the same, without any of it
it does not come out at all."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labreport.claims.registry import KINDS as CLAIMS
from labreport.documents import views
from labreport.documents.naming import Namespace
from labreport.errors import ResultsError
from labreport.figures.registry import KINDS as FIGURES
from labreport.kinds import GATHER_READS, TEXT_READS, Kind
from labreport.models.registry import MODELS
from labreport.results import Results
from labreport.steps import gather
from labreport.tables.registry import KINDS as TABLES
from labreport.training.tasks import TASKS
from tests.conftest import CIFAR10
from tests.fabricated import LONGTAIL, add_images, add_pairs, add_sentences

EXPERIMENTS = {"classification": ("mycnn", "resnet34", "myresnet34"), "similarity": ("sts_a", "sts_b", "sts_c")}
TAIL = "cifar10_longtail"
# What they read may depend on whether the epoch of a published figure is known.
BY_BEST_EPOCH = ("labreport.tables.results", "labreport.claims.agrees_published")
EVERY = {
    f"{group}.{name}": kind
    for group, kinds in (("figures", FIGURES), ("tables", TABLES), ("claims", CLAIMS))
    for name, kind in kinds.items()
}


@dataclass(frozen=True)
class Case:
    """One way in which a kind may be declared."""

    options: dict[str, Any]
    best_epoch: bool  # whether the epoch of the published figures is published, too

    def spec(self, kind: Kind, every: dict[str, Any]) -> dict[str, Any]:
        """The spec that planning would hand to its step, out of one that names all experiments."""
        named = [self.options[role] for role in kind.experiment_options]
        named += self.options.get("experiments", [] if kind.experiment_options else list(every["experiments"]))
        entries = {name: every["experiments"][name] for name in named}
        if self.best_epoch:
            entries = {
                name: entry | {"published": entry["published"] | {"best_epoch": 2}} for name, entry in entries.items()
            }
        return every | {
            "experiments": entries,
            "target": kind.target,
            "options": self.options,
            "reads": kind.reads_for(self.options),
        }


def cases(kind: Kind) -> Iterator[Case]:
    """Every metric of a kind, with experiments of each task that fit it."""
    for task, metric in itertools.product(EXPERIMENTS, kind.choices.get("metric", (None,))):
        if metric is not None and metric.rpartition("_")[2] not in ("loss", *TASKS[task].metrics):
            continue
        if not set(kind.files) <= set(TASKS[task].files) or not set(kind.metrics) <= set(TASKS[task].metrics):
            continue
        if task == "similarity" and ("images" in kind.inputs or "per_class" in kind.published):
            continue
        for best_epoch in (False, True) if kind.target in BY_BEST_EPOCH else (False,):
            yield Case(_options(kind, EXPERIMENTS[task], metric), best_epoch)


def _options(kind: Kind, names: tuple[str, ...], metric: str | None) -> dict[str, Any]:
    given: dict[str, Any] = {"metric": metric, "measurement": "lstm_cost", "slow": "own", "fast": "packaged"}
    given |= {
        "dataset": "stsb" if "pairs" in kind.inputs else TAIL,
        "datasets": ["cifar10", TAIL],
        "functions": ["relu"],
    }
    given |= dict.fromkeys(("at_least", "points", "share_of_best", "margin"), 0.5)
    rest = list(names)
    given |= {role: rest.pop(0) for role in sorted(kind.experiment_options)}
    given |= {"experiments": rest[:1] if kind.single else rest, "expected": rest[0] if rest else None}
    given |= {"image": 32, "classes": 10}
    chosen = {name: given[name] for name in kind.required if name != "model"}
    model = {"target": MODELS["resnet_small"], "parameters": {}, "image": 32, "classes": 10}
    return chosen | (model if "model" in kind.required else {})


@pytest.fixture
def every(report_spec, cost_folder, tmp_path) -> dict[str, Any]:
    """A spec with experiments of both tasks, two seeds of each, and everything else that any kind asks for."""
    spec = report_spec("", {}, {name: {"epochs": 3} for name in EXPERIMENTS["classification"]}, seeds=2)
    for entry in spec["experiments"].values():
        entry["published"] |= {"train_accuracy": 0.9, "per_class": dict.fromkeys(CIFAR10, 0.5)}
        for run in entry["runs"]:
            np.save(Path(run["path"]) / "filters.npy", np.ones((2, 3, 3, 3), np.float32))
    for name in EXPERIMENTS["similarity"]:
        published = {"test_pearson": 0.5, "val_pearson": 0.5}
        add_pairs(spec, tmp_path, name, seeds=2, epochs=3, published=published)
    spec["measurements"] = {"lstm_cost": str(cost_folder)}
    add_images(spec, tmp_path, "cifar10", list(CIFAR10))
    add_images(spec, tmp_path, TAIL, list(CIFAR10), LONGTAIL)
    add_sentences(spec, tmp_path)
    return spec


def made(spec: dict[str, Any]) -> str:
    """What a kind makes of the runs of its spec, as text."""
    module, results = importlib.import_module(spec["target"]), Results(spec)
    if hasattr(module, "judge"):
        return repr(module.judge(results, spec["options"]))
    if hasattr(module, "build"):
        return module.build(results, spec["options"], "en").to_json()
    return module.collect(results, spec["options"]).to_csv(index=False)


@contextmanager
def without(spec: dict[str, Any], taken: Callable[[Path], None]) -> Iterator[None]:
    """Every run of a spec after something was taken out of its folder; at the end the folders are as they were."""
    folders = [Path(run["path"]) for entry in spec["experiments"].values() for run in entry["runs"]]
    whole = {path: path.read_bytes() for folder in folders for path in folder.iterdir()}
    for folder in folders:
        taken(folder)
    yield
    for path, content in whole.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def comes_out(make: Callable[[], str]) -> str | None:
    """What is made; None where a run lacks something. Any other exception is a mistake."""
    try:
        return make()
    except ResultsError as error:
        if "missing" in str(error) or "no such file" in str(error):
            return None
        raise


def keep(reads: dict[str, list[str] | None]) -> Callable[[Path], None]:
    """Take out of a run's folder whatever is not declared."""

    def taken(folder: Path) -> None:
        for path in folder.iterdir():
            if path.name not in reads:
                path.unlink()
            elif (columns := reads[path.name]) is not None:
                frame = pd.read_csv(path)
                frame[[column for column in frame.columns if column in columns]].to_csv(path, index=False)

    return taken


def lose(file: str, column: str | None) -> Callable[[Path], None]:
    """Take a file, or a column of it, out of a run's folder."""

    def taken(folder: Path) -> None:
        path = folder / file
        if column is None:
            path.unlink(missing_ok=True)
        else:
            pd.read_csv(path).drop(columns=column, errors="ignore").to_csv(path, index=False)

    return taken


def parts(reads: dict[str, list[str] | None]) -> list[tuple[str, str | None]]:
    """Every file that is declared as a whole, and every column of the others."""
    return [(file, column) for file, columns in reads.items() for column in (columns or [None])]


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_a_kind_reads_exactly_what_it_declares(kind, every):
    found: dict[str, list[dict[str, Any]]] = {}
    for case in cases(kind):
        spec = case.spec(kind, every)
        found.setdefault(str(spec["reads"]), []).append(spec)
    assert found
    for specs in found.values():
        whole = [made(spec) for spec in specs]
        for spec, expected in zip(specs, whole, strict=True):
            with without(spec, keep(spec["reads"])):
                assert made(spec) == expected
        for part in parts(specs[0]["reads"]):
            left = []
            for spec in specs:
                with without(spec, lose(*part)):
                    left.append(comes_out(lambda spec=spec: made(spec)))
            assert None in left, f"{part} is declared but not needed"


def gathered(spec: dict[str, Any], out: Path) -> str:
    gather.gather(spec, out)
    return "".join((out / f"{name}.csv").read_text() for name in gather.FRAMES)


def worded(spec: dict[str, Any]) -> str:
    """What a text takes of runs: when they finished, and every value that a template may name."""
    results = Results(spec)
    run = views.functions(results, spec, "en")["run"]
    return repr((results.finished, [_values(run(name)) for name in results.experiments]))


def _values(view: Namespace) -> dict[str, Any]:
    return {key: _values(view[key]) if isinstance(view[key], Namespace) else view[key] for key in view}


@pytest.mark.parametrize(("step", "reads"), [("gather", GATHER_READS), ("write", TEXT_READS)])
def test_the_frames_and_the_text_read_exactly_what_is_declared(step, reads, every, tmp_path):
    spec = every | {"reads": reads, "measurements": {}, "figures": {}, "tables": {}}

    def make() -> str:
        return gathered(spec, tmp_path / "frames") if step == "gather" else worded(spec)

    expected = make()
    with without(spec, keep(reads)):
        assert make() == expected
    for part in parts(reads):
        with without(spec, lose(*part)):
            assert comes_out(make) is None, part
