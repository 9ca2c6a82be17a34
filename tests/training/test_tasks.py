"""What is said of a task by name, against the class that carries it out."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from labreport.loading import load_class
from labreport.training.task import Said
from labreport.training.tasks import TASKS


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_what_its_class_does(name: str) -> None:
    kind = TASKS[name]
    task_class = load_class(kind.target, "task")
    assert tuple(sys.modules[task_class.__module__].LOSSES) == kind.losses
    task = task_class(["a", "b"] if name == "classification" else [], {"name": kind.losses[0]})
    assert task.metric == kind.metrics[0]
    outputs = torch.tensor([[1.0, 0.0], [0.0, 1.0]]) if name == "classification" else torch.tensor([0.25, 0.5])
    predictions = task.predictions(Said(outputs, torch.tensor([0, 1])))
    assert tuple(task.metrics(predictions)) == kind.metrics
    assert ("predictions.npz", *task.tables(predictions)) == kind.files
    assert {len(values) for values in predictions.values()} == {2}
    assert np.isfinite(list(task.metrics(predictions).values())).all()


def test_images_and_texts_are_classified_and_pairs_compared() -> None:
    assert {name: kind.inputs for name, kind in TASKS.items()} == {
        "classification": ("images", "texts"),
        "similarity": ("pairs",),
    }
