"""Layer tables against torchvision and the published table of He et al. 2015."""

from __future__ import annotations

import importlib
import inspect
import json
from collections import OrderedDict

import pytest
import torch
import torchvision
from torch import nn

from labreport.errors import ResultsError, TrainingError
from labreport.figures.networks.tracing import network
from labreport.models.registry import MODELS
from labreport.results import Results
from labreport.tables import layers
from labreport.training.construction import build_model

PACKAGED = "labreport.models.torchvision_resnet:TorchvisionResNet34"
IMAGENET = {"target": PACKAGED, "parameters": {"stem": "imagenet"}, "image": 224, "classes": 1000}
CIFAR = {"target": PACKAGED, "parameters": {}, "image": 32, "classes": 10}


def rows_of(options, lang="en"):
    value = json.loads(layers.build(Results({}), options, lang).to_json())
    keys = [column["key"] for column in value["columns"]]
    return {row[0]: dict(zip(keys, row, strict=True)) for row in value["rows"]}


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_imagenet_table_is_the_published_one():
    """Table 1 of arXiv:1512.03385, column "34-layer"."""
    rows = rows_of(IMAGENET)
    sizes = {"conv1": 112, "maxpool": 56, "layer1": 56, "layer2": 28, "layer3": 14, "layer4": 7, "avgpool": 1}
    for name, size in sizes.items():
        assert rows[name]["output"] == f"{size} × {size}"
    assert rows["conv1"]["kernel"] == "7×7, 64"
    assert rows["conv1"]["stride"] == rows["maxpool"]["stride"] == 2
    assert rows["maxpool"]["kernel"] == "3×3 max-pool"
    for name, channels, blocks in (("layer1", 64, 3), ("layer2", 128, 4), ("layer3", 256, 6), ("layer4", 512, 3)):
        assert rows[name]["kernel"] == f"[3×3, {channels}; 3×3, {channels}] × {blocks}"
        assert rows[name]["stride"] == (1 if name == "layer1" else 2)
    assert rows["fc"]["output"] == "1000"
    assert "change" not in rows["conv1"]


def test_parameters_are_torchvisions():
    model = torchvision.models.resnet34()
    rows = rows_of(IMAGENET)
    expected = {name: count(getattr(model, name)) for name in ("layer1", "layer2", "layer3", "layer4", "fc")}
    expected |= {"conv1": count(model.conv1) + count(model.bn1), "Total": count(model)}
    assert {name: int(rows[name]["shown"].replace(",", "")) for name in expected} == expected
    assert count(model) == 21_797_672


def test_what_changed_is_found_by_comparison():
    rows = rows_of({**CIFAR, "changed_from": IMAGENET})
    assert rows["conv1"]["change"] == "kernel 7×7 → 3×3; stride 2 → 1; output 112 × 112 → 32 × 32"
    assert rows["maxpool"] | {"layer": ""} == {
        "layer": "",
        "output": None,
        "kernel": None,
        "stride": None,
        "shown": None,
        "change": "3×3 max-pool removed",
    }
    assert rows["layer2"]["change"] == "output 28 × 28 → 16 × 16"
    assert rows["avgpool"]["change"] is None
    assert rows["fc"]["change"] == "output 1000 → 10"
    assert rows_of({**CIFAR, "changed_from": IMAGENET}, "zh")["maxpool"]["change"] == "移除 3×3 最大池化"


def test_nothing_changed_from_itself():
    rows = rows_of({**CIFAR, "changed_from": CIFAR})
    assert all(row["change"] is None for row in rows.values())


def test_stages_that_one_of_the_two_lacks_are_told():
    own = {"target": "labreport.models.resnet:ResNet34", "parameters": {}, "image": 32, "classes": 10}
    assert rows_of({**own, "changed_from": IMAGENET})["maxpool"]["change"] == "3×3 max-pool removed"
    assert rows_of({**IMAGENET, "changed_from": own})["avgpool"]["change"] == "added"


@pytest.mark.parametrize("name", ["ResNet34", "Plain34"])
@pytest.mark.parametrize("width", [8, 64])
def test_own_models_add_up_and_shrink_as_a_real_image_does(name, width):
    target = f"labreport.models.resnet:{name}"
    found = layers.stages(*network({"target": target, "parameters": {"width": width}}))
    model = build_model(target, {"width": width}, {"classes": 10}).eval()
    assert sum(stage.parameters for stage in found) == count(model)
    with torch.inference_mode():
        x = model.activation(model.bn1(model.conv1(torch.rand(1, 3, 32, 32))))
        for stage, layer in zip(found[1:5], (model.layer1, model.layer2, model.layer3, model.layer4), strict=True):
            x = layer(x)
            assert stage.output == tuple(x.shape[1:])


