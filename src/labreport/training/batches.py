"""A data set on the device, and its batches cut there by index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from labreport.errors import TrainingError
from labreport.streams import stream

Batch = tuple[tuple[Tensor, ...], Tensor]
Augmentation = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True)
class Split:
    """One split of a data set, on the device.

    Attributes:
        inputs: uint8 (n, channels, h, w); or int32 token indices (n, t), (n, 2, t) for pairs of texts.
        targets: int64 (n,) classes, or float32 (n,) scores.
        lengths: int64 (n,) real tokens of texts, (n, 2) for pairs; None for images.
        host_lengths: the same on the CPU, where looking at them stops no device.
    """

    inputs: Tensor
    targets: Tensor
    lengths: Tensor | None = None
    host_lengths: Tensor | None = None

    @classmethod
    def place(cls, inputs: np.ndarray, targets: np.ndarray, lengths: np.ndarray | None, device: torch.device) -> Split:
        """Put arrays as `labreport.data.arrays` keeps them on a device.

        Images stay uint8 and come to lie with their channels last, as convolutions want them; token indices get int32.
        """
        compact = torch.from_numpy(inputs if inputs.ndim == 4 else inputs.astype(np.int32)).to(device)
        if inputs.ndim == 4:
            compact = compact.contiguous(memory_format=torch.channels_last)
        labels = targets if targets.dtype == np.float32 else targets.astype(np.int64)
        host = None if lengths is None else torch.from_numpy(lengths.astype(np.int64))
        return cls(
            compact,
            torch.from_numpy(labels).to(device),
            None if host is None else host.to(device),
            host,
        )

    def __len__(self) -> int:
        return len(self.targets)


class Batches:
    """The batches of a split, epoch after epoch.

    Args:
        split: the data.
        batch_size: the last batch of an epoch may be smaller; a single sample that is left joins the batch before, as
            it has no spread that batch normalisation could take.
        seed: shuffle anew in every epoch, and draw augmentations, from two streams of this seed; the permutation is
            drawn on the CPU so that it is the same on every device. None gives a fixed order: as stored, single texts
            by length.
        normalize: {"mean": [...], "std": [...]} per channel for images scaled to [0, 1]; None leaves them there.
        augment: applied to raw images, in this order.

    Raises:
        TrainingError: `normalize` is for another number of channels.
    """

    def __init__(
        self,
        split: Split,
        batch_size: int,
        seed: int | None = None,
        normalize: dict[str, list[float]] | None = None,
        augment: Sequence[Augmentation] = (),
    ) -> None:
        self.split = split
        self.batch_size = batch_size
        self.augment = augment
        device = split.inputs.device
        self._order = None if seed is None else torch.Generator().manual_seed(stream(seed, "order"))
        self._draws = torch.Generator(device).manual_seed(stream(seed or 0, "augmentation"))
        mean, std = (normalize["mean"], normalize["std"]) if normalize else ([0.0], [1.0])
        if normalize and len(mean) != split.inputs.shape[1]:
            found = f"found {len(mean)} means and deviations, the images have {split.inputs.shape[1]} channels"
            raise TrainingError(f"normalize: {found}; give a value for each channel")
        # (x / 255 - mean) / std as one multiplication and one addition
        self._scale = self._row(1 / (255 * torch.tensor(std, dtype=torch.float64)))
        self._shift = self._row(-torch.tensor(mean, dtype=torch.float64) / torch.tensor(std, dtype=torch.float64))

    def _row(self, per_channel: Tensor) -> Tensor:
        """A number per channel, or one for all, for each pixel of an image's row: float (w * channels,)."""
        inputs = self.split.inputs
        channels, width = (inputs.shape[1], inputs.shape[3]) if inputs.ndim == 4 else (1, 1)
        return per_channel.float().expand(channels).repeat(width).to(inputs.device)

    def __len__(self) -> int:
        return len(self.sizes())

    def sizes(self) -> list[int]:
        """Samples per batch, in the order of `epoch`."""
        full, left = divmod(len(self.split), self.batch_size)
        sizes = [self.batch_size] * full
        if left == 1 and full:
            sizes[-1] += 1
        elif left:
            sizes.append(left)
        return sizes

    @property
    def generators(self) -> dict[str, torch.Generator]:
        """What decides the epochs to come: `order` where batches are shuffled, and `augmentation`."""
        return {"augmentation": self._draws} | ({} if self._order is None else {"order": self._order})

    def epoch(self) -> Iterator[Batch]:
        """Every sample once: ((images,) or (tokens, lengths) or (tokens, lengths, tokens, lengths), targets).

        Images are float (batch, channels, h, w) in channels_last; tokens are int64 (batch, longest real length in the
        batch, of both sides); lengths are int64 (batch,); targets int64 or float32 (batch,).
        """
        order = self.order()
        on_device = order.to(self.split.inputs.device, non_blocking=True)
        for chosen, placed in zip(order.split(self.sizes()), on_device.split(self.sizes()), strict=True):
            yield self._cut(chosen, placed)

    def order(self) -> Tensor:
        """The places in the split of the samples of an epoch, int64 (n,), on the CPU; shuffled ones are drawn anew."""
        if self._order is not None:
            return torch.randperm(len(self.split), generator=self._order)
        if self.split.host_lengths is not None and self.split.host_lengths.ndim == 1:
            return torch.argsort(self.split.host_lengths, stable=True)
        return torch.arange(len(self.split))

    def _cut(self, order: Tensor, on_device: Tensor) -> Batch:
        targets = self.split.targets[on_device]
        if self.split.lengths is None or self.split.host_lengths is None:
            pixels = self.split.inputs.permute(0, 2, 3, 1).index_select(0, on_device)  # whole images, one copy each
            return (self._image(pixels.permute(0, 3, 1, 2)),), targets
        inputs = self.split.inputs.index_select(0, on_device)
        longest = int(self.split.host_lengths[order].max())
        tokens, lengths = inputs[..., :longest].long(), self.split.lengths[on_device]
        if tokens.ndim == 2:
            return (tokens, lengths), targets
        return (tokens[:, 0], lengths[:, 0], tokens[:, 1], lengths[:, 1]), targets

    def _image(self, raw: Tensor) -> Tensor:
        for augment in self.augment:
            raw = augment(raw, self._draws)
        # By rows: with their three colours as the innermost dimension the CPU would compute three numbers at a time.
        rows = raw.permute(0, 2, 3, 1).flatten(2).float()  # (batch, h, w * channels)
        pixels = torch.addcmul(self._shift, rows, self._scale).unflatten(2, (raw.shape[3], raw.shape[1]))
        return pixels.permute(0, 3, 1, 2)
