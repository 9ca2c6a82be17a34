"""Kinds: each has its module, says what its options may be, and needs nothing that there is not."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from typing import get_args

import pytest

from labreport.claims.registry import KINDS as CLAIMS
from labreport.declarations.settings import Published
from labreport.errors import DeclarationError
from labreport.figures import sample_grid
from labreport.figures.networks import tracing
from labreport.figures.registry import KINDS as FIGURES
from labreport.kinds import Context, Kind
from labreport.measurements import lstm_cost
from labreport.measurements.registry import KINDS as MEASUREMENTS
from labreport.tables.registry import KINDS as TABLES
from labreport.training.tasks import TASKS

# What a kind's module has: functions and their parameters.
INTERFACES = {
    "figures": {"collect": "results options", "draw": "frame options lang", "describe": "frame options lang"},
    "tables": {"build": "results options lang"},
    "claims": {"judge": "results options"},
    "measurements": {"measure": "parameters device"},
}
REGISTRIES = {"figures": FIGURES, "tables": TABLES, "claims": CLAIMS, "measurements": MEASUREMENTS}
EVERY = {f"{group}.{name}": kind for group, kinds in REGISTRIES.items() for name, kind in kinds.items()}


def options_of(kind: Kind) -> set[str]:
    return {field.alias or name for name, field in kind.options.model_fields.items()}


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_a_kind_is_a_module_with_the_functions_of_its_group(kind: Kind) -> None:
    _, group, name = kind.target.split(".")
    module = importlib.import_module(kind.target)
    for function, parameters in INTERFACES[group].items():
        assert " ".join(inspect.signature(getattr(module, function)).parameters) == parameters
    assert EVERY[f"{group}.{name}"] is kind
    if group == "claims":
        documented = inspect.getdoc(module.judge) or ""
        assert all(f"`{option}`" in documented for option in options_of(kind) - {"part"})


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_what_a_kind_needs_of_experiments_and_data_is_something_that_there_is(kind: Kind) -> None:
    assert set(kind.files) <= {file for task in TASKS.values() for file in task.files}
    assert set(kind.metrics) <= {metric for task in TASKS.values() for metric in task.metrics}
    assert set(kind.inputs) <= {inputs for task in TASKS.values() for inputs in task.inputs}
    assert set(kind.published) <= {*Published.model_fields, *({"quantity"} & options_of(kind))}
    assert not kind.longtail or kind.roles["dataset"] == "dataset"
    assert set(kind.roles) <= options_of(kind)
    assert ("row" in kind.roles.values()) <= ("measurement" in kind.roles.values())
    if kind.published == ("quantity",):
        figures = {name.removeprefix("best_") for name in get_args(kind.fields["quantity"])}
        assert figures <= set(Published.model_fields)


def test_planning_imports_no_library_that_is_slow_to_import() -> None:
    registries = ", ".join(f"labreport.{group}.registry" for group in REGISTRIES)
    code = f"import sys, {registries}; sys.exit(bool({{'pandas', 'torch', 'matplotlib', 'scipy'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("kind", "declared", "words"),
    [
        (FIGURES["curves"], {"metric": "loss"}, "curves needs either `part` or `experiments`"),
        (FIGURES["curves"], {"metric": "los", "experiments": ["a"]}, "metric: found 'los'"),
        (FIGURES["lstm_cell"], {"widht": "half"}, "widht"),
        (CLAIMS["ratio"], {"measurement": "m", "of": "a", "over": "b", "at_least": 1}, "measurement: found 'm'"),
    ],
)
def test_options_that_do_not_fit_are_refused(kind: Kind, declared: dict[str, object], words: str) -> None:
    context = Context({"a": None})  # type: ignore[dict-item]
    with pytest.raises(DeclarationError, match=r"x\.yaml: claims\.y") as error:
        kind.load(declared, "x.yaml", "claims.y", context)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("kind", "defaults"),
    [
        (FIGURES["architecture"], tracing.DEFAULTS),
        (FIGURES["sample_grid"], {"per_class": sample_grid.PER_CLASS}),
        (MEASUREMENTS["lstm_cost"], {"repeats": lstm_cost.REPEATS}),
    ],
)
def test_an_option_that_is_left_out_has_the_default_of_its_module(kind: Kind, defaults: dict[str, int]) -> None:
    """A spec holds no option that has its default, so that the module has to know it."""
    assert {name: kind.options.model_fields[name].default for name in defaults} == defaults
