"""Every model of the registry, in every combination of its switches and words, on small inputs of its kind."""

from __future__ import annotations

import importlib
import inspect
import itertools
import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
import torch
from torch import Tensor, nn

from labreport.errors import TrainingError
from labreport.models.registry import MODELS
from labreport.training.construction import build_model

SMALL = {"width": 8, "embedding": 6, "hidden": 5}
BATCH, STEPS, LENGTH, WORDS, CLASSES, VECTOR = 4, 7, 16, 20, 3, 6
LENGTHS = torch.tensor([7, 3, 1, 5])
OTHER_LENGTHS = torch.tensor([2, 7, 4, 1])


def signature(name: str) -> dict[str, Any]:
    """A model's constructor parameters and their annotations."""
    module, _, class_name = MODELS[name].partition(":")
    model_class = getattr(importlib.import_module(module), class_name)
    hints = get_type_hints(model_class.__init__)
    return {parameter: hints[parameter] for parameter in inspect.signature(model_class).parameters}


def choices(annotation: Any) -> tuple[Any, ...]:
    """All values of a switch or of a word; none for a size."""
    if annotation is bool:
        return (False, True)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def variants(name: str) -> list[dict[str, Any]]:
    parameters = signature(name)
    chosen = {parameter: choices(annotation) for parameter, annotation in parameters.items() if choices(annotation)}
    small = {parameter: size for parameter, size in SMALL.items() if parameter in parameters}
    return [small | dict(zip(chosen, values, strict=True)) for values in itertools.product(*chosen.values())]


CASES = [pytest.param(name, one, id=f"{name}-{index}") for name in MODELS for index, one in enumerate(variants(name))]
PAIRS = [case for case in CASES if "vectors" in signature(case.values[0])]
WORDY = [case for case in CASES if {"vectors", "vocabulary"} & signature(case.values[0]).keys()]


def vectors() -> Tensor:
    made = torch.randn(WORDS, VECTOR, generator=torch.Generator().manual_seed(3))
    made[0] = 0
    return made


def build(name: str, parameters: dict[str, Any]) -> nn.Module:
    torch.manual_seed(0)
    facts = {"classes": CLASSES, "vocabulary": WORDS, "length": LENGTH, "vectors": vectors()}
    return build_model(MODELS[name], parameters, facts)


def padded(lengths: Tensor) -> Tensor:
    """Word indices (batch, steps), 0 behind each length."""
    return torch.randint(1, WORDS, (BATCH, STEPS)) * (torch.arange(STEPS) < lengths.unsqueeze(1))


def inputs(name: str) -> tuple[Tensor, ...]:
    torch.manual_seed(1)
    if "vectors" in signature(name):
        return padded(LENGTHS), LENGTHS, padded(OTHER_LENGTHS), OTHER_LENGTHS
    if "vocabulary" in signature(name):
        return padded(LENGTHS), LENGTHS
    return (torch.randn(BATCH, 3, 32, 32),)


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_output_has_its_shape_and_gradients_reach_every_trained_parameter(
    name: str, parameters: dict[str, Any]
) -> None:
    model = build(name, parameters)
    out = model(*inputs(name))
    if "vectors" in signature(name):
        assert out.shape == (BATCH,)
        assert ((out > 0) & (out <= 1)).all()
    else:
        assert out.shape == (BATCH, CLASSES)
    out.square().sum().backward()
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained
    largest = max(float(parameter.grad.abs().max()) for parameter in trained.values() if parameter.grad is not None)
    # a gradient that cancels out leaves rounding errors or nothing at all, depending on the order of its sum
    negligible = 1e-6 * largest
    idle = {
        one
        for one, parameter in trained.items()
        if parameter.grad is None or float(parameter.grad.abs().max()) <= negligible
    }
    assert idle == unread(name, parameters)


IMAGES = [name for name in MODELS if not {"vectors", "vocabulary"} & signature(name).keys()]


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize(("channels", "size"), [(1, 28), (1, 16), (3, 48)])
def test_images_of_every_size_and_grey_ones_are_read(name: str, channels: int, size: int) -> None:
    facts = {"classes": CLASSES, "channels": channels, "size": size}
    model = build_model(MODELS[name], {"width": 8} if "width" in signature(name) else {}, facts)
    out = model(torch.randn(BATCH, channels, size, size))
    out.square().sum().backward()
    assert out.shape == (BATCH, CLASSES)
    first = next(parameter for parameter in model.parameters() if parameter.ndim > 1)
    assert first.grad is not None
    assert first.grad.abs().sum() > 0


