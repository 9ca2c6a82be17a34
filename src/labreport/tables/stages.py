"""What a network consists of, read off the network itself: stages, output sizes, kernels, strides, parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from labreport.errors import ResultsError
from labreport.training.construction import build_model

POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
SHORTCUTS = ("downsample", "shortcut")


@dataclass(frozen=True)
class Stage:
    """A child of the network that computes something, with the normalisation and activation that follow it.

    Attributes:
        name: the child's name.
        kind: `convolution`, `blocks`, `recurrent`, `max_pool`, `average_pool`, `linear` or `nothing` (an identity).
        output: (channels, height, width), or (features,), or (steps, features).
        kernels: (height, width, channels) of each convolution, in one block where it is made of `repeats` blocks.
        repeats: how many blocks or recurrent layers there are, 1 where there are none.
        stride: ratio by which it shrinks its input, None where it does not slide.
        parameters: their number, normalisation and shortcuts included.
        more: how many of them are in normalisation and on shortcuts.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    kernels: tuple[tuple[int, int, int], ...]
    repeats: int
    stride: int | None
    parameters: int
    more: int = 0


def stages(target: str, parameters: Mapping[str, Any], image: int, classes: int) -> list[Stage]:
    """Build an image model without memory or arithmetic (on the meta device) and follow one image through it.

    Args:
        target: "labreport.models.module:Class".
        parameters: of its constructor.
        image: height and width of the square input in pixels, with 3 channels.
        classes: length of its output.

    Returns:
        One per child that computes something, in the order of the forward pass.

    Raises:
        TrainingError: no such model, or parameters that it does not take.
        ResultsError: a parameter belongs to none of the stages, so that the table would not add up.
    """
    with torch.device("meta"):
        model = build_model(target, parameters, {"classes": classes}).eval()
        shapes: dict[str, tuple[int, ...]] = {}
        for name, child in model.named_children():
            child.register_forward_hook(_keeper(shapes, name))
        with torch.inference_mode():
            model(torch.empty(1, 3, image, image))
    found: list[Stage] = []
    owed = 0  # parameters of a normalisation that comes before anything else
    children = dict(model.named_children())
    for name, output in shapes.items():
        count = sum(parameter.numel() for parameter in children[name].parameters())
        stage = _stage(name, children[name], output, count + owed)
        if stage is not None:
            found.append(replace(stage, more=stage.parameters - _weighing(children[name])))
            owed = 0
        elif found:
            found[-1] = _with_more(found[-1], count)
        else:
            owed += count
    total = sum(parameter.numel() for parameter in model.parameters())
    if total != sum(stage.parameters for stage in found):
        raise ResultsError(f"{target}: its stages {', '.join(shapes)} do not hold all of its {total} parameters")
    return found


def _keeper(shapes: dict[str, tuple[int, ...]], name: str) -> Any:
    def keep(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor | tuple[Tensor, ...]) -> None:
        result = output[0] if isinstance(output, tuple) else output  # a recurrent layer also returns its last state
        shapes.setdefault(name, tuple(result.shape[1:]))

    return keep


def _with_more(stage: Stage, parameters: int) -> Stage:
    return replace(stage, parameters=stage.parameters + parameters, more=stage.more + parameters)


def _weighing(module: nn.Module) -> int:
    """Parameters of the main path's convolutions and of linear and recurrent layers."""
    layers = [*_convolutions(module), *(part for part in module.modules() if isinstance(part, nn.Linear | nn.RNNBase))]
    return sum(parameter.numel() for layer in layers for parameter in layer.parameters())


def _stage(name: str, module: nn.Module, output: tuple[int, ...], parameters: int) -> Stage | None:
    """The stage that `module` is, None where it only normalises, activates, drops out or reshapes."""
    if isinstance(module, nn.Linear):
        return Stage(name, "linear", output, (), 1, None, parameters)
    if isinstance(module, nn.RNNBase):
        return Stage(name, "recurrent", output, (), module.num_layers, None, parameters)
    if isinstance(module, nn.Identity):
        return Stage(name, "nothing", output, (), 1, None, parameters)
    if isinstance(module, POOLS):
        kind = "max_pool" if "Max" in type(module).__name__ else "average_pool"
        if not isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
            return Stage(name, kind, output, (), 1, None, parameters)
        size, (stride, _) = _pair(module.kernel_size), _pair(module.stride)
        return Stage(name, kind, output, ((*size, output[0]),), 1, stride, parameters)
    blocks = list(module.children()) if isinstance(module, nn.Sequential) else []
    if blocks and all(list(block.children()) and _convolutions(block) for block in blocks):
        path = [_convolutions(block) for block in blocks]
        kind, repeats = "blocks", len(blocks)
        uniform = len({tuple(map(_kernel, block)) for block in path}) == 1
        inside = path[0] if uniform else [convolution for block in path for convolution in block]
        repeats = repeats if uniform else 1
        stride = _shrinks([convolution for block in path for convolution in block])
        return Stage(name, kind, output, tuple(map(_kernel, inside)), repeats, stride, parameters)
    if path_in := _convolutions(module):
        return Stage(name, "convolution", output, tuple(map(_kernel, path_in)), 1, _shrinks(path_in), parameters)
    return None


def _convolutions(module: nn.Module) -> list[nn.Conv2d]:
    """The convolutions of the main path, those on shortcuts left out."""
    return [
        part
        for name, part in module.named_modules()
        if isinstance(part, nn.Conv2d) and not any(word in name.split(".") for word in SHORTCUTS)
    ]


def _shrinks(convolutions: list[nn.Conv2d]) -> int:
    """The product of the strides."""
    return math.prod(int(convolution.stride[0]) for convolution in convolutions)


def _kernel(convolution: nn.Conv2d) -> tuple[int, int, int]:
    height, width = convolution.kernel_size
    return height, width, convolution.out_channels


def _pair(size: Any) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))
