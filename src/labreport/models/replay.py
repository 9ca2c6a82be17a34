"""Many small kernels launched as one: a CUDA graph of what a function of tensors does, forward and backward.

A recurrence launches thousands of kernels of a few microseconds each, a written one from Python, a packaged one from
cuDNN, and the GPU waits for the launches. The kernels are the same ones as without a graph.
"""

from collections.abc import Callable, Iterable
from typing import cast

import torch
from torch import Tensor
from torch.nn import Parameter

# Shapes of the input that get a graph of their own; a data set has two, that of its batches and that of its last one.
SHAPES = 4


class Replayed:
    """A function of one tensor and of parameters, replayed where it is trained on CUDA.

    A graph is captured the first time that a shape is seen; after `SHAPES` of them, other shapes are computed as the
    function is written, as everything is on a CPU and without gradients. What it returns is overwritten by its next
    call. Random numbers differ with every replay; to capture takes none from the generator.

    Args:
        function: takes and gives one tensor; without buffers. Best a module or a method of one, which are copied well.
        parameters: all that it reads; asked for when a graph is captured or replayed.
    """

    def __init__(self, function: Callable[[Tensor], Tensor], parameters: Callable[[], Iterable[Parameter]]) -> None:
        self._function = function
        self._parameters = parameters
        self._graphs: dict[tuple[int, ...], Callable[..., Tensor]] = {}

    def __call__(self, x: Tensor) -> Tensor:
        """As the function would answer."""
        shape = tuple(x.shape)
        trained = x.is_cuda and x.requires_grad
        if trained and shape not in self._graphs and len(self._graphs) < SHAPES:
            self._graphs[shape] = self._captured(x)
        if not trained or shape not in self._graphs:
            return self._function(x)
        return self._graphs[shape](x, *self._parameters())

    def _captured(self, x: Tensor) -> Callable[..., Tensor]:
        """A graph for tensors like x. It is handed the parameters, too, since their gradients are wanted."""
        sample = torch.zeros_like(x, requires_grad=True)
        state = torch.cuda.get_rng_state(x.device)
        graphed = torch.cuda.make_graphed_callables(
            lambda x, *parameters: self._function(x), (sample, *self._parameters())
        )
        torch.cuda.set_rng_state(state, x.device)
        return cast(Callable[..., Tensor], graphed)
