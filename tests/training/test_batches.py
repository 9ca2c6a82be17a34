from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from labreport.errors import TrainingError
from labreport.streams import stream
from labreport.training.augmentation import crop, flip
from labreport.training.batches import Augmentation, Batches, Split

CPU = torch.device("cpu")
MEAN, STD = [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]


def images(n: int = 10) -> Split:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (n, 3, 8, 8), dtype=np.uint8)
    return Split.place(pixels, np.arange(n, dtype=np.uint8), None, CPU)


def texts() -> Split:
    lengths = np.array([5, 2, 4, 1, 3], dtype=np.int32)
    tokens = np.array([[n + 1] * n + [0] * (6 - n) for n in lengths], dtype=np.uint16)
    return Split.place(tokens, np.array([0, 1, 0, 1, 0], dtype=np.uint8), lengths, CPU)


def test_data_stay_compact_on_the_device() -> None:
    assert images().inputs.dtype == torch.uint8
    assert texts().inputs.dtype == torch.int32


def test_every_epoch_has_every_sample_once_in_another_order() -> None:
    batches = Batches(images(), 4, seed=3)
    first, second = ([t for _, targets in batches.epoch() for t in targets.tolist()] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    again = [t for _, targets in Batches(images(), 4, seed=3).epoch() for t in targets.tolist()]
    other = [t for _, targets in Batches(images(), 4, seed=4).epoch() for t in targets.tolist()]
    assert again == first != other


@pytest.mark.parametrize("seed", [0, 3])
def test_order_and_augmentation_are_drawn_from_the_seed_s_streams_of_these_names(seed: int) -> None:
    batches = Batches(images(), 4, seed=seed, augment=[flip])
    order = torch.Generator().manual_seed(stream(seed, "order"))
    draws = torch.Generator().manual_seed(stream(seed, "augmentation"))
    for _ in range(2):
        places = torch.randperm(10, generator=order)
        for place, ((found,), targets) in zip(places.split(4), batches.epoch(), strict=True):
            assert torch.equal(targets, place)
            expected = flip(images().inputs[place], draws)
            torch.testing.assert_close(found, expected / 255)


def test_sizes_are_those_of_the_batches() -> None:
    batches = Batches(images(), 4, seed=0)
    assert batches.sizes() == [len(targets) for _, targets in batches.epoch()] == [4, 4, 2]
    assert len(batches) == 3


def test_statistics_of_another_number_of_channels_are_refused() -> None:
    words = "normalize: found 1 means and deviations, the images have 3 channels; give a value for each channel"
    with pytest.raises(TrainingError, match=words):
        Batches(images(), 10, normalize={"mean": [0.5], "std": [0.25]})


def test_images_are_normalised_as_torchvision_does() -> None:
    split = images()
    ((found,), _) = next(Batches(split, 10, normalize={"mean": MEAN, "std": STD}).epoch())
    expected = v2.Normalize(MEAN, STD)(v2.ToDtype(torch.float32, scale=True)(split.inputs))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_scale_and_shift_are_rounded_to_fp32_just_once() -> None:
    split = images()
    ((scaled,), _) = next(Batches(split, 10, normalize={"mean": [0.0] * 3, "std": STD}).epoch())
    scale = (1 / (255 * np.array(STD))).astype(np.float32)
    np.testing.assert_array_equal(scaled, split.inputs.numpy().astype(np.float32) * scale[:, None, None])
    black = Split.place(np.zeros((1, 3, 8, 8), np.uint8), np.zeros(1, np.uint8), None, CPU)
    ((shifted,), _) = next(Batches(black, 1, normalize={"mean": MEAN, "std": STD}).epoch())
    np.testing.assert_array_equal(shifted[0, :, 0, 0], (-np.array(MEAN) / np.array(STD)).astype(np.float32))


def test_without_normalisation_images_are_in_the_unit_interval() -> None:
    ((found,), _) = next(Batches(images(), 10).epoch())
    assert found.min() == 0.0
    assert found.max() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("augment", [crop, flip])
def test_augmentation_is_drawn_anew_and_repeats_with_the_seed(augment: Augmentation) -> None:
    """Of one image over and over, so that the order, which has a stream of its own, makes no difference."""
    pixels = np.random.default_rng(0).integers(0, 256, (1, 3, 8, 8), dtype=np.uint8)
    split = Split.place(np.repeat(pixels, 10, 0), np.zeros(10, np.uint8), None, CPU)

    def epochs(seed: int) -> list[torch.Tensor]:
        batches = Batches(split, 4, seed=seed, augment=[augment])
        return [torch.cat([x for (x,), _ in batches.epoch()]) for _ in range(2)]

    first, second = epochs(1)
    assert not torch.equal(first, second)
    assert torch.equal(first, epochs(1)[0])
    assert not torch.equal(first, epochs(2)[0])


def test_texts_are_cut_at_the_longest_of_their_batch() -> None:
    for (tokens, lengths), targets in Batches(texts(), 2, seed=0).epoch():
        assert tokens.shape == (len(targets), int(lengths.max()))
        assert tokens.dtype == lengths.dtype == torch.int64
        assert torch.equal((tokens > 0).sum(1), lengths)
        assert torch.equal(tokens[:, 0], lengths + 1)
        assert torch.equal(targets, (lengths < 3).long())


def test_validation_takes_texts_by_length() -> None:
    lengths = [n for (_, found), _ in Batches(texts(), 2).epoch() for n in found.tolist()]
    assert lengths == [1, 2, 3, 4, 5]


def test_pairs_come_as_two_sides_cut_at_the_longest_of_both_and_keep_their_order() -> None:
    lengths = np.array([[2, 1], [1, 4], [3, 3], [5, 1]], np.int32)
    tokens = np.where(np.arange(6) < lengths[..., None], np.arange(6) + 2, 0).astype(np.int32)
    scores = np.array([0, 2.5, 5, 1], np.float32)
    pairs = Split.place(tokens, scores, lengths, torch.device("cpu"))
    batches = list(Batches(pairs, 2).epoch())
    assert [inputs[0].shape for inputs, _ in batches] == [(2, 4), (2, 5)]
    for start, (inputs, targets) in zip((0, 2), batches, strict=True):
        for side in (0, 1):
            part = tokens[start : start + 2, side, : inputs[0].shape[1]]
            np.testing.assert_array_equal(inputs[2 * side].numpy(), part)
            np.testing.assert_array_equal(inputs[2 * side + 1].numpy(), lengths[start : start + 2, side])
        np.testing.assert_array_equal(targets.numpy(), scores[start : start + 2], strict=True)


@pytest.mark.parametrize(
    ("samples", "batch_size", "sizes"),
    [(9, 4, [4, 5]), (13, 4, [4, 4, 5]), (8, 4, [4, 4]), (10, 4, [4, 4, 2]), (1, 4, [1])],
)
def test_one_sample_that_is_left_joins_the_batch_before(samples: int, batch_size: int, sizes: list[int]) -> None:
    split = Split.place(np.zeros((samples, 3, 2, 2), np.uint8), np.arange(samples, dtype=np.uint8), None, CPU)
    batches = Batches(split, batch_size, seed=0)
    found = [targets.tolist() for _, targets in batches.epoch()]
    assert [len(targets) for targets in found] == sizes == batches.sizes()
    assert len(batches) == len(sizes)
    assert sorted(one for targets in found for one in targets) == list(range(samples))


def test_the_generators_decide_the_epochs_to_come() -> None:
    batches = Batches(images(), 4, seed=3, augment=[crop])
    list(batches.epoch())
    states = {name: generator.get_state() for name, generator in batches.generators.items()}
    expected = list(batches.epoch())
    other = Batches(images(), 4, seed=9, augment=[crop])
    for name, generator in other.generators.items():
        generator.set_state(states[name])
    for ((found,), labels), ((same,), targets) in zip(other.epoch(), expected, strict=True):
        assert torch.equal(found, same)
        assert torch.equal(labels, targets)
    assert set(Batches(images(), 4).generators) == {"augmentation"}
