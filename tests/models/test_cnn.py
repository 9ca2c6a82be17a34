"""The plain networks, against the same layers written as one sequence in the published order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from labreport.models.cnn import CNN3, CNN4
from labreport.models.lenet import LeNet5


def cnn4() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 32, (5, 5), padding=2),
        nn.ReLU(),
        nn.Conv2d(32, 16, (3, 3), padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 64, (5, 5), padding=2),
        nn.ReLU(),
        nn.Conv2d(64, 16, (3, 3), padding=1),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1024, 10),
    )


def cnn3() -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels_in, channels_out in ((3, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    linear = [nn.Linear(1024, 512), nn.ReLU(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10)]
    return nn.Sequential(*layers, nn.Flatten(), *linear)


def lenet5() -> nn.Sequential:
    convolutions = [nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)]
    linear = [nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)]
    return nn.Sequential(*convolutions, nn.Flatten(), *linear)


@pytest.mark.parametrize(("network", "published"), [(CNN4, cnn4), (CNN3, cnn3), (LeNet5, lenet5)])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_results_and_gradients_are_those_of_the_published_order(
    network: Callable[[int], nn.Module], published: Callable[[], nn.Sequential], memory_format: torch.memory_format
) -> None:
    torch.manual_seed(0)
    expected = published()
    model = network(10)
    values = expected.state_dict().values()
    model.load_state_dict(dict(zip(model.state_dict(), values, strict=True)))
    model.to(memory_format=memory_format)
    expected.to(memory_format=memory_format)
    images = torch.randn(4, 3, 32, 32).to(memory_format=memory_format)
    outputs = [one(images) for one in (model, expected)]
    assert torch.equal(*outputs)
    for output in outputs:
        output.square().sum().backward()
    for parameter, other in zip(model.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(parameter.grad, other.grad, rtol=1e-6, atol=1e-6)


def test_lenet5_has_the_published_sizes_but_for_colour_and_full_connections() -> None:
    """LeCun et al. 1998, section II.B: 156 parameters in C1, 1,516 in C3, 48,120 in C5, 10,164 in F6."""
    counts = [sum(p.numel() for p in layer.parameters()) for layer in LeNet5(10).children()]
    c1, c3, c5, f6 = (count for count in counts[:-2] if count)
    assert c1 == 156 + 2 * 6 * 25
    assert c3 == 16 * (6 * 25 + 1)  # the published 1,516 are of a partial connection scheme
    assert (c5, f6) == (48_120, 10_164)
