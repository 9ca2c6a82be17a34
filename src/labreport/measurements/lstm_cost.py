"""What one LSTM layer costs: the packaged one, the own one, and the own one with a shared input product."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from labreport.models.own_lstm import LSTMLayer

REPEATS = 7
WARM_UP = 2
SEED = 0
HEAD = (
    "implementation",
    "milliseconds",
    "milliseconds_low",
    "milliseconds_high",
    "operations",
    "operations_per_step",
    "matrix_products",
    "repeats",
    "batch_size",
    "length",
)
MATRIX_PRODUCTS = {torch.ops.aten.mm, torch.ops.aten.addmm, torch.ops.aten.bmm, torch.ops.aten.baddbmm}


@dataclass(frozen=True)
class Pass:
    """One layer's forward and backward pass over a batch.

    Attributes:
        layer: (batch, t, embedding) -> (batch, t, hidden), alone or first in a tuple.
        x: its input; gets a gradient, as from a layer below.
        gradient: (batch, t, hidden), the output's.
    """

    layer: nn.Module
    x: Tensor
    gradient: Tensor

    def __call__(self) -> None:
        """Forward and backward; the gradients of the pass before are gone."""
        self.layer.zero_grad()
        self.x.grad = None
        out = self.layer(self.x)
        (out[0] if isinstance(out, tuple) else out).backward(self.gradient)


def measure(parameters: Mapping[str, Any], device: torch.device) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Time one layer's forward and backward pass in each implementation, all with the same weights and inputs.

    The passes of the implementations take turns, so that a change of the machine's speed meets all of them.

    Args:
        parameters: `batch_size`, `length`, `embedding`, `hidden`, and optionally `repeats` (timed passes of each).
        device: where to compute.

    Returns:
        Head and rows. Milliseconds of wall time per batch: median and quartiles. Operations are the ATen operators
        that one pass dispatches, views left out: at least a kernel each in the own layer, while what a fused layer
        does within its one operator does not count, its matrix products included.
    """
    batch, length = parameters["batch_size"], parameters["length"]
    repeats = parameters.get("repeats") or REPEATS
    passes = implementations(batch, length, parameters["embedding"], parameters["hidden"], device)
    for _ in range(WARM_UP):
        for run in passes.values():
            run()
    times: dict[str, list[float]] = {name: [] for name in passes}
    for _ in range(repeats):
        for name, run in passes.items():
            times[name].append(_milliseconds(run, device))
    rows: list[list[Any]] = []
    for name, run in passes.items():
        low, middle, high = quartiles(times[name])
        operations, products = count(run)
        rows.append([name, middle, low, high, operations, operations / length, products, repeats, batch, length])
    return HEAD, rows


def implementations(batch: int, length: int, embedding: int, hidden: int, device: torch.device) -> dict[str, Pass]:
    """A forward and backward pass of each implementation, by name."""
    torch.manual_seed(SEED)
    packaged = nn.LSTM(embedding, hidden, batch_first=True).to(device)
    layers: dict[str, nn.Module] = {"packaged": packaged}
    for name, shared in (("own", False), ("own_shared", True)):
        layer = LSTMLayer(embedding, hidden, shared_input_product=shared).to(device)
        layer.load_state_dict(packaged.state_dict())
        layers[name] = layer
    x = torch.randn(batch, length, embedding, device=device, requires_grad=True)
    gradient = torch.randn(batch, length, hidden, device=device)
    return {name: Pass(layer, x, gradient) for name, layer in layers.items()}


def _milliseconds(run: Pass, device: torch.device) -> float:
    """Wall time of one pass, the device's work included."""
    _wait(device)
    start = time.perf_counter()
    run()
    _wait(device)
    return 1000 * (time.perf_counter() - start)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """First quartile, median and third quartile, interpolated between the values."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


class OperatorCount(TorchDispatchMode):
    """Counts the ATen operators that reach a device, forward and backward; views compute nothing and do not count."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0
        self.products = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called in place of every operator."""
        self.operations += not func.is_view
        self.products += func.overloadpacket in MATRIX_PRODUCTS
        return func(*args, **(kwargs or {}))


def count(run: Pass) -> tuple[int, int]:
    """Operators that compute, and matrix products among them, of one pass; see `measure`."""
    with OperatorCount() as counted:
        run()
    return counted.operations, counted.products
