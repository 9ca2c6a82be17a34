"""CIFAR-10 training as users write it: torchvision's data set and transforms, a DataLoader with two workers, one loop.

It is what benchmarks.images compares with, so nothing in it is tuned: images are decoded and augmented one by one, and
memory format, threads and allocator are PyTorch's own.
"""

from __future__ import annotations

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


def train(
    model: nn.Module,
    optimizer: optim.Optimizer,
    root: str,
    epochs: int,
    batch_size: int,
    normalize: dict[str, list[float]],
    augment: bool,
    workers: int = 2,
) -> list[dict[str, float]]:
    """Train a model and validate it after each epoch.

    Args:
        model: takes float (batch, 3, 32, 32).
        optimizer: over its parameters.
        root: folder in which `cifar-10-batches-py` is.
        epochs: how many.
        batch_size: of training and validation.
        normalize: `mean` and `std` per channel of images scaled to [0, 1].
        augment: crop and flip the training images.
        workers: processes that load images.

    Returns:
        Per epoch `train_loss`, `train_accuracy`, `val_loss` and `val_accuracy`.
    """
    tensors = [transforms.ToTensor(), transforms.Normalize(normalize["mean"], normalize["std"])]
    changes = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip()] if augment else []
    train_set = SampleCIFAR10(root, train=True, transform=transforms.Compose([*changes, *tensors]))
    test_set = SampleCIFAR10(root, train=False, transform=transforms.Compose(tensors))
    train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True, num_workers=workers)
    test_loader = DataLoader(test_set, batch_size=batch_size, shuffle=False, num_workers=workers)
    criterion = nn.CrossEntropyLoss()
    rows = []
    for _ in range(epochs):
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
        rows.append(
            {
                "train_loss": train_loss / len(train_set),
                "train_accuracy": train_hits / len(train_set),
                "val_loss": val_loss / len(test_set),
                "val_accuracy": val_hits / len(test_set),
            }
        )
    return rows
