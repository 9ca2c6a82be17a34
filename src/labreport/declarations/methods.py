"""Optimizers, losses and schedules by torch's names, with their parameters and torch's defaults of these.

A default that is written out means what leaving it out means, and gives the same key.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, create_model

from labreport.declarations.fields import BelowOne, Fraction, Index, NotNegative, Positive, Rate, Strict, Truth
from labreport.declarations.mistakes import told


class Method(Strict):
    """A name, and parameters under it."""

    name: str
    parameters: Any = {}


def _nesterov(parameters: Any) -> Any:
    if parameters.nesterov and (not parameters.momentum or parameters.dampening):
        raise told("found True, which needs a `momentum` above 0 and no `dampening`", at="nesterov")
    return parameters


def _methods(validate: Mapping[str, Any], **stated: Mapping[str, Any]) -> dict[str, type[Method]]:
    """Name -> model, given each one's parameters: a type where it is needed, or (type, default)."""
    found = {}
    for name, parameters in stated.items():
        fields: dict[str, Any] = {key: one if isinstance(one, tuple) else (one, ...) for key, one in parameters.items()}
        model = create_model(f"{name} parameters", __base__=Strict, **fields)
        model.called = f"parameter of {name}"
        needed = any(field.is_required() for field in model.model_fields.values())
        of: Any = Annotated[model, AfterValidator(validate[name])] if name in validate else model
        both: dict[str, Any] = {"name": (Literal[name], ...), "parameters": (of, ... if needed else model())}
        found[name] = create_model(name, __base__=Method, **both)
    return found


_ADAM = {
    "betas": (Annotated[list[BelowOne], Field(min_length=2, max_length=2)], [0.9, 0.999]),
    "eps": (Rate, 1e-8),
    "amsgrad": (Truth, False),
}
_MOMENTUM = {"momentum": (NotNegative, 0.0), "weight_decay": (NotNegative, 0.0)}
# By class of torch.optim.
OPTIMIZERS = _methods(
    {"SGD": _nesterov},
    SGD={**_MOMENTUM, "dampening": (Fraction, 0.0), "nesterov": (Truth, False)},
    Adam={**_ADAM, "weight_decay": (NotNegative, 0.0)},
    AdamW={**_ADAM, "weight_decay": (NotNegative, 0.01)},
    RMSprop={**_MOMENTUM, "alpha": (Fraction, 0.99), "eps": (Rate, 1e-8), "centered": (Truth, False)},
)
# By function of torch.nn.functional.
LOSSES = _methods({}, cross_entropy={"label_smoothing": (Fraction, 0.0)}, mse_loss={})
# By class of torch.optim.lr_scheduler; ReduceLROnPlateau watches the validation loss.
SCHEDULES = _methods(
    {},
    ReduceLROnPlateau={
        "factor": (BelowOne, 0.1),
        "patience": (Index, 10),
        "threshold": (NotNegative, 1e-4),
        "threshold_mode": (Literal["rel", "abs"], "rel"),
        "cooldown": (Index, 0),
        "min_lr": (NotNegative, 0.0),
        "eps": (NotNegative, 1e-8),
    },
    StepLR={"step_size": Positive, "gamma": (Rate, 0.1)},
    MultiStepLR={"milestones": Annotated[list[Positive], Field(min_length=1)], "gamma": (Rate, 0.1)},
    CosineAnnealingLR={"T_max": Positive, "eta_min": (NotNegative, 0.0)},
)


def _one_of(methods: Mapping[str, type[Method]]) -> Any:
    return Annotated[reduce(or_, methods.values()), Field(discriminator="name")]


if TYPE_CHECKING:
    Optimizer: TypeAlias = Method
    Loss: TypeAlias = Method
    Schedule: TypeAlias = Method
else:
    Optimizer, Loss, Schedule = map(_one_of, (OPTIMIZERS, LOSSES, SCHEDULES))