def constructor(name):
    module, _, attribute = MODELS[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def takes_images(name):
    return not {"vocabulary", "vectors"} & set(inspect.signature(constructor(name)).parameters)


@pytest.mark.parametrize("name", list(filter(takes_images, MODELS)))
def test_every_model_of_images_has_a_table_that_adds_up(name):
    rows = rows_of({"target": MODELS[name], "parameters": {}, "image": 32, "classes": 10})
    shown = {layer: int((row["shown"] or "0").replace(",", "")) for layer, row in rows.items()}
    assert shown.pop("Total") == sum(shown.values()) == count(constructor(name)(classes=10))


def test_a_recurrent_layer_shows_its_steps_and_depth():
    rows = rows_of({"target": "labreport.models.rnn:RowRNN", "parameters": {}, "image": 32, "classes": 10})
    assert (rows["rnn"]["output"], rows["rnn"]["kernel"]) == ("32 × 512", "recurrent × 2")
    assert int(rows["rnn"]["shown"].replace(",", "")) == 512 * (96 + 512 + 2) + 512 * (512 + 512 + 2)


@pytest.mark.parametrize(("target", "told"), [("cnn:CNN3", False), ("resnet:ResNetSmall", True)])
def test_only_where_there_is_normalisation_it_is_told_to_be_counted(target, told):
    options = {"target": f"labreport.models.{target}", "image": 32, "classes": 10}
    assert bool(layers.build(Results({}), options, "en").notes) is told


class Sliding(nn.Module):
    """Stages of every sort: normalisation first, a stack, average pooling, a flattening."""

    def __init__(self, classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(3)
        self.features = nn.Sequential(nn.Conv2d(3, 6, 5, stride=2), nn.ReLU(), nn.Conv2d(6, 16, 3))
        self.pool = nn.AvgPool2d(2, 2)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(16 * 6 * 6, classes)

    def forward(self, x):
        return self.head(self.flatten(self.pool(self.features(self.norm(x)))))


class Loose(Sliding):
    """Holds a parameter that no stage has."""

    def __init__(self, classes):
        super().__init__(classes)
        self.scale = nn.Parameter(torch.ones(1))


def one_of(model):
    return model.eval(), [torch.empty(1, 3, 32, 32)]


def test_other_networks_have_stages_too(monkeypatch):
    found = layers.stages(*one_of(Sliding(10)))
    assert [(stage.name, stage.kind, stage.output, stage.stride) for stage in found] == [
        ("features", "convolution", (16, 12, 12), 2),
        ("pool", "average_pool", (16, 6, 6), 2),
        ("head", "linear", (10,), None),
    ]
    assert sum(stage.parameters for stage in found) == count(Sliding(10))
    monkeypatch.setattr(layers, "network", lambda options: one_of(Sliding(options["classes"])))
    rows = rows_of({"target": "x", "image": 32, "classes": 10})
    assert rows["features"]["kernel"] == "[5×5, 6; 3×3, 16]"
    assert rows["pool"]["kernel"] == "2×2 average pool"


def test_a_head_of_several_layers_is_a_stage_and_none_of_what_stands_before_it():
    model = Sliding(10)
    model.head = nn.Sequential(nn.Linear(16 * 6 * 6, 8), nn.ReLU(), nn.Linear(8, 10))
    *_, pool, head = layers.stages(*one_of(model))
    assert (pool.name, pool.parameters) == ("pool", 0)
    assert (head.name, head.kind, head.output, head.parameters) == ("head", "linear", (10,), count(model.head))
    assert head.more == 0


class Bypass(nn.Module):
    """A convolution and, whatever its name, another one past it."""

    def __init__(self):
        super().__init__()
        self.near = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 3, 3, padding=1))
        self.far = nn.Conv2d(3, 3, 1)

    def forward(self, x):
        return self.near(x) + self.far(x)


def test_a_shortcut_is_told_by_where_it_leads():
    model, inputs = one_of(nn.Sequential(OrderedDict(blocks=nn.Sequential(Bypass()), pool=nn.AdaptiveAvgPool2d(1))))
    blocks, _ = layers.stages(model, inputs)
    assert blocks.kernels == ((3, 3, 4), (3, 3, 3))
    assert blocks.more == 3 * 3 + 3


def test_a_table_that_would_not_add_up_is_refused():
    with pytest.raises(ResultsError, match="do not hold all of its"):
        layers.stages(*one_of(Loose(10)))


def test_an_unknown_model_is_a_users_error():
    with pytest.raises(TrainingError, match="Nowhere"):
        layers.build(Results({}), {**CIFAR, "target": "labreport.models.resnet:Nowhere"}, "en")
