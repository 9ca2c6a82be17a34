"""The rows of networks against the networks: sizes by their own forward pass, parameters, kernels, shortcuts."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from labreport.figures.networks.structure import rows_of
from labreport.figures.networks.tracing import follow, network
from labreport.models.registry import MODELS
from labreport.training.construction import build_model
from tests.figures.networks.cases import FULL, PARTS, SIZES, Branches, Odd, Texts


def rows(name, parameters=None, path=None):
    model, inputs = network({"target": MODELS[name], "parameters": parameters, **SIZES})
    return model, rows_of(model, follow(model, inputs), path or "")


@pytest.mark.parametrize(("name", "parameters"), FULL)
def test_every_parameter_is_in_one_row(name, parameters):
    model, found = rows(name, parameters)
    words = sum(module.weight.numel() for module in model.modules() if isinstance(module, nn.Embedding))
    assert sum(row.parameters or 0 for row in found) == sum(one.numel() for one in model.parameters()) - words
    assert [row.name for row in found if row.parameters is None] == (["embedding"] if words else [])


@pytest.mark.parametrize("name", ["lenet5", "cnn4", "cnn3", "resnet18", "resnet_small", "resnet50", "rnn_rows"])
def test_outputs_are_those_of_a_real_forward_pass(name):
    model = build_model(MODELS[name], {}, {"classes": 10}).eval()
    seen = {}
    for path, module in model.named_modules():
        module.register_forward_hook(lambda _m, _i, output, path=path: seen.update({path: output}))
    with torch.inference_mode():
        model(torch.zeros(2, 3, 32, 32))
    _, found = rows(name)
    compared = [row for row in found if row.name in seen]
    assert len(compared) >= 2
    for row in compared:
        output = seen[row.name][0] if isinstance(seen[row.name], tuple) else seen[row.name]
        assert row.output == "×".join(map(str, output.shape[1:])), row.name
    assert found[-1].output == "10"
    order = list(seen)
    assert [row.name for row in compared] == sorted((row.name for row in compared), key=order.index)


@pytest.mark.parametrize("name", ["lenet5", "cnn4", "resnet50", "resnet18"])
def test_kernels_and_strides_are_the_modules(name):
    model, found = rows(name)
    sliding = [row for row in found if row.kernel]
    assert sliding
    for row in sliding:
        module = model.get_submodule(row.name)
        size = module.kernel_size if isinstance(module.kernel_size, tuple) else (module.kernel_size,) * 2
        usual = 1 if row.kind == "convolution" else size[0]
        stride = module.stride if isinstance(module.stride, int) else module.stride[0]
        assert row.kernel == f"{size[0]}×{size[1]}"
        assert (row.stride or usual) == stride


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnet_small", "plain34"])
def test_each_block_has_its_shortcut(name):
    model, found = rows(name)
    stages = [row for row in found if row.kind == "stage"]
    assert len(stages) == len([child for child, _ in model.named_children() if child.startswith("layer")])
    for row in stages:
        blocks = list(model.get_submodule(row.name))
        assert row.repeats == len(blocks)
        assert row.operation == type(blocks[0]).__name__
        kinds = ["identity" if block.downsample is None else "projection" for block in blocks]
        assert row.shortcuts.split() == ([] if name == "plain34" else kinds)


def test_activation_and_normalisation_stand_with_the_layer_before_them():
    _, found = rows("cnn4")
    layers = [row.after for row in found if row.kind in ("convolution", "max_pool")]
    assert layers == ["ReLU", "", "ReLU", "ReLU", "", ""]
    assert rows("resnet18", {"activation": "celu"})[1][1].after == "BN, CELU"


@pytest.mark.parametrize(("name", "path"), PARTS)
def test_a_part_has_each_of_its_layers_and_where_its_shortcut_begins(name, path):
    model, found = rows(name, path=path)
    block = model.get_submodule(path)
    layers = [child for child, module in block.named_modules(prefix=path) if isinstance(module, nn.Conv2d)]
    assert [row.name for row in found if row.kind == "convolution"] == layers
    aside = [child for child in layers if "downsample" in child]
    assert [row.name for row in found if row.branch] == aside
    assert all(row.after.startswith("BN") for row in found if row.kind == "convolution")
    (total,) = [row for row in found if row.kind == "join"]
    assert (total.operation, total.starts) == ("add", "row 0")
    assert [row.operation for row in found if row.kind == "activation"] == ["ReLU"], "that of the sum"
    assert sum(row.parameters or 0 for row in found) == sum(one.numel() for one in block.parameters())


def own(model, inputs):
    """Rows of a model that is none of the package's."""
    model = model()
    return model, rows_of(model.eval(), follow(model, inputs()))


