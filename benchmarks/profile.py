"""What a training step's time goes to: arithmetic, and all that is beside it.

torch's profiler tells of every operator the time that it takes itself, without those that it calls. Operators within
the cutting of batches, the optimizer, loss and metrics count there, the others by their names. What no operator takes
is Python's: the loop, the modules, autograd between its nodes, and the profiler's own bookkeeping. By how much that one
stretched the step, and so how much of it may be its own, is in the last column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import ProfilerActivity, profile, record_function

from benchmarks.arms import data, experiment, parts, spec
from benchmarks.page import markdown
from labreport.machine.process import available_cpus, keep_freed_memory
from labreport.training.batches import Batch
from labreport.training.components import Components
from labreport.training.loop import fit
from labreport.training.numerics import set_up
from labreport.training.task import Task

# Experiments, and the length of their texts that makes a step a part of a second.
PROFILED: dict[str, int | None] = {
    **dict.fromkeys(("lenet5", "cnn3", "resnet_small", "rnn_rows")),
    **dict.fromkeys(("lstm4", "res_lstm8", "bilstm2", "my_lstm1"), 100),
}
SECONDS, LEAST, MOST = 2.0, 2, 100  # steps of an epoch: as many as take so long, within bounds
EPOCHS = 3  # timed without the profiler
BATCH, LOSS = "batch", "loss"
SHARES = ("arithmetic", "layers", BATCH, "optimizer", LOSS, "Python")
HEAD = (
    "experiment",
    "ms per step",
    "convolution, product, recurrence",
    "other layers",
    "batch, augmentation",
    "optimizer",
    "loss, metrics",
    "between operators",
    "profiled / not",
)
NOTE = "Shares of a training step's time, fp32, batches as declared, in texts of 100 words."
ARITHMETIC = ("conv", "mm", "mkldnn_rnn", "linear", "matmul")
LOSSES = ("log_softmax", "nll_loss", "cross_entropy", "mse_loss")


def section() -> str:
    """A row per network, and how to read it."""
    set_up(available_cpus())
    keep_freed_memory()
    rows = [row(name, length) for name, length in PROFILED.items()]
    return f"{NOTE}\n\n{markdown([HEAD, *rows], right=1)}"


def row(name: str, length: int | None) -> tuple[str, ...]:
    """The cells of an experiment whose texts are so long."""
    (once,) = seconds(name, length, LEAST, 1)[0]
    steps = min(max(LEAST, round(SECONDS * LEAST / once)), MOST)
    bare, profiled, spent = seconds(name, length, steps, EPOCHS)
    shares = [f"{spent[share] / profiled:.1%}" for share in SHARES]
    return name, f"{1000 * median(bare) / steps:.1f}", *shares, f"{profiled / median(bare):.2f}"


def seconds(name: str, length: int | None, steps: int, epochs: int) -> tuple[list[float], float, Counter[str]]:
    """Wall time of epochs of so many steps after a first one, and of one that is profiled; the latter's parts."""
    one = experiment(name)
    wanted = spec(one, precision="fp32")
    trained, task = parts(wanted, data(one, steps * wanted["training"]["batch_size"], length))
    label(trained, task)
    running = fit(trained, task, epochs=epochs + 2)
    next(running)
    bare = [next(running).seconds for _ in range(epochs)]
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        profiled = next(running).seconds
    return bare, profiled, split(profiler.events() or [], profiled)


def label(trained: Components, task: Task) -> None:
    """Let the profiler see where batches are cut and where loss and metrics are counted."""
    epoch = trained.train.epoch

    def batches() -> Iterator[Batch]:
        cut = epoch()
        while True:
            with record_function(BATCH):
                found = next(cut, None)
            if found is None:
                return
            yield found

    def labelled(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            with record_function(LOSS):
                return function(*arguments)

        return call

    trained.train.epoch = batches  # type: ignore[method-assign]
    for name in ("loss", "predictions", "metrics"):
        setattr(task, name, labelled(getattr(task, name)))


def split(events: list[FunctionEvent], whole: float) -> Counter[str]:
    """Seconds by what they were spent on, of a whole that some events were profiled in."""
    spent: Counter[str] = Counter()
    for event in events:
        spent[share(event)] += event.self_cpu_time_total / 1e6
    spent["Python"] += whole - spent.total()
    return spent


def share(event: FunctionEvent) -> str:
    """What an event's own time was spent on."""
    above: FunctionEvent | None = event
    while above is not None:
        if above.name in (BATCH, LOSS):
            return above.name
        if above.name.startswith("Optimizer."):
            return "optimizer"
        above = above.cpu_parent
    if not event.name.startswith("aten::"):
        return "Python"  # a node of the backward pass, without its operators
    if any(part in event.name for part in LOSSES):
        return LOSS
    return "arithmetic" if any(part in event.name for part in ARITHMETIC) else "layers"
