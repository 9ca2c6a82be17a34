"""What a network consists of, read off the network itself: stages, output sizes, kernels, strides, parameters."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from torch import Tensor, nn

from labreport.errors import ResultsError
from labreport.figures.networks.rows import pair, parameter_count
from labreport.figures.networks.structure import is_sum, shortcuts
from labreport.figures.networks.tracing import follow, network

CHANNELS = 3
POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)


@dataclass(frozen=True)
class Stage:
    """A child of the network that computes something, with the normalisation and activation that follow it.

    Attributes:
        name: the child's name.
        kind: `convolution`, `blocks`, `recurrent`, `max_pool`, `average_pool`, `linear` or `nothing` (an identity).
        output: (channels, height, width), or (features,), or (steps, features).
        parameters: their number, normalisation and shortcuts included.
        kernels: (height, width, channels) of each convolution, in one block where it is made of `repeats` blocks.
        repeats: how many blocks or recurrent layers there are, 1 where there are none.
        stride: ratio by which it shrinks its input, None where it does not slide.
        more: how many of them are in normalisation and on shortcuts.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    kernels: tuple[tuple[int, int, int], ...] = ()
    repeats: int = 1
    stride: int | None = None
    more: int = 0


def stages(options: Mapping[str, Any]) -> list[Stage]:
    """Build an image model and follow one image through it.

    Args:
        options: `target` ("labreport.models.module:Class") and `parameters` of its constructor; `image` (height and
            width of the square input, in pixels), `channels` (3 where they are left out) and `classes`.

    Returns:
        One per child that computes something, in the order of the forward pass.

    Raises:
        TrainingError: no such model, or parameters that it does not take.
        ResultsError: a parameter belongs to none of the stages, so that the table would not add up.
    """
    sizes = {"channels": CHANNELS, "length": 1, **options}
    model, inputs = network(options["target"], options.get("parameters") or {}, sizes)
    return stages_of(model, inputs)


def stages_of(model: nn.Module, inputs: Sequence[Tensor]) -> list[Stage]:
    """The stages of a network, as `stages` gives them.

    Raises:
        ResultsError: a parameter belongs to none of the stages.
    """
    steps = follow(model, inputs)
    sums = [number for number, step in enumerate(steps) if is_sum(step)]
    aside = {steps[one].path for number in sums for _, way in shortcuts(steps, number) for one in way}
    outputs: dict[str, tuple[int, ...]] = {}
    for step in steps:
        if name := (*step.inside, step.path)[0]:
            outputs[name] = step.output
    found: list[Stage] = []
    owed = 0  # parameters of a normalisation that comes before anything else
    for name, output in outputs.items():
        module = model.get_submodule(name)
        count = parameter_count(module)
        stage = _stage(name, module, output, count + owed, aside)
        if stage is not None:
            found.append(replace(stage, more=stage.parameters - _weighing(name, module, aside)))
            owed = 0
        elif found:
            last = found[-1]
            found[-1] = replace(last, parameters=last.parameters + count, more=last.more + count)
        else:
            owed += count
    total = parameter_count(model)
    if total != sum(stage.parameters for stage in found):
        raise ResultsError(
            f"{type(model).__name__}: its stages {', '.join(outputs)} do not hold all of its {total} parameters"
        )
    return found


def _weighing(name: str, module: nn.Module, aside: Collection[str]) -> int:
    """Parameters of the main path's convolutions and of linear and recurrent layers."""
    layers = [part for part in module.modules() if isinstance(part, nn.Linear | nn.RNNBase)]
    return sum(parameter_count(layer) for layer in (*_convolutions(name, module, aside), *layers))


def _stage(
    name: str, module: nn.Module, output: tuple[int, ...], parameters: int, aside: Collection[str]
) -> Stage | None:
    """The stage that `module` is, None where it only normalises, activates, drops out or reshapes."""
    if isinstance(module, nn.Linear):
        return Stage(name, "linear", output, parameters)
    if isinstance(module, nn.RNNBase):
        return Stage(name, "recurrent", output, parameters, repeats=module.num_layers)
    if isinstance(module, nn.Identity):
        return Stage(name, "nothing", output, parameters)
    if isinstance(module, POOLS):
        pool = Stage(name, "max_pool" if "Max" in type(module).__name__ else "average_pool", output, parameters)
        if not isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
            return pool
        return replace(pool, kernels=((*pair(module.kernel_size), output[0]),), stride=pair(module.stride)[0])
    blocks = dict(module.named_children()) if isinstance(module, nn.Sequential) else {}
    path = [_convolutions(f"{name}.{child}", block, aside) for child, block in blocks.items()]
    if blocks and all(path) and all(list(block.children()) for block in blocks.values()):
        uniform = len({tuple(map(_kernel, block)) for block in path}) == 1
        inside = tuple(map(_kernel, path[0] if uniform else chain(*path)))
        return Stage(name, "blocks", output, parameters, inside, len(blocks) if uniform else 1, _shrinks(chain(*path)))
    if path_in := _convolutions(name, module, aside):
        return Stage(name, "convolution", output, parameters, tuple(map(_kernel, path_in)), stride=_shrinks(path_in))
    return None


def _convolutions(path: str, module: nn.Module, aside: Collection[str]) -> list[nn.Conv2d]:
    """The convolutions in the module at `path`, those on shortcuts left out."""
    parts = module.named_modules(prefix=path)
    return [part for name, part in parts if isinstance(part, nn.Conv2d) and name not in aside]


def _shrinks(convolutions: Iterable[nn.Conv2d]) -> int:
    """The product of the strides."""
    return math.prod(int(convolution.stride[0]) for convolution in convolutions)


def _kernel(convolution: nn.Conv2d) -> tuple[int, int, int]:
    height, width = convolution.kernel_size
    return height, width, convolution.out_channels
