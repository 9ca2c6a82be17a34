"""Both sides of the image benchmark train the same thing on the same images, and what is divided by what."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.transforms import Compose, Normalize, ToTensor

from benchmarks import images, plain
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


def test_both_sides_see_the_same_tensors_and_classes(data):
    scale = images.settings("cnn3")["normalize"]
    loaded = plain.SampleCIFAR10(data / images.RAW, transform=Compose([ToTensor(), Normalize(*scale.values())]))
    prepared = arrays.load(data / images.PREPARED)
    split = Split.place(prepared.train_inputs, prepared.train_labels, None, torch.device("cpu"))
    (((batch,), targets),) = Batches(split, len(split), normalize=scale).epoch()
    assert [label for _, label in loaded] == targets.tolist()
    torch.testing.assert_close(torch.stack([image for image, _ in loaded]), batch, rtol=1e-5, atol=1e-6)


def test_plain_loop_reports_what_its_model_does(data):
    """With a learning rate of 0 both splits are those of the untrained model, computed here at once."""
    torch.manual_seed(0)
    model = CNN3(10)
    scale = images.settings("cnn3")["normalize"]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    (row,) = plain.train(model, optimizer, str(data / images.RAW), 1, 50, scale, augment=False, workers=0)
    prepared = arrays.load(data / images.PREPARED)
    for split, name in (("train", "train"), ("test", "val")):
        inputs, labels, _ = prepared.arrays(split)
        mean, std = (np.array(scale[key])[:, None, None] for key in ("mean", "std"))
        with torch.no_grad():
            logits = model(torch.from_numpy(((inputs / 255 - mean) / std).astype(np.float32)))
        targets = torch.from_numpy(labels).long()
        assert row[f"{name}_loss"] == pytest.approx(torch.nn.functional.cross_entropy(logits, targets).item(), rel=1e-4)
        assert row[f"{name}_accuracy"] == pytest.approx((logits.argmax(1) == targets).float().mean().item())


def test_plain_loop_learns_and_augments_what_it_trains_on_only(data, monkeypatch):
    seen = []
    for name in ("RandomCrop", "RandomHorizontalFlip"):
        packaged = getattr(plain.transforms, name).forward
        monkeypatch.setattr(
            getattr(plain.transforms, name),
            "forward",
            lambda self, image, packaged=packaged, name=name: (seen.append(name), packaged(self, image))[1],
        )
    torch.manual_seed(0)
    model = CNN3(10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    root, scale = str(data / images.RAW), images.settings("cnn3")["normalize"]
    rows = plain.train(model, optimizer, root, 4, 13, scale, augment=True, workers=0)
    assert rows[-1]["train_loss"] < rows[0]["train_loss"]
    assert seen == ["RandomCrop", "RandomHorizontalFlip"] * 4 * 130


@pytest.mark.parametrize("name", images.AIMS)
@pytest.mark.usefixtures("no_configuration")
def test_both_sides_take_time_and_leave_nothing(data, name):
    before = sorted(data.rglob("*"))
    assert images.measure_ours(name, data) > 0
    assert images.measure_plain(name, data, workers=0) > 0
    assert sorted(data.rglob("*")) == before


def test_ratio_is_that_of_images_per_second(tmp_path, monkeypatch):
    """A side that takes a third of the time has three times the images per second."""
    seconds = {images.measure_ours: 2.0, images.measure_plain: 6.0}
    monkeypatch.setattr(images, "alone", lambda measure, name, folder: seconds[measure])
    comparison = images.compared("lenet5", tmp_path)
    trained = images.EPOCHS * 10 * images.PER_CLASS["train_per_class"]
    assert comparison.ratio == pytest.approx(3.0)
    assert comparison.measured == f"{trained / 2:.0f} images/s"
    assert (comparison.aim, comparison.met) == (3.0, True)
    assert "with crop and flip" in comparison.what
    bare = images.settings("lenet5") | {"augment": []}
    monkeypatch.setattr(images, "settings", lambda name: bare)
    assert "with" not in images.compared("lenet5", tmp_path).what