def test_ways_side_by_side_begin_at_the_same_row_and_meet_in_one():
    _, found = own(Branches, lambda: [torch.empty(1, 12, 8, 8)])
    (join,) = [row for row in found if row.kind == "join"]
    assert (join.operation, join.starts, join.output) == ("cat", "row 0, row 0", "24×8×8")
    assert {row.name: row.branch for row in found[1:-1]} == {"one": 1, "two": 2, "three.0": 0, "three.1": 0}


def test_an_odd_network_keeps_its_gate_its_shortcuts_and_what_is_in_no_layer():
    model, found = own(lambda: Odd(10), lambda: [torch.empty(1, 3, 16, 16)])
    names = [row.name for row in found]
    joins = {row.operation + row.starts: names[int(row.starts.split()[1])] for row in found if row.kind == "join"}
    assert joins == {"mulrow 2": "mix", "addrow 5": "mul", "addrow 8": "add"}
    assert names[2:] == [
        "mix", "gate.0", "gate.1", "mul", "twice", "twice", "add", "attention", "add", "mean", "head.first",
        "head.second", "rest",
    ]  # fmt: skip
    assert found[-1].parameters == 7
    assert sum(row.parameters for row in found) == sum(one.numel() for one in model.parameters())


def test_blocks_that_are_alike_become_one_of_several():
    _, found = own(lambda: Texts(2, 50), lambda: [torch.zeros(1, 9, dtype=torch.int64), torch.ones(1)])
    kinds = [row.kind for row in found]
    assert kinds == ["input", "embedding", "stage", "recurrent", "mean_over_time", "linear"]
    assert (found[2].operation, found[2].repeats) == ("TransformerEncoderLayer", 3)
    assert found[2].shortcuts.split() == ["identity"] * 3


def test_recurrent_layers_tell_how_they_read():
    (row,) = [row for row in rows("rnn_rows")[1] if row.kind == "recurrent"]
    assert (row.operation, row.layers, row.directions, row.units, row.reads, row.output) == (
        "RNN", 2, 1, 512, "32×96", "32×512",
    )  # fmt: skip
    (row,) = [row for row in rows("residual_lstm")[1] if row.kind == "recurrent"]
    assert (row.layers, row.shortcuts.split()) == (8, ["projection"] + 7 * ["identity"])
    kinds = [row.kind for row in rows("siamese_lstm", {"layer_norm": True, "pooling": "max"})[1]]
    assert kinds == ["input", "embedding", "recurrent", "normalization", "max_over_time", "similarity"]


class Pair(nn.Module):
    """Two inputs through one layer and a similarity of the caller's."""

    def __init__(self, similarity):
        super().__init__()
        self.layer = nn.Linear(4, 3)
        self.similarity = similarity

    def forward(self, a, b):
        return self.similarity(self.layer(a), self.layer(b))


@pytest.mark.parametrize(
    ("similarity", "expected"),
    [(lambda a, b: torch.exp(-(a - b).abs().sum(1)), "manhattan"), (torch.cosine_similarity, "other")],
)
def test_the_formula_is_written_only_where_it_is_computed(similarity, expected):
    model = Pair(similarity)
    found = rows_of(model, follow(model, [torch.empty(1, 4) for _ in "ab"]))
    assert [(row.kind, row.operation) for row in found][1:] == [("linear", "Linear"), ("similarity", expected)]
