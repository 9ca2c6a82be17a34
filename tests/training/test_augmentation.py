from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from labreport.errors import TrainingError
from labreport.training.augmentation import augmentations, copied_choice, copied_windows, crop, flip, indexed_windows


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def raw(batch: int) -> torch.Tensor:
    return torch.randint(1, 256, (batch, 3, 6, 6), dtype=torch.uint8, generator=draws(9))


def test_crop_cuts_one_of_the_windows_of_the_padded_image() -> None:
    images = raw(300)
    found = crop(images, draws(), padding=2)
    assert found.dtype == torch.uint8
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2))
    places = torch.zeros(5, 5, dtype=torch.int64)
    for image, window in zip(padded, found, strict=True):
        hits = [(y, x) for y in range(5) for x in range(5) if torch.equal(image[:, y : y + 6, x : x + 6], window)]
        assert len(hits) == 1
        places[hits[0]] += 1
    # 300 draws over 25 places: chi-squared with 24 degrees of freedom stays below 60 with probability 0.9999
    assert ((places - 12) ** 2 / 12).sum() < 60


def test_both_ways_to_cut_windows_agree() -> None:
    places = torch.randint(5, (2, 40, 1), generator=draws(1))
    padded = torch.nn.functional.pad(raw(40), (2, 2, 2, 2))
    assert torch.equal(copied_windows(padded, places, 6, 6), indexed_windows(padded, places, 6, 6))


def test_both_ways_to_choose_images_agree() -> None:
    chosen = torch.rand(40, 1, 1, 1, generator=draws(1)) < 0.5
    assert torch.equal(copied_choice(chosen, raw(40).flip(3), raw(40)), torch.where(chosen, raw(40).flip(3), raw(40)))


def test_flip_mirrors_about_as_many_images_as_asked() -> None:
    images = raw(400)
    found = flip(images, draws(), p=0.25)
    mirrored = (found == images.flip(3)).flatten(1).all(1)
    kept = (found == images).flatten(1).all(1)
    assert torch.equal(mirrored, ~kept)
    assert 60 < mirrored.sum() < 140  # 100 expected, standard deviation 8.7


@pytest.mark.parametrize("augment", [crop, flip])
def test_images_elsewhere_than_on_the_cpu_keep_their_shape(augment: Callable[..., torch.Tensor]) -> None:
    assert augment(raw(5).to("meta"), draws()).shape == (5, 3, 6, 6)


@pytest.mark.parametrize(("p", "expected"), [(0.0, raw(5)), (1.0, raw(5).flip(3))])
def test_flip_never_or_always(p: float, expected: torch.Tensor) -> None:
    assert torch.equal(flip(raw(5), draws(), p), expected)


def test_unless_something_else_is_said_crops_pad_4_pixels_and_half_of_the_images_are_mirrored() -> None:
    images = raw(400)
    assert torch.equal(crop(images, draws()), crop(images, draws(), padding=4))
    assert torch.equal(flip(images, draws()), flip(images, draws(), p=0.5))


def test_augmentations_by_name_in_order() -> None:
    chosen = augmentations([{"name": "crop", "padding": 1}, {"name": "flip", "p": 1.0}])
    generator = draws()
    found = raw(4)
    for augment in chosen:
        found = augment(found, generator)
    assert torch.equal(found, crop(raw(4), draws(), 1).flip(3))


@pytest.mark.parametrize(("entry", "found"), [({"name": "rotate"}, "'rotate'"), ({"padding": 4}, "None")])
def test_unknown_augmentation_is_refused(entry: dict[str, object], found: str) -> None:
    with pytest.raises(TrainingError, match=f"found {found}, allowed are crop, flip"):
        augmentations([entry])
