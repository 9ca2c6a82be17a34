from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import resnet18, resnet34, resnet50

from labreport.models.resnet import BasicBlock, Plain34, ResNet18, ResNet34, ResNetSmall
from labreport.models.torchvision_resnet import TorchvisionResNet34, TorchvisionResNet50

TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(scope="module", params=[64, 8], ids=["published", "demo"])
def pair(request: pytest.FixtureRequest) -> tuple[nn.Module, nn.Module]:
    """The own and the packaged ResNet-34 with the same parameters, statistics of a real batch in their buffers."""
    torch.manual_seed(0)
    packaged = TorchvisionResNet34(10, request.param)
    with torch.no_grad():
        packaged(torch.randn(4, 3, 16, 16))
    own = ResNet34(10, request.param)
    own.load_state_dict(packaged.state_dict())
    return own, packaged


@pytest.mark.parametrize("training", [True, False])
def test_own_resnet_computes_what_torchvision_computes(pair: tuple[nn.Module, nn.Module], training: bool) -> None:
    images = torch.randn(4, 3, 16, 16)
    own, packaged = (model.train(training)(images) for model in pair)
    torch.testing.assert_close(own, packaged, **TOLERANCE)


def test_own_resnet_has_torchvision_gradients_and_statistics(pair: tuple[nn.Module, nn.Module]) -> None:
    images, targets = torch.randn(4, 3, 16, 16), torch.tensor([0, 3, 9, 3])
    for model in pair:
        nn.functional.cross_entropy(model(images), targets).backward()
    own, packaged = (dict(model.named_parameters()) for model in pair)
    assert own.keys() == packaged.keys()
    for name, parameter in own.items():
        torch.testing.assert_close(parameter.grad, packaged[name].grad, rtol=1e-4, atol=1e-5, msg=name)
    torch.testing.assert_close(dict(pair[0].named_buffers()), dict(pair[1].named_buffers()), **TOLERANCE)


def test_initialisation_has_torchvision_spread() -> None:
    torch.manual_seed(0)
    for (name, own), packaged in zip(
        ResNet34(10).state_dict().items(), TorchvisionResNet34(10).state_dict().values(), strict=True
    ):
        if own.numel() > 10_000:
            assert own.std().item() == pytest.approx(packaged.std().item(), rel=0.05), name


def test_34_weighted_layers_and_published_parameter_count() -> None:
    model = ResNet34(10)
    weighted = [m for name, m in model.named_modules() if isinstance(m, (nn.Conv2d, nn.Linear)) and "down" not in name]
    assert len(weighted) == 34
    # torchvision's 21,797,672 with the 7x7 stem and 1000 classes, less what stem and classes change
    expected = 21_797_672 - 64 * 3 * (49 - 9) - 990 * 513
    assert sum(parameter.numel() for parameter in model.parameters()) == expected


def test_plain_is_the_same_network_without_shortcuts() -> None:
    plain, residual = Plain34(10, 8), ResNet34(10, 8)
    missing = residual.state_dict().keys() - plain.state_dict().keys()
    assert missing
    assert all(".downsample." in name for name in missing)
    assert plain.state_dict().keys() < residual.state_dict().keys()


def test_plain_block_is_its_two_convolutions() -> None:
    torch.manual_seed(0)
    block = BasicBlock(4, 4, 1, residual=False).eval()
    x = torch.randn(2, 4, 5, 5)

    def convolution(x: Tensor, weight: Tensor) -> Tensor:
        # fresh batch norm in eval mode divides by sqrt(1 + eps)
        return nn.functional.conv2d(x, weight, padding=1) / (1 + 1e-5) ** 0.5

    expected = convolution(convolution(x, block.conv1.weight).relu(), block.conv2.weight).relu()
    torch.testing.assert_close(block(x), expected, **TOLERANCE)


def test_imagenet_stem_is_torchvision_unmodified() -> None:
    ours, theirs = TorchvisionResNet34(1000, stem="imagenet"), resnet34()
    assert str(ours).partition("\n")[2] == str(theirs).partition("\n")[2]
    ours.load_state_dict(theirs.state_dict())


@pytest.mark.parametrize("width", [64, 8])
@pytest.mark.parametrize("stem", ["cifar", "imagenet"])
def test_grey_images_change_the_first_convolution_alone(stem: Literal["cifar", "imagenet"], width: int) -> None:
    grey, colour = (str(TorchvisionResNet34(10, width, stem, channels)) for channels in (1, 3))
    assert grey == colour.replace("Conv2d(3, ", "Conv2d(1, ")


def test_narrow_packaged_resnet_has_narrow_stages() -> None:
    model = TorchvisionResNet34(10, 8)
    shapes = [tuple(getattr(model, f"layer{stage}")[-1].conv2.weight.shape) for stage in (1, 2, 3, 4)]
    assert shapes == [(width, width, 3, 3) for width in (8, 16, 32, 64)]


def test_unknown_stem_is_refused() -> None:
    with pytest.raises(ValueError, match="'cifar' and 'imagenet'"):
        TorchvisionResNet34(10, stem="mnist")


def test_resnet18_computes_what_torchvision_computes_behind_the_cifar_stem() -> None:
    torch.manual_seed(0)
    packaged = resnet18(num_classes=10)
    packaged.conv1, packaged.maxpool = nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.Identity()
    own = ResNet18(10)
    own.load_state_dict(packaged.state_dict())
    images = torch.randn(2, 3, 16, 16)
    torch.testing.assert_close(own(images), packaged(images), **TOLERANCE)