@pytest.mark.parametrize(("name", "least"), [("cnn4", 4), ("cnn3", 8), ("lenet5", 16)])
def test_images_of_which_nothing_would_be_left_are_refused(name: str, least: int) -> None:
    build_model(MODELS[name], {}, {"classes": CLASSES, "size": least})
    words = f"found images of {least - 1} x {least - 1} pixels, allowed are {least} x {least} and larger"
    with pytest.raises(TrainingError, match=words):
        build_model(MODELS[name], {}, {"classes": CLASSES, "size": least - 1})


def unread(name: str, parameters: dict[str, Any]) -> set[str]:
    """Parameters that cannot matter to a similarity, which only sees the difference of two sentences."""
    if "siamese" not in name:
        return set()
    behind = name == "siamese_lstm_padded" and parameters["pooling"] == "last"  # the padding
    # added to the states of both sentences, and to their maxima; a graph convolution cuts off what is below zero, but
    # behind the padding in both alike
    rectified = parameters["graph_convolution"] and not behind
    found = {"norm.bias"} if parameters["layer_norm"] and not rectified else set()
    if behind and parameters["bidirectional"]:
        # Behind the padding a backward direction has only read zero vectors, one or, with the neighbour that a graph
        # convolution sees, two; its states are the same for both sentences, and only a norm, which sees both
        # directions, tells how large they are.
        kinds = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}
        if parameters["layer_norm"]:
            kinds -= {"bias_ih", "bias_hh"} | ({"weight_hh"} if parameters["graph_convolution"] else set())
        found |= {f"lstm.{kind}_l0_reverse" for kind in kinds}
    return found


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_a_sample_gives_alone_what_it_gives_in_a_batch(name: str, parameters: dict[str, Any]) -> None:
    model, batch = build(name, parameters).eval(), inputs(name)
    alone = torch.cat([model(*(part[row : row + 1] for part in batch)) for row in range(BATCH)])
    torch.testing.assert_close(alone, model(*batch), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("name", "parameters"), WORDY)
def test_how_far_a_batch_is_padded_does_not_matter_nor_what_stands_there(name: str, parameters: dict[str, Any]) -> None:
    """Where padding is read, it is what the data are filled up to."""
    model, batch = build(name, parameters).eval(), inputs(name)
    reads_padding = "siamese" not in name and parameters["pooling"] == "max"
    more = []
    for tokens, lengths in zip(batch[::2], batch[1::2], strict=True):
        longer = torch.cat((tokens, torch.zeros(BATCH, 3, dtype=torch.int64)), 1)
        there = longer if reads_padding else torch.where(torch.arange(STEPS + 3) < lengths.unsqueeze(1), longer, 7)
        more += [there, lengths]
    torch.testing.assert_close(model(*more), model(*batch), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "parameters"), PAIRS)
def test_similarity_is_symmetric_and_one_for_equal_sentences(name: str, parameters: dict[str, Any]) -> None:
    model = build(name, parameters).eval()
    tokens_a, lengths_a, tokens_b, lengths_b = inputs(name)
    there = model(tokens_a, lengths_a, tokens_b, lengths_b)
    back = model(tokens_b, lengths_b, tokens_a, lengths_a)
    torch.testing.assert_close(there, back, rtol=1e-5, atol=1e-6)
    # over the padding sentences come to lie close together, and closer still where what is below zero is cut off
    close = name == "siamese_lstm_padded" and parameters["graph_convolution"] and parameters["pooling"] == "last"
    assert (there < (0.99998 if close else 0.9999)).all()
    torch.testing.assert_close(model(tokens_a, lengths_a, tokens_a, lengths_a), torch.ones(BATCH), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("name", "parameters"), PAIRS)
def test_word_vectors_begin_as_given_and_padding_stays_zero(name: str, parameters: dict[str, Any]) -> None:
    model, batch, given = build(name, parameters), inputs(name), vectors()
    batch[0][0, 0] = 1  # an unknown word
    table = model.embedding.weight
    assert torch.equal(table, given)
    optimizer = torch.optim.RMSprop([one for one in model.parameters() if one.requires_grad], lr=0.01)
    for _ in range(3):
        optimizer.zero_grad()
        model(*batch).sum().backward()
        optimizer.step()
    assert not table[0].any()
    assert torch.equal(table, given) == parameters["frozen"]
    assert torch.equal(table[1], given[1]) == parameters["frozen"]


@pytest.mark.parametrize("target", MODELS.values())
def test_every_class_says_what_it_is(target: str) -> None:
    module, _, name = target.partition(":")
    assert getattr(importlib.import_module(module), name).__doc__


def test_every_model_that_experiments_name_is_there() -> None:
    config = Path(__file__).parents[2] / "config"
    text = "\n".join(path.read_text(encoding="utf-8") for path in config.rglob("*.yaml"))
    assert {"cnn3", "lstm"} <= set(re.findall(r"model: \{name: (\w+)", text)) <= set(MODELS)
