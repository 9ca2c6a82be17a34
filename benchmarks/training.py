"""How much of the CPU training uses: ResNet-34 against what the processor could do, an LSTM against its bare layer."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.arms import CPU, data, experiment, parts, spec
from benchmarks.comparison import PAIRS, Comparison, NotMeasured, compare, table, turns
from benchmarks.processor import peak
from labreport.machine.process import available_cpus, keep_freed_memory
from labreport.training.loop import Epoch, fit
from labreport.training.numerics import has_bf16, set_up

RESNET, LSTM = "myresnet34", "lstm4"  # experiments; of the latter one layer
STEPS = 3  # per epoch
BATCH = 64
PRODUCTS, CONVOLUTIONS = 40, 90  # each about as long as an epoch, to meet the same machine
MATRIX = 2048
LENGTH, EMBEDDING, HIDDEN = 200, 200, 256
ONE_LAYER = {"layers": 1, "pooling": "last", "embedding": EMBEDDING, "hidden": HIDDEN}
RESNET_AIMS = (0.7, 0.8, 0.8)  # against the peak, the convolution, the product
BF16 = ("resnet18", "resnet_small", "cnn4")  # experiments
BF16_AIM = 1.6


def section() -> str:
    """All rows."""
    set_up(available_cpus())
    keep_freed_memory()
    return table([*resnet(), lstm(), *map(bf16, BF16)])


def resnet() -> list[Comparison | NotMeasured]:
    """FLOPs per second of ResNet-34's training steps, against the processor's peak, a convolution and a product."""
    of_epoch, convolution = STEPS * training_flops(RESNET, BATCH), costliest(RESNET, BATCH)
    left, right = torch.randn(2, MATRIX, MATRIX)
    epochs = train(RESNET, BATCH)

    def products() -> float:
        return PRODUCTS * 2 * MATRIX**3 / seconds(lambda: [left @ right for _ in range(PRODUCTS)])

    def convolutions() -> float:
        return CONVOLUTIONS * convolution.flops / seconds(lambda: [convolution() for _ in range(CONVOLUTIONS)])

    def ours() -> float:
        return of_epoch / next(epochs).train_seconds

    found = turns(PAIRS, ours, lambda: peak(torch.get_num_threads()), convolutions, products)
    rates, *others = [[rate / 1e9 for rate in values] for values in found]
    what = f"ResNet-34 training, fp32, batch {BATCH}"
    names = ("peak of the cores", f"convolution {convolution.what}", "matrix product")
    return [
        compare(what, rates, other, "{:.0f} GFLOP/s", name, aim, at_least=True)
        if min(other) > 0
        else NotMeasured(f"{what}, of the {name}", "this machine does not tell its clock or vector units", aim)
        for other, name, aim in zip(others, names, RESNET_AIMS, strict=True)
    ]


def lstm() -> Comparison:
    """Milliseconds of a step that trains a text classifier, and of forward and backward of its one layer."""
    epochs = train(LSTM, BATCH, LENGTH, model=ONE_LAYER)
    bare = nn.LSTM(EMBEDDING, HIDDEN, batch_first=True)
    x = torch.randn(BATCH, LENGTH, EMBEDDING, requires_grad=True)
    gradient = torch.randn(BATCH, LENGTH, HIDDEN)

    def layer_steps() -> None:
        for _ in range(STEPS):
            bare.zero_grad()
            bare(x)[0].backward(gradient)

    times = turns(PAIRS, lambda: next(epochs).train_seconds, lambda: seconds(layer_steps))
    steps, layers = ([1000 * time_s / STEPS for time_s in values] for values in times)
    what = f"LSTM training, batch {BATCH}, length {LENGTH}"
    return compare(what, steps, layers, "{:.0f} ms per step", "bare layer", 1.15)


def bf16(name: str) -> Comparison | NotMeasured:
    """Images per second of an experiment in bfloat16 and in fp32."""
    size = experiment(name).settings.batch_size
    what = f"{name} training, bf16, batch {size}"
    if not has_bf16(CPU):
        return NotMeasured(what, "this CPU does not compute bf16", BF16_AIM)
    sides = [train(name, size, autocast=kind) for kind in (torch.bfloat16, None)]
    found = turns(PAIRS, *[lambda side=side: STEPS * size / next(side).train_seconds for side in sides])
    return compare(what, *found, "{:.0f} images/s", "fp32", BF16_AIM, at_least=True)


def train(
    name: str,
    size: int,
    length: int | None = None,
    *,
    model: Mapping[str, Any] | None = None,
    autocast: torch.dtype | None = None,
) -> Iterator[Epoch]:
    """Endless epochs of `STEPS` steps of an experiment in the project's own loop, with next to no validation.

    Args:
        name: of the experiment.
        size: of a batch.
        length: of texts; None is the declared one.
        model: parameters of its model that are to be others.
        autocast: as in `labreport.training.loop.fit`.
    """
    one = experiment(name)
    trained, task = parts(spec(one, model=model, batch_size=size), data(one, STEPS * size, length))
    return fit(trained, task, epochs=10**6, autocast=autocast)


class Convolution:
    """Forward and backward pass of a convolution, without bias, channels last.

    Attributes:
        flops: of both.
        what: its sizes in words.
    """

    def __init__(self, like: nn.Conv2d, x: Tensor) -> None:
        self._layer = nn.Conv2d(
            like.in_channels, like.out_channels, like.kernel_size, like.stride, like.padding, bias=False
        ).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._x = torch.randn_like(x).requires_grad_()
        with FlopCounterMode(display=False) as counter:
            out = self._layer(self._x)
            self._gradient = torch.randn_like(out)
            out.backward(self._gradient)
        self.flops = counter.get_total_flops()
        height, width = out.shape[2:]
        kernel = "x".join(map(str, like.kernel_size))
        self.what = f"{kernel}, {like.in_channels} to {like.out_channels} channels, {height}x{width}"

    def __call__(self) -> None:
        self._layer.zero_grad()
        self._x.grad = None
        self._layer(self._x).backward(self._gradient)


def costliest(name: str, size: int) -> Convolution:
    """The convolution whose sizes take most of the FLOPs of an experiment's network, over all layers of that size."""
    flops: Counter[tuple[Any, ...]] = Counter()
    found: dict[tuple[Any, ...], tuple[nn.Conv2d, Tensor]] = {}

    def count(layer: nn.Conv2d, inputs: tuple[Tensor], output: Tensor) -> None:
        shape = (layer.weight.shape, layer.stride, output.shape)
        flops[shape] += output.numel() * layer.weight[0].numel()
        found[shape] = layer, inputs[0]

    one = experiment(name)
    trained, _ = parts(spec(one, batch_size=size), data(one, size))
    for layer in trained.model.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(count)
    ((inputs, _),) = trained.train.epoch()
    with torch.no_grad():
        trained.model(*inputs)
    ((shape, _),) = flops.most_common(1)
    return Convolution(*found[shape])


def training_flops(name: str, size: int) -> int:
    """FLOPs of a training step of an experiment, as torch counts them."""
    one = experiment(name)
    trained, task = parts(spec(one, batch_size=1), data(one, 2))
    inputs, targets = next(trained.train.epoch())
    with FlopCounterMode(display=False) as counter:
        task.loss(trained.model.eval()(*inputs), targets).backward()
    return size * counter.get_total_flops()


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