def test_celu_stands_at_every_place_of_relu_and_nowhere_else() -> None:
    relu, celu = ResNet18(10, 4), ResNet18(10, 4, activation="celu")
    places = {name: type(module) for name, module in relu.named_modules()}
    for name, module in celu.named_modules():
        assert type(module) is (nn.CELU if places[name] is nn.ReLU else places[name])
    assert len([kind for kind in places.values() if kind is nn.ReLU]) == 9


def test_celu_block_is_its_formula() -> None:
    torch.manual_seed(0)
    block = BasicBlock(4, 4, 1, activation="celu").double()
    x = torch.randn(2, 4, 5, 5, dtype=torch.float64)

    def celu(x: Tensor) -> Tensor:
        return x.clamp(min=0) + (x.clamp(max=0).exp() - 1)

    inner = celu(block.bn1(block.conv1(x)))
    torch.testing.assert_close(block(x), celu(block.bn2(block.conv2(inner)) + x))


@pytest.mark.parametrize("build", [ResNet18, lambda classes, activation: BasicBlock(4, 4, 1, activation=activation)])
def test_unknown_activation_is_refused(build: Callable[..., nn.Module]) -> None:
    with pytest.raises(ValueError, match="'relu' and 'celu'"):
        build(10, activation="gelu")


def test_small_resnet_has_three_stages_of_two_blocks_and_shortcuts_where_shapes_differ() -> None:
    model = ResNetSmall(10)
    expected = 3 * 16 * 9 + 2 * 16 + 65 * 10
    for channels_in, channels_out in ((16, 16), (16, 16), (16, 32), (32, 32), (32, 64), (64, 64)):
        expected += (channels_in + channels_out) * channels_out * 9 + 4 * channels_out
        if channels_in != channels_out:
            expected += channels_in * channels_out + 2 * channels_out
    assert sum(parameter.numel() for parameter in model.parameters()) == expected
    shortcuts = [name for name, _ in model.named_modules() if name.endswith("downsample")]
    assert shortcuts == ["layer2.0.downsample", "layer3.0.downsample"]
    sizes = {}
    for name in ("layer1", "layer2", "layer3"):
        getattr(model, name).register_forward_hook(lambda m, i, out, name=name: sizes.update({name: out.shape[1:]}))
    model(torch.randn(2, 3, 32, 32))
    assert sizes == {"layer1": (16, 32, 32), "layer2": (32, 16, 16), "layer3": (64, 8, 8)}


def test_resnet50_is_torchvision_unmodified_but_for_the_classes() -> None:
    ours, theirs = TorchvisionResNet50(1000), resnet50()
    assert str(ours).partition("\n")[2] == str(theirs).partition("\n")[2]
    # torchvision's 25,557,032 parameters, less 990 classes
    assert sum(parameter.numel() for parameter in TorchvisionResNet50(10).parameters()) == 25_557_032 - 990 * 2049


def test_narrow_resnet50_has_narrow_stages() -> None:
    model = TorchvisionResNet50(10, 8)
    shapes = [tuple(getattr(model, f"layer{stage}")[-1].conv3.weight.shape) for stage in (1, 2, 3, 4)]
    assert shapes == [(4 * width, width, 1, 1) for width in (8, 16, 32, 64)]


@pytest.mark.parametrize(("ours", "theirs"), [(TorchvisionResNet34, resnet34), (TorchvisionResNet50, resnet50)])
def test_with_an_eighth_of_the_channels_it_is_torchvision_with_an_eighth_of_them(
    ours: type[nn.Module], theirs: Callable[[], nn.Module]
) -> None:
    """Every number of two digits is one of channels, but for the classes and 1e-05."""
    narrow = re.sub(r"(?<!-)\b(?!1000\b)\d{2,}\b", lambda n: str(int(n[0]) // 8), str(theirs()).partition("\n")[2])
    assert str(ours(1000, 8, stem="imagenet")).partition("\n")[2] == narrow


def test_a_network_starts_from_pretrained_weights_but_for_its_last_layer() -> None:
    theirs = resnet50()
    ours = TorchvisionResNet50(10, weights=theirs.state_dict())
    state = ours.state_dict()
    assert state["fc.weight"].shape == (10, 2048)
    for name, tensor in theirs.state_dict().items():
        assert name.startswith("fc.") or torch.equal(state[name], tensor)
    with torch.inference_mode():  # what stands before the last layer says the same of an image
        ours.fc = theirs.fc = torch.nn.Identity()
        images = torch.randn(1, 3, 32, 32)
        torch.testing.assert_close(ours.eval()(images), theirs.eval()(images))


@pytest.mark.parametrize("change", [{"width": 8}, {"stem": "cifar"}])
def test_weights_of_another_network_are_refused(change: dict[str, Any]) -> None:
    weights = resnet50().state_dict()
    with pytest.raises(ValueError, match=r"the pretrained weights are of another network: .* does not fit"):
        TorchvisionResNet50(10, weights=weights, **change)
    del weights["layer4.2.bn3.weight"]
    with pytest.raises(ValueError, match=r"layer4\.2\.bn3\.weight does not fit"):
        TorchvisionResNet50(10, weights=weights)
