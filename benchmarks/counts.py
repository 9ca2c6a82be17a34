"""What a training step asks of a GPU, counted without one: operators to be launched, and FLOPs.

A step of every declared experiment runs at full size on tensors without contents (torch's `meta` device), from the
network's input to its changed weights. Counted are the ATen operators that compute: no views, no allocations. Each is a
kernel or more. Where CUDA has an operator of its own that the `meta` device has not, that one stands in: a packaged
recurrent layer with all its depth and both its directions is one operator forward and one backward (within them cuDNN
starts kernels of its own), and so is dropout. The optimizer, whose operators do not depend on sizes, steps as many
weights of one number each, and batches are cut on the CPU by the operators that CUDA runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.arms import CPU, data, experiments, spec
from benchmarks.page import markdown
from labreport.data.prepared import Prepared
from labreport.declarations.experiments import Experiment
from labreport.training import augmentation
from labreport.training.components import batches, place_data, trained
from labreport.training.construction import build_model, build_optimizer, build_task

META = torch.device("meta")
HEAD = ("experiment", "batch size", "cutting", "forward", "backward", "optimizer", "operators", "GFLOP")
NOTE = """\
Operators that one training step launches, and its FLOPs, counted without a GPU and in fp32; automatic mixed precision
adds casts. A packaged recurrent layer counts as cuDNN's one operator forward and one backward, whatever it launches."""
ALLOCATIONS = {
    getattr(torch.ops.aten, name)
    for name in ("empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "detach", "_unsafe_view")
}
RNN, RNN_BACKWARD = torch.ops.aten._cudnn_rnn, torch.ops.aten._cudnn_rnn_backward
TANH, LSTM = 1, 2  # as cuDNN numbers its cells


class OperatorCount(TorchDispatchMode):
    """Counts the operators that compute; answers for cuDNN's backward one, which `meta` does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.operators = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called in place of every operator."""
        self.operators += not (func.is_view or func.overloadpacket in ALLOCATIONS)
        if func.overloadpacket is RNN_BACKWARD:
            x, weights, _, _, h, c = args[:6]
            return *(None if one is None else torch.empty_like(one) for one in (x, h, c)), list(
                map(torch.empty_like, weights)
            )
        return func(*args, **(kwargs or {}))


def section() -> str:
    """A row per declared experiment, and how to read it."""
    return f"{NOTE}\n\n{markdown([HEAD, *map(row, experiments())], right=1)}"


def row(one: Experiment) -> tuple[str, ...]:
    """The cells of an experiment."""
    size = one.settings.batch_size
    cut = cutting(one)
    phases, flops = step(one, size)
    return one.name, str(size), *map(str, (cut, *phases, cut + sum(phases))), f"{flops / 1e9:.1f}"


def step(one: Experiment, size: int) -> tuple[list[int], int]:
    """Operators of the forward pass with its loss, of the backward pass and of the optimizer; FLOPs of the step.

    Args:
        one: the experiment.
        size: of the batch, each text of which is as long as one can be.
    """
    wanted, small = spec(one), data(one, 2)
    task = build_task(wanted["task"]["target"], small.classes, wanted["training"]["loss"])
    inputs, targets = batch(small, size)
    model = on_meta(one, small)
    with as_on_cuda():
        loss, *forward = counted(lambda: task.loss(model(*inputs), targets))
        _, *backward = counted(loss.backward)
    weights = [nn.Parameter(torch.zeros(1)) for _ in trained(model)]
    for weight in weights:
        weight.grad = torch.ones(1)
    optimizer = build_optimizer(wanted["training"]["optimizer"], wanted["training"]["learning_rate"], weights)
    optimizer.step()  # the first one makes what the others find
    _, *update = counted(optimizer.step)
    operators, flops = zip(forward, backward, update, strict=True)
    return list(operators), sum(flops)


def counted(work: Callable[[], Any]) -> tuple[Any, int, int]:
    """What a piece of work gives, the operators that it launches and its FLOPs."""
    with OperatorCount() as operators, FlopCounterMode(display=False, custom_mapping=FLOPS) as flops:
        found = work()
    return found, operators.operators, flops.get_total_flops()


def batch(small: Prepared, size: int) -> tuple[tuple[Tensor, ...], Tensor]:
    """Inputs and targets of a batch, without contents."""
    targets = torch.empty(size, dtype=torch.int64 if small.classes else torch.float32, device=META)
    shape = small.train_inputs.shape[1:]
    if small.vocabulary is None:
        return (torch.empty(size, *shape, device=META).contiguous(memory_format=torch.channels_last),), targets
    text = (
        torch.empty(size, shape[-1], dtype=torch.int64, device=META),
        torch.empty(size, dtype=torch.int64, device=META),
    )
    return text * (len(shape)), targets


def on_meta(one: Experiment, small: Prepared) -> nn.Module:
    """An experiment's network at full size, without contents."""
    facts: dict[str, Any] = {"classes": len(small.classes)}
    if small.vocabulary is not None:
        facts |= {"vocabulary": len(small.vocabulary), "length": small.train_inputs.shape[-1]}
    with META:
        if one.settings.vectors is not None:
            facts["vectors"] = torch.empty(len(small.vocabulary or ()), one.settings.vectors.dimensions)
        model = build_model(one.settings.model.target, one.settings.model.spec["parameters"], facts)
    return model.to(memory_format=torch.channels_last) if small.vocabulary is None else model


@contextmanager
def as_on_cuda() -> Iterator[None]:
    """Recurrent layers and dropout as the operators that CUDA has for them."""

    def dropout(x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
        return torch.native_dropout(x, p, training)[0] if training and p else x

    with ExitStack() as stack:
        stack.enter_context(mock.patch("torch._VF.lstm", recurrent(LSTM)))
        stack.enter_context(mock.patch("torch._VF.rnn_tanh", recurrent(TANH)))
        stack.enter_context(mock.patch("torch.nn.functional.dropout", dropout))
        yield


def recurrent(cell: int) -> Callable[..., Any]:
    """What torch calls for a packaged recurrent layer, as cuDNN's operator."""

    def call(
        x: Tensor,
        state: Any,
        weights: list[Tensor],
        biases: bool,
        layers: int,
        dropout: float,
        training: bool,
        both: bool,
        batch_first: bool,
    ) -> tuple[Tensor, ...]:
        assert biases, "without biases there are two weights per layer"
        h, c = state if cell == LSTM else (state, None)
        joined = x.new_empty(sum(weight.numel() for weight in weights))
        sizes = (h.shape[2], 0, layers, batch_first, dropout, training, both, [], None)
        out: tuple[Tensor, ...] = RNN(x, weights, 4, joined, h, c, cell, *sizes)
        return out[: 3 if cell == LSTM else 2]

    return call


def recurrent_flops(x: tuple[int, ...], weights: Any, *others: Any, out_shape: Any = None, **named: Any) -> int:
    """FLOPs of a recurrent layer's products: each weight meets each step of each sample."""
    return 2 * x[0] * x[1] * sum(shape[0] * shape[1] for shape in weights if len(shape) == 2)


def recurrent_backward_flops(*arguments: Any, **named: Any) -> int:
    """FLOPs of the gradients of inputs and weights."""
    return 2 * recurrent_flops(*arguments, **named)


FLOPS = {RNN: recurrent_flops, RNN_BACKWARD: recurrent_backward_flops}


def cutting(one: Experiment) -> int:
    """Operators that cut, augment and normalise a batch; drawing an epoch's order is none of them."""
    wanted, small = spec(one, batch_size=2), data(one, 4)
    on_cuda = {"copied_windows": augmentation.indexed_windows, "copied_choice": torch.where}
    with mock.patch.multiple(augmentation, **on_cuda):
        train = batches(wanted, place_data(small, CPU))[0]
        if train.split.host_lengths is not None:  # looked at by the host alone, so that nothing is launched for it
            train.split = replace(train.split, host_lengths=train.split.host_lengths.numpy())
        epoch = train.epoch()
        next(epoch)
        _, operators, _ = counted(lambda: next(epoch))
    return operators
