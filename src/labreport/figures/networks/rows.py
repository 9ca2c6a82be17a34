"""One row of a drawing of a network: what a module or a function is, in the words of its own settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.nn.modules import activation

from labreport.figures.networks.tracing import Step
from labreport.models.lstm import BidirectionalLSTM
from labreport.models.own_lstm import LSTMLayer

KINDS: Mapping[type[nn.Module], str] = {
    nn.Conv2d: "convolution",
    nn.MaxPool2d: "max_pool",
    nn.AdaptiveMaxPool2d: "max_pool",
    nn.AvgPool2d: "average_pool",
    nn.AdaptiveAvgPool2d: "average_pool",
    nn.Linear: "linear",
    nn.Embedding: "embedding",
    nn.LayerNorm: "normalization",
    nn.BatchNorm1d: "normalization",
    nn.BatchNorm2d: "normalization",
    nn.RNN: "recurrent",
    nn.LSTM: "recurrent",
    nn.GRU: "recurrent",
    LSTMLayer: "recurrent",
    BidirectionalLSTM: "recurrent",
    nn.Dropout: "dropout",
}
JOINS = {"add": "+", "mul": "×", "cat": "cat"}  # functions of two things or more that a drawing can show
# Without lines, as `torch.nn.functional` calls them -> as their classes are called.
FUNCTIONS = dict(zip(map(str.lower, activation.__all__), activation.__all__, strict=True))
OVER_TIME = {"amax": "max_over_time", "max": "max_over_time", "mean": "mean_over_time"}
ONE_STEP = ("gather", "getitem", "select")
SIGNS = {"BatchNorm1d": "BN", "BatchNorm2d": "BN"}  # as the field writes them


@dataclass(frozen=True)
class Row:
    """One thing in a drawing.

    Attributes:
        name: path of the module, or the function.
        kind: what is drawn, such as `convolution`, `stage` or `join`; `rest` for parameters outside every layer.
        operation: class of the module (of a stage: of its blocks), or the function.
        output: `channels×height×width`, `steps×features`, or the one number that there is.
        parameters: their number; None for an embedding, whose vocabulary the data decide.
        kernel: `height×width` of a convolution or pooling.
        stride: where it is not the usual one (1 for convolutions, the kernel for poolings).
        after: normalisations and activations that follow, in their order.
        repeats: blocks of a stage.
        shortcuts: `identity` or `projection` for each block or layer that has one.
        reads: shape of what a recurrent layer reads.
        layers: of a recurrent layer.
        directions: in which it reads, 1 or 2.
        units: of each of its layers and directions.
        starts: rows that the shortcuts to a sum (or product, or concatenation) come from: `row 0`, or `row 0, row 3`.
        branch: which of the next sum's shortcuts it lies on, 1 or more; 0 where it lies on none.
    """

    name: str
    kind: str
    operation: str
    output: str
    parameters: int | None = 0
    kernel: str = ""
    stride: int | None = None
    after: str = ""
    repeats: int = 1
    shortcuts: str = ""
    reads: str = ""
    layers: int | None = None
    directions: int | None = None
    units: int | None = None
    starts: str = ""
    branch: int = 0


def module_row(model: nn.Module, step: Step) -> Row:
    """The row of a call of a module without children."""
    module = model.get_submodule(step.path)
    kind = KINDS.get(type(module)) or ("activation" if type(module).__module__ == activation.__name__ else "module")
    parameters = None if kind == "embedding" else parameter_count(module)
    operation = "LSTM" if isinstance(module, LSTMLayer) else step.operation
    settings = {**_window(module), **_recurrence(module, step)}
    return Row(step.path, kind, operation, shape_text(step.output), parameters, **settings)


def group_row(model: nn.Module, path: str, members: Sequence[Step], shortcuts: Sequence[str]) -> Row:
    """The row of a module: a layer, a stage of blocks, or something else with layers inside.

    Args:
        model: the network.
        path: of the module.
        members: the steps inside.
        shortcuts: of each block, empty for none.
    """
    module = model.get_submodule(path)
    first = next((step for step in members if step.path), members[0])
    if isinstance(module, BidirectionalLSTM):
        found = _recurrence(module, first)
        output = shape_text((first.output[0], 2 * found["units"]))
        return Row(path, "recurrent", "LSTM", output, parameter_count(module), **found)
    if not list(module.children()):
        return module_row(model, first)
    output = shape_text(members[-1].output)
    blocks = list(module) if isinstance(module, nn.Sequential) else [module]
    operation, parameters = type(blocks[0]).__name__, parameter_count(module)
    if isinstance(module, nn.Sequential) or any(shortcuts):
        said = " ".join(filter(None, shortcuts))
        return Row(path, "stage", operation, output, parameters, repeats=len(blocks), shortcuts=said)
    return Row(path, "module", operation, output, parameters)


def function_row(step: Step) -> Row:
    """The row of a call of a function; its kind is `function` where it is nothing to draw."""
    kind, operation = "function", step.operation
    if name := FUNCTIONS.get(operation.replace("_", "")):
        kind, operation = "activation", name
    elif len(step.reads) == 3 and len(step.output) == 1 and operation in OVER_TIME:
        kind = "average_pool" if operation == "mean" else "max_pool"
    elif len(step.reads) == 2 and operation in OVER_TIME and len(step.output) == 1:
        kind = OVER_TIME[operation]
    elif len(step.reads) == 2 and operation in ONE_STEP and (len(step.output) == 1 or step.output[0] == 1):
        kind = "last_step"
    return Row(step.operation, kind, operation, shape_text(step.output))


def parameter_count(module: nn.Module) -> int:
    """How many numbers the module holds as parameters, trained or frozen."""
    return sum(parameter.numel() for parameter in module.parameters())


def shape_text(shape: Sequence[int]) -> str:
    """`64×8×8`, or one number."""
    return "×".join(map(str, shape))


def _window(module: nn.Module) -> dict[str, Any]:
    """Kernel and unusual stride of what slides over an image."""
    if not isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        return {}
    kernel, stride = pair(module.kernel_size), pair(module.stride)
    usual = (1, 1) if isinstance(module, nn.Conv2d) else kernel
    return {"kernel": shape_text(kernel), "stride": None if stride == usual else stride[0]}


def _recurrence(module: nn.Module, step: Step) -> dict[str, Any]:
    if isinstance(module, nn.RNNBase):
        found = (module.num_layers, 2 if module.bidirectional else 1, module.hidden_size)
    elif isinstance(module, BidirectionalLSTM):
        layer = next(part for part in module.modules() if isinstance(part, nn.LSTM))
        found = (len(module.forwards), 2, layer.hidden_size)
    elif isinstance(module, LSTMLayer):
        found = (1, 1, module.hidden)
    else:
        return {}
    return {**dict(zip(("layers", "directions", "units"), found, strict=True)), "reads": shape_text(step.reads)}


def pair(size: Any) -> tuple[int, int]:
    """Height and width of a kernel or stride, which torch keeps as one number or as two."""
    return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))
