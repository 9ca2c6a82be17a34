"""Convolutions that the CPU's library computes wrongly, computed otherwise."""

from collections.abc import Sequence
from functools import partial

from torch import Tensor, nn

# Channels of a 1 x 1 convolution with a stride below which oneDNN writes the gradient of the weights beyond its memory:
# 16 with AVX-512, 8 with AVX2 (https://github.com/uxlfoundation/oneDNN/issues/6035).
SAFE_CHANNELS = 16


def take_strides_first(model: nn.Module) -> None:
    """Have narrow 1 x 1 convolutions read what their stride leaves: the same, with a gradient that a CPU computes.

    As they are written it would be wrong, or the process die; see `SAFE_CHANNELS`.
    """
    for layer in model.modules():
        if not isinstance(layer, nn.Conv2d) or layer.kernel_size != (1, 1) or layer.padding not in ((0, 0), "valid"):
            continue
        if max(layer.stride) > 1 and layer.in_channels < SAFE_CHANNELS:
            layer.register_forward_pre_hook(partial(_left, stride=layer.stride))
            layer.stride = (1, 1)


def _left(layer: nn.Module, inputs: tuple[Tensor], stride: Sequence[int]) -> Tensor:
    return inputs[0][..., :: stride[0], :: stride[1]]
