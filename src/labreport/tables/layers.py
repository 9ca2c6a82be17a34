"""The layer table of an image model (He et al. 2015, arXiv:1512.03385, table 1), made from the model itself."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import pandas as pd
from torch import Tensor, nn

from labreport.errors import ResultsError
from labreport.figures.networks.rows import pair, parameter_count
from labreport.figures.networks.structure import is_sum, shortcuts
from labreport.figures.networks.tracing import follow, network
from labreport.results import Options, Results
from labreport.tables.heads import head, note, phrase, word
from labreport.tables.table import Column, Table

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


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per stage and one for the total, and what changed where `changed_from` names another network.

    Args:
        results: not used, the model is enough.
        options: `target`, `parameters`, `image` (pixels), `classes`, `channels`; `changed_from` with the same.
        lang: of the words.

    Raises:
        TrainingError: no such model, or parameters that it does not take.
        ResultsError: the stages do not hold all of the model's parameters.
    """
    found = stages(*network(options))
    earlier = stages(*network(options["changed_from"])) if options.get("changed_from") else None
    rows = []
    for stage in found:
        if stage.kind == "nothing" and earlier is None:
            continue
        row = {
            "layer": stage.name,
            "output": None if stage.kind == "nothing" else _size(stage),
            "kernel": _kernels(stage, lang),
            "stride": stage.stride,
            "parameters": stage.parameters,
        }
        rows.append(row if earlier is None else {**row, "change": _change(stage, earlier, lang)})
    if earlier is not None:
        gone = [stage for stage in earlier if stage.name not in {other.name for other in found}]
        rows += [{"layer": stage.name, "change": _removed(stage, lang)} for stage in gone]
    rows.append({"layer": head("total", lang), "parameters": sum(stage.parameters for stage in found)})
    frame = pd.DataFrame(rows).astype({"stride": "Int64", "parameters": "Int64"})
    frame["shown"] = [f"{count:,}" if pd.notna(count) and count else None for count in frame["parameters"]]
    columns = [
        Column("layer", head("layer", lang)),
        Column("output", head("output", lang)),
        Column("kernel", head("kernel", lang)),
        Column("stride", head("stride", lang), align="right"),
        Column("shown", head("parameters", lang), align="right"),
    ]
    if earlier is not None:
        columns.append(Column("change", head("change", lang)))
    counted = any(stage.more for stage in found)
    return Table(frame, columns, notes=[note("counted", lang)] if counted else [])


def _size(stage: Stage) -> str:
    """`32 × 32`; the number of features; of a recurrent layer steps and features."""
    return " × ".join(map(str, stage.output[1:] if len(stage.output) > 2 else stage.output))


def _kernels(stage: Stage, lang: str) -> str | None:
    """`7×7, 64`, `[3×3, 64; 3×3, 64] × 3`, `3×3 max-pool`, `recurrent × 2`, or the words for what it does."""
    if stage.kind == "nothing":
        return None
    if stage.kind in ("convolution", "blocks"):
        text = "; ".join(f"{height}×{width}, {channels}" for height, width, channels in stage.kernels)
        if len(stage.kernels) > 1:
            text = f"[{text}]"
        return f"{text} × {stage.repeats}" if stage.repeats > 1 else text
    words = " ".join([*_sizes(stage), word(stage.kind, lang)])
    return f"{words} × {stage.repeats}" if stage.repeats > 1 else words


def _sizes(stage: Stage) -> list[str]:
    """`7×7` for each size of kernel in the stage."""
    return list(dict.fromkeys(f"{height}×{width}" for height, width, _ in stage.kernels))


def _change(stage: Stage, earlier: Sequence[Stage], lang: str) -> str | None:
    """What differs from the stage of the same name: kernel, stride and output size; None where nothing does."""
    before = next((other for other in earlier if other.name == stage.name), None)
    if before is None:
        return word("added", lang)
    if stage.kind == "nothing":
        return None if before.kind == "nothing" else _removed(before, lang)
    pairs = {
        "kernel_change": (", ".join(_sizes(before)), ", ".join(_sizes(stage))),
        "stride_change": (before.stride, stage.stride),
        "output_change": (_size(before), _size(stage)),
    }
    parts = [word(key, lang).format(*pair) for key, pair in pairs.items() if pair[0] != pair[1]]
    return "; ".join(parts) or None


def _removed(stage: Stage, lang: str) -> str:
    """The removed stage in words, such as `3×3 max-pool removed`."""
    what = _kernels(stage, lang) or stage.name
    return phrase("removed", lang, what)


def stages(model: nn.Module, inputs: Sequence[Tensor]) -> list[Stage]:
    """One per child of a network that computes something, in the order of the forward pass.

    Raises:
        ResultsError: a parameter belongs to none of the stages, so that the table would not add up.
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
    is_linear = any(isinstance(part, nn.Linear) for part in module.modules())
    return Stage(name, "linear", output, parameters) if is_linear else None


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
