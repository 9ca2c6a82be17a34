"""How much of the CPU the training loop uses: ResNet-34 against matrix products, an LSTM against its bare layer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.comparison import PAIRS, Comparison, compare, table, turns
from labreport.machine.process import available_cpus, keep_freed_memory
from labreport.models.lstm import StackedLSTM
from labreport.models.resnet import ResNet34
from labreport.training.batches import Batches, Split
from labreport.training.classification import Classification
from labreport.training.components import Components
from labreport.training.construction import build_optimizer
from labreport.training.loop import Epoch, fit
from labreport.training.numerics import set_up

CPU = torch.device("cpu")
ADAM = {"name": "Adam", "parameters": {}}
CROSS_ENTROPY = {"name": "cross_entropy", "parameters": {}}
STEPS = 3  # per epoch
PRODUCTS = 40  # about as long as an epoch, to meet the same machine
BATCH = 64
MATRIX = 2048
WORDS, LENGTH, EMBEDDING, HIDDEN = 20_000, 200, 200, 256


def section() -> str:
    """Both comparisons."""
    set_up(available_cpus())
    keep_freed_memory()
    return table([resnet(), lstm()])


def resnet() -> Comparison:
    """Floating-point operations per second of ResNet-34's training steps and of a matrix product."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (STEPS * BATCH, 3, 32, 32), dtype=np.uint8)
    labels = rng.integers(0, 10, len(pixels), dtype=np.uint8)
    model = ResNet34(10).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    operations = len(pixels) * training_flops(model, torch.zeros(1, 3, 32, 32))
    left, right = torch.randn(2, MATRIX, MATRIX)
    epochs = train(model, Split.place(pixels, labels, None, CPU), 10)

    def products() -> None:
        for _ in range(PRODUCTS):
            left @ right

    ours, theirs = turns(PAIRS, lambda: next(epochs).train_seconds, lambda: seconds(products))
    rates = [operations / time_s / 1e9 for time_s in ours]
    peak = [PRODUCTS * 2 * MATRIX**3 / time_s / 1e9 for time_s in theirs]
    what = f"ResNet-34 training, fp32, batch {BATCH}"
    return compare(what, rates, peak, "{:.0f} GFLOP/s", "matrix product", 0.75, at_least=True)


def lstm() -> Comparison:
    """Milliseconds of a step that trains a text classifier, and of forward and backward of its one layer."""
    rng = np.random.default_rng(0)
    lengths = np.full(STEPS * BATCH, LENGTH, dtype=np.int32)
    tokens = rng.integers(1, WORDS, (len(lengths), LENGTH), dtype=np.int32)
    labels = rng.integers(0, 2, len(lengths), dtype=np.uint8)
    epochs = train(StackedLSTM(2, WORDS, EMBEDDING, HIDDEN, layers=1), Split.place(tokens, labels, lengths, CPU), 2)
    bare = nn.LSTM(EMBEDDING, HIDDEN, batch_first=True)
    x = torch.randn(BATCH, LENGTH, EMBEDDING, requires_grad=True)
    gradient = torch.randn(BATCH, LENGTH, HIDDEN)

    def layer_steps() -> None:
        for _ in range(STEPS):
            bare.zero_grad()
            bare(x)[0].backward(gradient)

    ours, theirs = turns(PAIRS, lambda: next(epochs).train_seconds, lambda: seconds(layer_steps))
    steps, layers = ([1000 * time_s / STEPS for time_s in times] for times in (ours, theirs))
    what = f"LSTM training, batch {BATCH}, length {LENGTH}"
    return compare(what, steps, layers, "{:.0f} ms per step", "bare layer", 1.15)


def train(model: nn.Module, split: Split, classes: int) -> Iterator[Epoch]:
    """Endless epochs of the project's own loop, with next to no validation."""
    task = Classification([str(index) for index in range(classes)], CROSS_ENTROPY)
    few = Split(*(None if part is None else part[:1] for part in vars(split).values()))
    optimizer = build_optimizer(ADAM, 1e-3, model.parameters())
    others = Batches(few, 1)
    parts = Components(0, CPU, model, optimizer, None, Batches(split, BATCH, seed=0), others, None, others)
    return fit(parts, task, epochs=10**6)


def training_flops(model: nn.Module, images: Tensor) -> int:
    """Multiplications and additions of convolutions and linear layers in one training step on `images`.

    Forward, gradient of the weights and gradient of the input take as many each; the first layer's input needs none.
    """
    forward: list[int] = []

    def count(module: nn.Module, inputs: object, output: Tensor) -> None:
        weight = module.weight
        assert isinstance(weight, Tensor)
        forward.append(2 * output.numel() * weight[0].numel())

    layers = [module for module in model.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.no_grad():
        model.eval()(images)
    for hook in hooks:
        hook.remove()
    return 3 * sum(forward) - forward[0]


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
