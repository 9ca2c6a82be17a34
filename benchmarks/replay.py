"""What a CUDA graph gains where text classifiers are trained: `PYTHONPATH=src python3 -m benchmarks.replay`.

Of each, a step of training at the size of the published ones (64 texts of 300 words) with its recurrence as it is
written and as it is replayed, in turns; and whether loss and gradients are the same to the bit. Needs a GPU and torch.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from labreport.models.lstm import ResidualLSTM, StackedLSTM
from labreport.models.own_lstm import OwnLSTM
from labreport.models.text import TextClassifier

BATCH, LENGTH, VOCABULARY = 64, 300, 20000
ROUNDS, STEPS = 5, 5
MAX = {"classes": 2, "vocabulary": VOCABULARY, "dropout": 0.0, "pooling": "max", "length": LENGTH}
MODELS: dict[str, Callable[[], TextClassifier]] = {
    "bilstm2": lambda: StackedLSTM(**MAX, layers=2, bidirectional=True),
    "lstm4": lambda: StackedLSTM(**MAX, layers=4),
    "lstm8": lambda: StackedLSTM(**MAX, layers=8),
    "res_lstm8": lambda: ResidualLSTM(**MAX),
    "my_lstm1": lambda: OwnLSTM(**MAX),
}


def step(model: TextClassifier, tokens: Tensor, labels: Tensor) -> list[Tensor]:
    """The loss and all gradients of one batch."""
    model.zero_grad()
    loss = cross_entropy(model(tokens, torch.full((BATCH,), LENGTH, device="cuda")), labels)
    loss.backward()
    return [loss.detach(), *(parameter.grad.clone() for parameter in model.parameters())]


def call(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """What a module takes as an attribute that is no child, whatever the function is."""
    return function(x)


def main() -> int:
    """Print a table; 1 where there is no GPU."""
    if not torch.cuda.is_available():
        print("benchmarks.replay: there is no GPU that torch can use", file=sys.stderr)
        return 1
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, {BATCH} texts of {LENGTH} words, fp32\n")
    print("| model | as written (ms a step) | as a graph (ms) | times | same bits |\n| :-- | --: | --: | --: | :-- |")
    tokens = torch.randint(1, VOCABULARY, (BATCH, LENGTH), device="cuda")
    labels = torch.randint(0, 2, (BATCH,), device="cuda")
    for name, make in MODELS.items():
        model = make().cuda()
        replayed, function = model._replayed, model._replayed._function
        taken: dict[bool, list[float]] = {True: [], False: []}
        found = {}
        for repeat in range(ROUNDS + 1):  # the first round captures, and counts nothing
            for graph in (True, False):
                model._replayed = replayed if graph else partial(call, function)
                torch.cuda.synchronize()
                began = time.perf_counter()
                for _ in range(STEPS):
                    found[graph] = step(model, tokens, labels)
                torch.cuda.synchronize()
                if repeat:
                    taken[graph].append((time.perf_counter() - began) / STEPS * 1e3)
        graph_ms, written_ms = statistics.median(taken[True]), statistics.median(taken[False])
        same = all(torch.equal(one, other) for one, other in zip(found[True], found[False], strict=True))
        print(
            f"| {name} | {written_ms:.1f} | {graph_ms:.1f} | {written_ms / graph_ms:.2f} | {'yes' if same else 'no'} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
