"""What optimizers, losses, schedules and models take, against torch's classes and the constructors themselves."""

from __future__ import annotations

import inspect
from functools import partial

import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from torch.optim import lr_scheduler

from labreport.declarations.methods import LOSSES, OPTIMIZERS, SCHEDULES
from labreport.declarations.models import FROM_DATA, parameters_of
from labreport.loading import load_class
from labreport.measurements.lstm_cost import implementations
from labreport.measurements.registry import KINDS
from labreport.models.registry import MODELS
from labreport.training import construction
from labreport.training.tasks import TASKS

# What is decided elsewhere, or changes how something is computed and nothing else.
ELSEWHERE = {"params", "optimizer", "lr", "maximize", "foreach", "capturable", "differentiable", "fused", "mode"}
ELSEWHERE |= {"last_epoch", "verbose", "decoupled_weight_decay"}
METHODS = [
    *((torch.optim, name, method) for name, method in OPTIMIZERS.items()),
    *((lr_scheduler, name, method) for name, method in SCHEDULES.items()),
]


def parameters(method):
    """The model of a method's parameters."""
    return method.model_fields["parameters"].annotation


def plain(value):
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("module", "name", "method"), METHODS, ids=lambda value: str(value)[:20])
def test_a_method_takes_what_torch_takes_with_torchs_defaults(module, name, method):
    known = inspect.signature(getattr(module, name)).parameters
    fields = parameters(method).model_fields
    assert set(fields) | ELSEWHERE >= set(known)
    assert set(fields) <= set(known)
    for key, field in fields.items():
        default = known[key].default
        assert field.is_required() == (default is inspect.Parameter.empty), key
        assert field.is_required() or field.default == plain(default), key


def test_losses_and_tasks_name_the_same():
    assert set(LOSSES) == {loss for task in TASKS.values() for loss in task.losses}
    for name, method in LOSSES.items():
        assert set(parameters(method).model_fields) <= set(
            inspect.signature(getattr(torch.nn.functional, name)).parameters
        )


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("SGD", {"momentum": -0.1}),
        ("SGD", {"weight_decay": -1.0}),
        ("SGD", {"nesterov": True}),
        ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
        ("Adam", {"betas": [0.9, 1.0]}),
        ("AdamW", {"betas": [0.9]}),
        ("AdamW", {"eps": -1.0}),
        ("RMSprop", {"alpha": -0.1}),
        ("ReduceLROnPlateau", {"factor": 1.0}),
        ("ReduceLROnPlateau", {"threshold_mode": "relative"}),
        ("StepLR", {}),
        ("MultiStepLR", {"milestones": 3}),
        ("CosineAnnealingLR", {"eta_min": 0.1}),
    ],
)
def test_what_torch_refuses_is_refused_here(name, stated):
    method = {**OPTIMIZERS, **SCHEDULES}[name]
    with pytest.raises(ValidationError):
        TypeAdapter(method).validate_python({"name": name, "parameters": stated})
    weights = [torch.nn.Parameter(torch.zeros(2))]
    made = partial(getattr(torch.optim, name), weights, lr=0.1) if name in OPTIMIZERS else None
    made = made or partial(getattr(lr_scheduler, name), torch.optim.SGD(weights, lr=0.1))
    with pytest.raises((ValueError, TypeError, IndexError)):
        made(**stated)


@pytest.mark.parametrize("name", [*OPTIMIZERS, *SCHEDULES])
def test_what_is_taken_here_is_built(name):
    needed = {"StepLR": {"step_size": 3}, "MultiStepLR": {"milestones": [3, 5]}, "CosineAnnealingLR": {"T_max": 4}}
    declared = {**OPTIMIZERS, **SCHEDULES}[name].model_validate({"name": name, "parameters": needed.get(name, {})})
    spec = declared.model_dump(exclude_defaults=True)
    weights = [torch.nn.Parameter(torch.zeros(2))]
    if name in OPTIMIZERS:
        built = construction.build_optimizer(spec, 0.1, weights)
    else:
        built = construction.build_schedule(spec, torch.optim.SGD(weights, lr=0.1))
    assert type(built).__name__ == name


@pytest.mark.parametrize("name", MODELS)
def test_a_constructor_read_is_the_constructor_imported(name):
    imported = inspect.signature(load_class(MODELS[name])).parameters
    read = parameters_of(name).model_fields
    assert set(read) == set(imported) - FROM_DATA
    for key, field in read.items():
        assert field.is_required() == (imported[key].default is inspect.Parameter.empty)
        if not field.is_required():
            assert parameters_of(name).model_validate({**needed_by(read), key: imported[key].default})
        with pytest.raises(ValidationError):
            parameters_of(name).model_validate({**needed_by(read), key: [1]})


def needed_by(fields):
    return {key: 1 for key, field in fields.items() if field.is_required()}


def test_the_rows_of_a_measurement_are_what_it_measures():
    assert KINDS["lstm_cost"].rows == tuple(implementations(1, 2, 2, 2, torch.device("cpu")))
