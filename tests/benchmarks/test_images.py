"""All sides of the image benchmark train the same thing on the same images, and what is divided by what."""

from __future__ import annotations

import multiprocessing
from functools import partial

import numpy as np
import pytest
import torch
from torchvision.transforms import Compose, Normalize, ToTensor

from benchmarks import batched, images, plain
from labreport.data import arrays
from labreport.models.cnn import CNN3
from labreport.training.batches import Batches, Split


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    images.write_data(folder, {"train_per_class": 13, "test_per_class": 4})
    return folder


@pytest.fixture
def no_configuration(monkeypatch):
    """The settings of a process of its own would stay in this one."""
    monkeypatch.setattr(images, "set_up", lambda threads: None)
    monkeypatch.setattr(images, "keep_freed_memory", lambda: None)


@pytest.fixture
def training():
    return images.run_spec("cnn3")["training"] | {"batch_size": 13}


@pytest.fixture
def peer(data, training):
    """Either loop, which takes a model and an optimizer, on the data."""

    def started(name, augment):
        settings = training if augment else training | {"augment": []}
        if name == "plain":
            return lambda *parts: plain.train(*parts, *plain.loaders(str(data / images.RAW), settings, workers=0))
        return partial(batched.train, splits=images.tensors(data), settings=settings)

    return started


def test_all_sides_see_the_same_tensors_and_classes(data, training):
    scale = training["normalize"]
    loaded = plain.SampleCIFAR10(data / images.RAW, transform=Compose([ToTensor(), Normalize(*scale.values())]))
    prepared = arrays.load(data / images.PREPARED)
    split = Split.place(prepared.train_inputs, prepared.train_labels, None, torch.device("cpu"))
    (((batch,), targets),) = Batches(split, len(split), normalize=scale).epoch()
    assert [label for _, label in loaded] == targets.tolist()
    torch.testing.assert_close(torch.stack([image for image, _ in loaded]), batch, rtol=1e-5, atol=1e-6)
    pixels, labels = images.tensors(data)["train"]
    assert labels.tolist() == targets.tolist()
    torch.testing.assert_close(batched.normalized(pixels, 0, scale), batch, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["plain", "batched"])
def test_a_peer_reports_what_its_model_does(data, training, peer, name):
    """With a learning rate of 0 both splits are those of the untrained model, computed here at once."""
    torch.manual_seed(0)
    model = CNN3(10)
    row = next(peer(name, augment=False)(model, torch.optim.SGD(model.parameters(), lr=0.0)))
    prepared = arrays.load(data / images.PREPARED)
    for split, prefix in (("train", "train"), ("test", "val")):
        inputs, labels, _ = prepared.arrays(split)
        mean, std = (np.array(training["normalize"][key])[:, None, None] for key in ("mean", "std"))
        with torch.no_grad():
            logits = model(torch.from_numpy(((inputs / 255 - mean) / std).astype(np.float32)))
        targets = torch.from_numpy(labels).long()
        loss = torch.nn.functional.cross_entropy(logits, targets).item()
        assert row[f"{prefix}_loss"] == pytest.approx(loss, rel=1e-4)
        assert row[f"{prefix}_accuracy"] == pytest.approx((logits.argmax(1) == targets).float().mean().item())


@pytest.mark.parametrize("name", ["plain", "batched"])
def test_a_peer_learns(peer, name):
    torch.manual_seed(0)
    model = CNN3(10)
    epochs = peer(name, augment=True)(model, torch.optim.Adam(model.parameters(), lr=0.003))
    first, *_, last = (next(epochs)["train_loss"] for _ in range(4))
    assert last < first


def test_workers_start_as_they_do_in_a_process_of_a_users_own(data, training):
    """In Python's own way, even where the measured process was spawned; and they stay."""
    for loader in plain.loaders(str(data / images.RAW), training, workers=1):
        assert loader.multiprocessing_context.get_start_method() == multiprocessing.get_all_start_methods()[0]
        assert loader.persistent_workers


def test_the_plain_loop_augments_what_it_trains_on_only(peer, monkeypatch):
    seen = []
    for name in ("RandomCrop", "RandomHorizontalFlip"):
        packaged = getattr(plain.transforms, name).forward
        monkeypatch.setattr(
            getattr(plain.transforms, name),
            "forward",
            lambda self, image, packaged=packaged, name=name: (seen.append(name), packaged(self, image))[1],
        )
    model = CNN3(10)
    next(peer("plain", augment=True)(model, torch.optim.SGD(model.parameters(), lr=0.0)))
    assert seen == ["RandomCrop", "RandomHorizontalFlip"] * 130


def test_batched_crops_are_windows_of_the_padded_image_at_all_places_half_of_them_mirrored():
    torch.manual_seed(0)
    padded = torch.arange(3 * 40 * 40).view(1, 3, 40, 40).float().contiguous(memory_format=torch.channels_last)
    changed = batched.changed(padded, torch.zeros(3000, dtype=torch.int64), augment=True)
    places = set()
    for image in changed:
        mirrored = bool(image[0, 0, 0] > image[0, 0, 1])
        straight = image.flip(2) if mirrored else image
        top, left = divmod(int(straight[0, 0, 0]), 40)
        assert torch.equal(straight, padded[0, :, top : top + 32, left : left + 32])
        places.add((top, left, mirrored))
    assert places == {(top, left, mirrored) for top in range(9) for left in range(9) for mirrored in (False, True)}


@pytest.mark.usefixtures("no_configuration")
def test_all_sides_take_time_and_leave_nothing(data):
    before = sorted(data.rglob("*"))
    assert images.measure_ours("lenet5", data) > 0
    assert min(images.measure_plain("lenet5", data, workers=0)) > 0
    assert images.measure_batched("lenet5", data) > 0
    assert sorted(data.rglob("*")) == before


def test_epochs_before_the_timed_ones_do_not_count(monkeypatch):
    now = [0.0]

    def epochs():
        for seconds in (100.0, 1.0, 2.0, 4.0, 100.0):
            now[0] += seconds
            yield {}

    monkeypatch.setattr(images.time, "perf_counter", lambda: now[0])
    assert images.warm(epochs()) == 7.0


def test_ratio_is_that_of_images_per_second(tmp_path, monkeypatch):
    """A side that takes a third of the time has three times the images per second; the workers' start is told apart."""
    seconds = {images.measure_ours: 2.0, images.measure_plain: (0.7, 6.0), images.measure_batched: 1.9}
    monkeypatch.setattr(images, "alone", lambda measure, name, folder: seconds[measure])
    loop, tensors = images.compared("lenet5", tmp_path)
    trained = images.EPOCHS * 10 * images.PER_CLASS["train_per_class"]
    assert loop.ratio == pytest.approx(3.0)
    assert loop.measured == tensors.measured == f"{trained / 2:.0f} images/s"
    assert (loop.aim, loop.met) == (4.0, "no")
    assert "workers start in 0.7 s, apart" in loop.compared_with
    assert tensors.ratio == pytest.approx(0.95)
    assert (tensors.aim, tensors.met) == (1.0, "no")
    assert "with crop and flip" in loop.what


def test_all_sides_train_in_fp32(monkeypatch):
    """The peers do, on every CPU."""
    assert images.experiment("lenet5").settings.precision == "bf16"
    assert images.run_spec("lenet5")["training"]["precision"] == "fp32"
