from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from labreport.data.prepared import Prepared
from labreport.data.variants import apply
from labreport.errors import DataError

COUNTS = [40, 60, 50, 60]
CLASSES = ["cat", "dog", "owl", "fox"]
TAIL = {"name": "longtail", "classes": [0, 2], "keep": 0.1, "seed": 0}
FILL = {"name": "balance", "flip": True, "noise_sigma": 0.05, "seed": 0}


def images(counts: list[int]) -> Prepared:
    """Smooth random pictures, so that neither noise nor another picture looks like a mirrored one."""
    rng = np.random.default_rng(5)
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts)).astype(np.uint8)
    coarse = rng.integers(40, 216, (len(labels) + 3, 3, 8, 8)).astype(np.uint8)
    pictures = coarse.repeat(4, axis=2).repeat(4, axis=3)
    return Prepared(
        "animals", CLASSES[: len(counts)], pictures[3:], labels, pictures[:3], np.array([0, 1, 0], np.uint8)
    )


def counts(prepared: Prepared) -> list[int]:
    return np.bincount(prepared.train_labels, minlength=len(prepared.classes)).tolist()


def bits(prepared: Prepared) -> bytes:
    return prepared.train_inputs.tobytes() + prepared.train_labels.tobytes()


def test_longtail_keeps_its_share_of_the_named_classes_in_order() -> None:
    whole = images(COUNTS)
    tail = apply(whole, [TAIL])
    assert counts(tail) == [4, 60, 5, 60]
    place = 0
    for image, label in zip(tail.train_inputs, tail.train_labels, strict=True):
        while whole.train_labels[place] != label or not np.array_equal(whole.train_inputs[place], image):
            place += 1
        place += 1


@pytest.mark.parametrize(("keep", "left"), [(0.099, 4), (0.111, 4), (0.114, 5), (0.5, 20), (1.0, 40)])
def test_share_is_rounded_to_whole_images(keep: float, left: int) -> None:
    assert counts(apply(images(COUNTS), [{**TAIL, "classes": [0], "keep": keep}])) == [left, 60, 50, 60]


def test_larger_share_contains_the_smaller_and_no_class_touches_another() -> None:
    whole = images(COUNTS)

    def kept(classes: list[int], keep: float) -> set[bytes]:
        tail = apply(whole, [{**TAIL, "classes": classes, "keep": keep}])
        return {image.tobytes() for image in tail.train_inputs[tail.train_labels == 2]}

    assert kept([2], 0.1) < kept([2], 0.4)
    assert kept([2], 0.4) == kept([0, 2], 0.4)


def test_classes_of_one_size_do_not_keep_the_same_places() -> None:
    whole = images([40, 40])
    tail = {image.tobytes() for image in apply(whole, [{**TAIL, "classes": [0, 1]}]).train_inputs}
    places = [
        [
            place
            for place, image in enumerate(whole.train_inputs[whole.train_labels == label])
            if image.tobytes() in tail
        ]
        for label in (0, 1)
    ]
    assert [len(kept) for kept in places] == [4, 4]
    assert places[0] != places[1]


def test_draw_is_fair() -> None:
    whole = images([20, 20])
    found = np.zeros(20)
    cats = [image.tobytes() for image in whole.train_inputs[whole.train_labels == 0]]
    for seed in range(400):
        tail = apply(whole, [{**TAIL, "classes": [0], "keep": 0.25, "seed": seed}])
        for image in tail.train_inputs[tail.train_labels == 0]:
            found[cats.index(image.tobytes())] += 1
    assert np.abs(found - 100).max() < 5 * np.sqrt(400 * 0.25 * 0.75)


def test_balance_fills_every_class_up_behind_the_originals() -> None:
    tail = apply(images(COUNTS), [TAIL])
    full = apply(tail, [FILL])
    assert counts(full) == [60] * 4
    size = len(tail.train_labels)
    assert full.train_inputs[:size].tobytes() == tail.train_inputs.tobytes()
    assert full.train_labels[:size].tolist() == tail.train_labels.tolist()
    assert full.train_labels[size:].tolist() == [0] * 56 + [2] * 55
    assert (full.train_inputs.dtype, full.train_labels.dtype) == (np.uint8, np.uint8)


