"""Activation functions that a figure can show: name in YAML -> class of torch.nn, which is also what it is called."""

from collections.abc import Mapping

ACTIVATIONS: Mapping[str, str] = {
    "relu": "ReLU",
    "celu": "CELU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "softplus": "Softplus",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
}
