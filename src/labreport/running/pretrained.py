"""Weights that a network starts from, as somebody else trained them."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from labreport.data.archives import check_file
from labreport.errors import TrainingError


def load_weights(path: Path, digest: str) -> Mapping[str, Tensor]:
    """The tensors in a file of weights, by name.

    Args:
        path: of the file.
        digest: of its content, as `sha256:HEX`; it is compared before the file is opened.

    Raises:
        DataError: it is another file.
        TrainingError: it holds anything but tensors.
    """
    check_file(path, digest)
    again = "use the published file"
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a file that is no archive of tensors can fail with nearly any exception
        raise TrainingError(f"{path}: cannot be read as weights ({type(error).__name__}); {again}") from error
    if not isinstance(found, Mapping) or not all(isinstance(one, Tensor) for one in found.values()):
        raise TrainingError(f"{path}: holds something else than tensors by name; {again}")
    return found
