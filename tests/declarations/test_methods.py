"""Tables of what optimizers, losses, schedules and models take, against the classes and functions themselves."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch.optim import lr_scheduler

from labreport.declarations.methods import COUNTS, LOSSES, NEEDED, OPTIMIZERS, REFUSED, SCHEDULES, method_mistake
from labreport.declarations.schema import Schedule
from labreport.declarations.sources import constructor, has_function
from labreport.measurements.lstm_cost import implementations
from labreport.measurements.registry import KINDS
from labreport.models.registry import MODELS
from labreport.training import construction
from labreport.training.tasks import TASKS

TYPICAL = {"betas": [0.9, 0.98], "amsgrad": True, "nesterov": True, "centered": True}
SCHEDULE = {"milestones": [3, 5], "threshold_mode": "abs", **dict.fromkeys(COUNTS - {"milestones"}, 2)}


def test_declared_and_trained_methods_are_the_same():
    assert set(OPTIMIZERS) == construction.OPTIMIZERS
    assert set(SCHEDULES) == construction.SCHEDULES
    assert set(LOSSES) == {loss for task in TASKS.values() for loss in task.losses}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_takes_what_torch_takes(name):
    signature = inspect.signature(getattr(lr_scheduler, name)).parameters
    known = {key: one for key, one in signature.items() if key != "optimizer"}
    assert set(SCHEDULES[name]) <= set(known)
    assert set(known) - set(SCHEDULES[name]) <= set(REFUSED)
    assert {key for key, one in known.items() if one.default is one.empty} == set(NEEDED.get(name, ()))
    parameters = {key: SCHEDULE.get(key, 0.5) for key in SCHEDULES[name]}
    assert method_mistake(name, parameters, SCHEDULES[name]) is None
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.1)
    construction.build_schedule(Schedule(name=name, parameters=parameters).model_dump(), optimizer)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("ReduceLROnPlateau", {"factor": 1.0}),
        ("ReduceLROnPlateau", {"threshold_mode": "relative"}),
        ("StepLR", {}),
        ("MultiStepLR", {"milestones": 3}),
        ("CosineAnnealingLR", {"eta_min": 0.1}),
    ],
)
def test_what_a_schedule_refuses_is_refused_here(name, parameters):
    assert method_mistake(name, parameters, SCHEDULES[name]) is not None
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.1)
    with pytest.raises((ValueError, TypeError)):
        getattr(lr_scheduler, name)(optimizer, **parameters)


def test_rates_are_floats_and_counts_stay_whole():
    parameters = Schedule(name="StepLR", parameters={"step_size": 3, "gamma": 1}).parameters
    assert [(value, type(value)) for value in parameters.values()] == [(3, int), (1.0, float)]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_parameter_of_an_optimizer_is_taken_or_refused(name):
    known = set(inspect.signature(getattr(torch.optim, name)).parameters) - {"params"}
    assert set(OPTIMIZERS[name]) <= known
    assert known - set(OPTIMIZERS[name]) <= set(REFUSED)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_an_optimizer_takes_here_torch_takes_too(name):
    parameters = {key: TYPICAL.get(key, 0.5) for key in OPTIMIZERS[name] if key != "dampening"}
    assert method_mistake(name, parameters, OPTIMIZERS[name]) is None
    construction.build_optimizer({"name": name, "parameters": parameters}, 0.1, [torch.nn.Parameter(torch.zeros(2))])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("SGD", {"momentum": -0.1}),
        ("SGD", {"weight_decay": -1.0}),
        ("SGD", {"nesterov": True}),
        ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
        ("Adam", {"betas": [0.9, 1.0]}),
        ("AdamW", {"betas": [0.9]}),
        ("AdamW", {"eps": -1.0}),
        ("RMSprop", {"alpha": -0.1}),
    ],
)
def test_what_torch_refuses_is_refused_here(name, parameters):
    assert method_mistake(name, parameters, OPTIMIZERS[name]) is not None
    with pytest.raises((ValueError, TypeError, IndexError)):
        getattr(torch.optim, name)([torch.nn.Parameter(torch.zeros(2))], lr=0.1, **parameters)


def test_a_loss_takes_what_its_function_takes():
    for name, taken in LOSSES.items():
        assert set(taken) <= set(inspect.signature(getattr(torch.nn.functional, name)).parameters)
        assert method_mistake(name, {"label_smoothing": 1.5}, taken) is not None
        mistake = method_mistake(name, {"label_smoothing": 0.1}, taken)
        assert (mistake is None) == (name == "cross_entropy")


@pytest.mark.parametrize("target", MODELS.values(), ids=MODELS)
def test_a_constructor_read_is_the_constructor_imported(target):
    imported = inspect.signature(construction.load_class(target)).parameters
    read = constructor(target)
    assert list(read) == list(imported)
    for name, parameter in imported.items():
        assert read[name].has_default == (parameter.default is not parameter.empty)
        if parameter.default is not parameter.empty:
            assert read[name].value.fits(parameter.default)
        assert not read[name].value.fits([1])


def test_functions_are_found_where_they_are():
    assert has_function("labreport.data.cifar10", "prepare")
    assert not has_function("labreport.data.cifar10", "prepared")
    assert not has_function("labreport.data.cifar100", "prepare")
    assert not has_function("labreport.data", "prepare")


def test_the_rows_of_a_measurement_are_what_it_measures():
    assert KINDS["lstm_cost"].rows == tuple(implementations(1, 2, 2, 2, torch.device("cpu")))
