"""CIFAR-10 training as users write it: torchvision's data set and transforms, a DataLoader with two workers, one loop.

It is what benchmarks.images compares with, so nothing in it is tuned: images are decoded and augmented one by one, and
memory format, threads and allocator are PyTorch's own. Workers stay from one epoch to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import get_all_start_methods
from typing import Any

import torch
from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import CIFAR10


class SampleCIFAR10(CIFAR10):
    """The packaged data set without its digests: files in the official format need not be the official ones."""

    train_list = [(name, None) for name, _ in CIFAR10.train_list]  # noqa: RUF012 - torchvision's own form
    test_list = [(name, None) for name, _ in CIFAR10.test_list]  # noqa: RUF012
    meta = {**CIFAR10.meta, "md5": None}  # noqa: RUF012


def loaders(root: str, settings: dict[str, Any], workers: int = 2) -> tuple[DataLoader[Any], DataLoader[Any]]:
    """Batches for training, shuffled and augmented, and for validation.

    Args:
        root: folder in which `cifar-10-batches-py` is.
        settings: `batch_size`, `normalize` and `augment` of an experiment.
        workers: processes that load images, for either.
    """
    tensors = [transforms.ToTensor(), transforms.Normalize(**settings["normalize"])]
    changes = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip()] if settings["augment"] else []
    train_set = SampleCIFAR10(root, train=True, transform=transforms.Compose([*changes, *tensors]))
    test_set = SampleCIFAR10(root, train=False, transform=transforms.Compose(tensors))
    # A spawned process, which this one may be, would spawn its own, too, each of which would import torch anew.
    common = {
        "batch_size": settings["batch_size"],
        "num_workers": workers,
        "persistent_workers": workers > 0,
        "multiprocessing_context": get_all_start_methods()[0] if workers else None,  # the platform's own
    }
    return DataLoader(train_set, shuffle=True, **common), DataLoader(test_set, shuffle=False, **common)


def train(
    model: nn.Module, optimizer: optim.Optimizer, train_loader: DataLoader[Any], test_loader: DataLoader[Any]
) -> Iterator[dict[str, float]]:
    """Train a model without end and validate it after each epoch.

    Args:
        model: takes float (batch, 3, 32, 32).
        optimizer: over its parameters.
        train_loader: gives images and labels.
        test_loader: likewise.

    Yields:
        Per epoch `train_loss`, `train_accuracy`, `val_loss` and `val_accuracy`.
    """
    criterion = nn.CrossEntropyLoss()
    train_size, test_size = (len(loader.dataset) for loader in (train_loader, test_loader))
    while True:
        model.train()
        train_loss, train_hits = 0.0, 0
        for images, labels in train_loader:
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            train_loss += loss.item() * len(labels)
            train_hits += (outputs.argmax(1) == labels).sum().item()
        model.eval()
        val_loss, val_hits = 0.0, 0
        with torch.no_grad():
            for images, labels in test_loader:
                outputs = model(images)
                val_loss += criterion(outputs, labels).item() * len(labels)
                val_hits += (outputs.argmax(1) == labels).sum().item()
        yield {
            "train_loss": train_loss / train_size,
            "train_accuracy": train_hits / train_size,
            "val_loss": val_loss / test_size,
            "val_accuracy": val_hits / test_size,
        }
