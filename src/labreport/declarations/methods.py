"""Parameters of optimizers, losses and schedules: what each takes, and what is refused for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.declarations.mistakes import suggestion, unfit
from labreport.values import (
    FRACTION,
    NOT_NEGATIVE,
    PAIR_BELOW_ONE,
    POSITIVE,
    POSITIVE_WHOLE,
    PROBABILITY_BELOW_ONE,
    TRUTH,
    WHOLES,
    Value,
    one_of,
    whole,
)

_ADAM = {"betas": PAIR_BELOW_ONE, "eps": POSITIVE, "weight_decay": NOT_NEGATIVE, "amsgrad": TRUTH}

# By class of torch.optim.
OPTIMIZERS: Mapping[str, Mapping[str, Value]] = {
    "SGD": {"momentum": NOT_NEGATIVE, "dampening": FRACTION, "weight_decay": NOT_NEGATIVE, "nesterov": TRUTH},
    "Adam": _ADAM,
    "AdamW": _ADAM,
    "RMSprop": {
        "alpha": FRACTION,
        "eps": POSITIVE,
        "weight_decay": NOT_NEGATIVE,
        "momentum": NOT_NEGATIVE,
        "centered": TRUTH,
    },
}
# By function of torch.nn.functional.
LOSSES: Mapping[str, Mapping[str, Value]] = {"cross_entropy": {"label_smoothing": FRACTION}, "mse_loss": {}}
# By class of torch.optim.lr_scheduler; ReduceLROnPlateau watches the validation loss.
SCHEDULES: Mapping[str, Mapping[str, Value]] = {
    "ReduceLROnPlateau": {
        "factor": PROBABILITY_BELOW_ONE,
        "patience": whole(0),
        "threshold": NOT_NEGATIVE,
        "threshold_mode": one_of("rel", "abs"),
        "cooldown": whole(0),
        "min_lr": NOT_NEGATIVE,
        "eps": NOT_NEGATIVE,
    },
    "StepLR": {"step_size": POSITIVE_WHOLE, "gamma": POSITIVE},
    "MultiStepLR": {"milestones": WHOLES, "gamma": POSITIVE},
    "CosineAnnealingLR": {"T_max": POSITIVE_WHOLE, "eta_min": NOT_NEGATIVE},
}
# Without these torch does not build them.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "StepLR": ("step_size",),
    "MultiStepLR": ("milestones",),
    "CosineAnnealingLR": ("T_max",),
}
# Counts of epochs stay whole numbers, all other numbers are floats.
COUNTS = frozenset({"patience", "cooldown", "step_size", "milestones", "T_max"})

_FORM = "training chooses the fastest form itself, the results are the same"
_NEVER = "it has no use in this training"
REFUSED: Mapping[str, str] = {
    "lr": "write `learning_rate` beside `optimizer`",
    "fused": _FORM,
    "foreach": _FORM,
    "capturable": _NEVER,
    "differentiable": _NEVER,
    "maximize": "the loss is minimised",
    "decoupled_weight_decay": "name AdamW, which is Adam with it",
    "mode": "the validation loss is watched, which falls",
    "last_epoch": "training begins at its first epoch",
    "reduction": "losses are means over samples",
    "weight": "all samples count the same",
}


def method_mistake(name: str, parameters: Mapping[str, Any], taken: Mapping[str, Value]) -> tuple[str, str] | None:
    """The first parameter that is wrong, and why.

    Args:
        name: of the optimizer, loss or schedule.
        parameters: as declared.
        taken: what it takes, from `OPTIMIZERS`, `LOSSES` or `SCHEDULES`.
    """
    for key, value in parameters.items():
        if key in REFUSED and key not in taken:
            return key, f"is not to be set: {REFUSED[key]}"
        if key not in taken:
            return key, f"unknown parameter of {name}{suggestion(key, taken)}"
        if not taken[key].fits(value):
            return key, unfit(value, taken[key])
    for key in NEEDED.get(name, ()):
        if key not in parameters:
            return key, f"is missing; {name} needs it"
    if parameters.get("nesterov") and (not parameters.get("momentum") or parameters.get("dampening")):
        return "nesterov", "found True, which needs a `momentum` above 0 and no `dampening`"
    return None
