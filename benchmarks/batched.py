"""CIFAR-10 training as those write it who know what it costs: the data as one tensor, changed batch by batch.

After Keller Jordan's airbench (https://github.com/KellerJordan/cifar10-airbench): images are padded and normalised once
and stay in memory, a permutation per epoch says which of them make a batch, and crop and flip are operations on the
whole batch. Channels come last, the optimizer is fused, and nothing is looked at before an epoch has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.nn.functional import cross_entropy, pad

BORDER = 4
VALIDATION_BATCH = 1000


def normalized(images: Tensor, border: int, normalize: dict[str, list[float]]) -> Tensor:
    """uint8 (n, 3, h, w) -> float (n, 3, h + 2 border, w + 2 border), black outside, channels last."""
    mean, std = (torch.tensor(normalize[name]).view(1, 3, 1, 1) for name in ("mean", "std"))
    scaled = (pad(images, (border,) * 4).float() / 255 - mean) / std
    return scaled.contiguous(memory_format=torch.channels_last)


def changed(padded: Tensor, chosen: Tensor, augment: bool) -> Tensor:
    """The chosen images (batch, 3, 32, 32), each cut out at its own place and half of them mirrored, or in the middle.

    The crop reads each window out of a view of all windows, which is the fastest of the ways that were tried.
    """
    if not augment:
        return padded[chosen]
    top, left = torch.randint(2 * BORDER + 1, (2, len(chosen)))
    images = padded.unfold(2, 32, 1).unfold(3, 32, 1)[chosen, :, top, left]
    return torch.where((torch.rand(len(images)) < 0.5).view(-1, 1, 1, 1), images.flip(3), images)


def train(
    model: nn.Module,
    optimizer: optim.Optimizer,
    splits: dict[str, tuple[Tensor, Tensor]],
    settings: dict[str, Any],
) -> Iterator[dict[str, float]]:
    """Train a model without end and validate it after each epoch.

    Args:
        model: takes float (batch, 3, 32, 32).
        optimizer: over its parameters.
        splits: `train` and `test` -> uint8 (n, 3, 32, 32) and int64 (n,).
        settings: `batch_size`, `normalize` and `augment` of an experiment.

    Yields:
        Per epoch `train_loss`, `train_accuracy`, `val_loss` and `val_accuracy`.
    """
    augment = bool(settings["augment"])
    images, labels = splits["train"]
    padded = normalized(images, BORDER if augment else 0, settings["normalize"])
    test_images, test_labels = normalized(splits["test"][0], 0, settings["normalize"]), splits["test"][1]
    model = model.to(memory_format=torch.channels_last)
    while True:
        model.train()
        train_loss, train_hits = torch.zeros(()), torch.zeros(())
        for chosen in torch.randperm(len(labels)).split(settings["batch_size"]):
            targets = labels[chosen]
            outputs = model(changed(padded, chosen, augment))
            loss = cross_entropy(outputs, targets)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            train_loss += loss.detach() * len(targets)
            train_hits += (outputs.detach().argmax(1) == targets).sum()
        model.eval()
        with torch.inference_mode():
            outputs = torch.cat([model(batch) for batch in test_images.split(VALIDATION_BATCH)])
            val_loss, val_hits = cross_entropy(outputs, test_labels), (outputs.argmax(1) == test_labels).sum()
        yield {
            "train_loss": train_loss.item() / len(labels),
            "train_accuracy": train_hits.item() / len(labels),
            "val_loss": val_loss.item(),
            "val_accuracy": val_hits.item() / len(test_labels),
        }
