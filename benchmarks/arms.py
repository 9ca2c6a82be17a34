"""Declared experiments at full size, on generated data of any size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from benchmarks.project import ROOT
from labreport.data.prepared import TOP_SCORE, Prepared
from labreport.declarations.experiments import Experiment
from labreport.declarations.project import Project
from labreport.training.components import Components, place_data
from labreport.training.construction import build_task
from labreport.training.task import Task
from labreport.training.tasks import TASKS

CPU = torch.device("cpu")
FULL = {"scale": "full"}
EVALUATED = 2  # samples; what is measured here is training


def experiment(name: str) -> Experiment:
    """An experiment as it is declared at full scale."""
    return Project(ROOT, FULL).experiment(name)


def experiments() -> list[Experiment]:
    """All of them."""
    project = Project(ROOT, FULL)
    return [project.experiment(name) for name in project.experiment_names]


def spec(one: Experiment, *, model: Mapping[str, Any] | None = None, **training: Any) -> dict[str, Any]:
    """What a run of an experiment is made from.

    Args:
        one: the experiment.
        model: parameters of its model that are to be others.
        training: settings that are to be others.
    """
    declared = one.settings.model_dump(exclude={"model", "data", "vectors"})
    parameters = {**one.settings.model.spec["parameters"], **(model or {})}
    return {
        "task": {"name": one.task, "target": TASKS[one.task].target},
        "model": {"target": one.settings.model.target, "parameters": parameters},
        "data": {"dataset": one.dataset.name, "key": "benchmark"},
        "training": {**declared, **training},
        "seed": 0,
    }


def data(one: Experiment, samples: int, length: int | None = None) -> Prepared:
    """Generated data in the form of an experiment's, every text of full length.

    Args:
        one: the experiment.
        samples: to train on.
        length: of texts; None is the declared one.
    """
    rng = np.random.default_rng(0)
    classes, inputs = list(one.dataset.classes), one.dataset.inputs
    count = samples + EVALUATED
    words = one.data.get("vocabulary") or 10_000
    if inputs == "images":
        arrays = [rng.integers(0, 256, (count, 3, 32, 32), dtype=np.uint8), None]
    else:
        shape = (count, 2) if inputs == "pairs" else (count,)
        steps = length or one.data["length"]
        arrays = [rng.integers(1, words, (*shape, steps), dtype=np.int32), np.full(shape, steps, np.int32)]
    labels = rng.integers(0, len(classes), count, dtype=np.uint8) if classes else rng.random(count, np.float32)
    arrays.insert(1, labels if classes else np.float32(TOP_SCORE) * labels)
    train, test = ([None if a is None else a[part] for a in arrays] for part in np.split(np.arange(count), [samples]))
    vocabulary = None if inputs == "images" else [str(word) for word in range(words)]
    return Prepared(one.dataset.name, classes, *train[:2], *test[:2], train[2], test[2], vocabulary)


def parts(spec: Mapping[str, Any], prepared: Prepared) -> tuple[Components, Task]:
    """What `labreport.training.loop.fit` takes, on the CPU."""
    task = build_task(spec["task"]["target"], prepared.classes, spec["training"]["loss"])
    return Components.build(spec, prepared, place_data(prepared, CPU), None, CPU), task