def test_added_images_are_mirrored_and_noisy_ones_of_their_own_class() -> None:
    tail = apply(images(COUNTS), [TAIL])
    full = apply(tail, [FILL])
    size = len(tail.train_labels)
    residuals, mirrored, sources = [], 0, set()
    for image, label in zip(full.train_inputs[size:].astype(float), full.train_labels[size:], strict=True):
        own = tail.train_inputs[tail.train_labels == label].astype(float)
        candidates = np.concatenate([own, own[..., ::-1]])
        distances = np.abs(image - candidates).mean((1, 2, 3))
        best = int(distances.argmin())
        mirrored += best >= len(own)
        sources.add((int(label), best % len(own)))
        residuals.append(image - candidates[best])
    noise = np.stack(residuals)
    # pixels between 40 and 215 are 3 sigma or more away from the ends, where noise would be clipped
    assert np.abs(noise.mean()) < 0.1
    assert np.sqrt((noise**2).mean() - 1 / 12) == pytest.approx(0.05 * 255, rel=0.01)
    assert abs(mirrored - 111 / 2) < 4 * np.sqrt(111 / 4)
    assert len(sources) == 9  # all of the 4 + 5 that were left


def test_without_flip_and_noise_the_added_images_are_copies() -> None:
    tail = apply(images(COUNTS), [TAIL])
    full = apply(tail, [{**FILL, "flip": False, "noise_sigma": 0.0}])
    size = len(tail.train_labels)
    own = {label: {i.tobytes() for i in tail.train_inputs[tail.train_labels == label]} for label in (0, 2)}
    for image, label in zip(full.train_inputs[size:], full.train_labels[size:].tolist(), strict=True):
        assert image.tobytes() in own[label]


def test_values_are_clipped_not_wrapped() -> None:
    black_and_white = np.zeros((5, 3, 32, 32), np.uint8)
    black_and_white[..., 16:] = 255
    labels = np.array([0, 1, 1, 1, 1], np.uint8)
    prepared = Prepared("animals", CLASSES[:2], black_and_white, labels, black_and_white, labels)
    added = apply(prepared, [{**FILL, "flip": False, "noise_sigma": 0.2}]).train_inputs[5:]
    # half of a normal distribution lies beyond each end and is cut there
    assert (added[..., :16] == 0).mean() == pytest.approx(0.5, abs=0.03)
    assert (added[..., 16:] == 255).mean() == pytest.approx(0.5, abs=0.03)
    assert added[..., :16].max() < 255
    assert added[..., 16:].min() > 0


def test_balanced_data_stay_as_they_are() -> None:
    whole = images([30, 30, 30])
    assert bits(apply(whole, [FILL])) == bits(whole)


@pytest.mark.parametrize("variants", [[TAIL], [TAIL, FILL], [FILL]])
def test_test_split_is_never_touched(variants: list[dict[str, Any]]) -> None:
    whole = images(COUNTS)
    before = bits(whole)
    changed = apply(whole, variants)
    assert changed.test_inputs is whole.test_inputs
    assert changed.test_labels is whole.test_labels
    assert (changed.dataset, changed.classes) == (whole.dataset, whole.classes)
    assert bits(whole) == before


@pytest.mark.parametrize("variant", [TAIL, FILL])
def test_same_seed_same_bits_and_another_seed_others(variant: dict[str, Any]) -> None:
    whole = images(COUNTS)
    assert bits(apply(whole, [variant])) == bits(apply(whole, [variant]))
    assert bits(apply(whole, [variant])) != bits(apply(whole, [{**variant, "seed": 1}]))


def test_numbers_do_not_hang_on_the_global_generator() -> None:
    np.random.seed(1)
    first = bits(apply(images(COUNTS), [TAIL, FILL]))
    np.random.seed(2)
    assert bits(apply(images(COUNTS), [TAIL, FILL])) == first


def test_a_class_left_empty_names_data_set_class_and_counts() -> None:
    with pytest.raises(DataError) as caught:
        apply(images(COUNTS), [{**TAIL, "keep": 0.01}])
    assert str(caught.value).startswith("animals: longtail.keep: 0.01 of class cat's 40 training images is none")
    assert "cat 40, dog 60, owl 50, fox 60" in str(caught.value)


def test_a_class_that_is_empty_cannot_be_filled_up() -> None:
    whole = images([0, 5])
    with pytest.raises(DataError, match="animals: balance: class cat has no training image"):
        apply(whole, [FILL])


@pytest.mark.parametrize("label", [-1, 4])
def test_a_class_that_there_is_not(label: int) -> None:
    with pytest.raises(DataError, match=rf"animals: longtail.classes: found {label}, allowed are 0 to 3.*cat, dog"):
        apply(images(COUNTS), [{**TAIL, "classes": [0, label]}])


def test_an_unknown_variant_and_no_images() -> None:
    with pytest.raises(DataError, match="animals: found the variant 'blur', allowed are longtail, balance"):
        apply(images(COUNTS), [{"name": "blur"}])
    tokens, one = np.ones((1, 2), np.uint16), np.ones(1, np.int32)
    labels = np.zeros(1, np.uint8)
    texts = Prepared("imdb", ["negative"], tokens, labels, tokens, labels, one, one, ["<pad>", "<unk>"])
    with pytest.raises(DataError, match="imdb: only data sets of images have variants"):
        apply(texts, [TAIL])
