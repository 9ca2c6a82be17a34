"""Augmentations of raw image batches, on the device, for the whole batch at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from labreport.errors import TrainingError


def crop(images: Tensor, draws: torch.Generator, padding: int = 4) -> Tensor:
    """Pad with black and cut a window of the old size out of it, each image's at its own place.

    Args:
        images: uint8 (batch, channels, h, w).
        draws: generator on the images' device.
        padding: pixels on each side.

    Returns:
        uint8 (batch, channels, h, w), every offset in 0..2 padding equally likely.
    """
    batch, _, height, width = images.shape
    top, left = torch.randint(2 * padding + 1, (2, batch, 1), generator=draws, device=images.device)
    rows = top + torch.arange(height, device=images.device)  # (batch, h)
    columns = left + torch.arange(width, device=images.device)  # (batch, w)
    which = torch.arange(batch, device=images.device)
    padded = pad(images, (padding,) * 4)
    # Indices on both sides of the channel slice put the channels last.
    return padded[which[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def flip(images: Tensor, draws: torch.Generator, p: float = 0.5) -> Tensor:
    """Mirror each image left to right with probability `p`: (batch, channels, h, w), the same shape back."""
    chosen = torch.rand(len(images), generator=draws, device=images.device) < p
    return torch.where(chosen.view(-1, 1, 1, 1), images.flip(3), images)


AUGMENTATIONS: dict[str, Callable[..., Tensor]] = {"crop": crop, "flip": flip}


def augmentations(declared: Sequence[dict[str, Any]]) -> list[Callable[[Tensor, torch.Generator], Tensor]]:
    """The functions for a list such as [{"name": "crop", "padding": 4}, {"name": "flip", "p": 0.5}].

    Raises:
        TrainingError: a name that is not known.
    """
    chosen: list[Callable[[Tensor, torch.Generator], Tensor]] = []
    for entry in declared:
        parameters = dict(entry)
        name = parameters.pop("name", None)
        if name not in AUGMENTATIONS:
            raise TrainingError(f"augment: found {name!r}, allowed are {', '.join(sorted(AUGMENTATIONS))}")
        chosen.append(partial(AUGMENTATIONS[name], **parameters))
    return chosen
