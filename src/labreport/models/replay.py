"""Many small kernels launched as one: a CUDA graph of what a function of tensors does, forward and backward.

A recurrence that is written out launches thousands of kernels of a few microseconds each, and Python takes longer to
launch one than the GPU takes to compute it. The kernels are the same ones as without a graph, and so is the result.
"""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

# Shapes of the input that get a graph of their own; a data set has two, that of its batches and that of its last one.
SHAPES = 4


class Replayed:
    """A module without buffers or random numbers, replayed where it is trained on CUDA.

    A graph is captured the first time that a shape is seen; after `SHAPES` of them, other shapes are computed as the
    module is written, as everything is on a CPU and without gradients. What it returns is overwritten by its next call.

    Args:
        module: takes and gives one tensor.
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._graphs: dict[tuple[int, ...], Callable[..., Tensor]] = {}

    def __call__(self, x: Tensor) -> Tensor:
        """As the module would answer."""
        shape = tuple(x.shape)
        trained = x.is_cuda and x.requires_grad
        if trained and shape not in self._graphs and len(self._graphs) < SHAPES:
            self._graphs[shape] = self._captured(x)
        if not trained or shape not in self._graphs:
            answer: Tensor = self._module(x)
            return answer
        return self._graphs[shape](x, *self._module.parameters())

    def _captured(self, x: Tensor) -> Callable[..., Tensor]:
        """A graph for tensors like x. It is handed the parameters, too, since their gradients are wanted."""
        sample = torch.zeros_like(x, requires_grad=True)
        graphed = torch.cuda.make_graphed_callables(
            lambda x, *parameters: self._module(x), (sample, *self._module.parameters())
        )
        return cast(Callable[..., Tensor], graphed)
