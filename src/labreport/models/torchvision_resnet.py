"""torchvision's residual networks, with the stem for 32 x 32 images or with their own."""

from collections.abc import Mapping
from typing import Literal

from torch import Tensor, nn
from torchvision.models import resnet

WIDTH = 64


class TorchvisionResNet(resnet.ResNet):
    """A packaged residual network (He et al. 2015, arXiv:1512.03385, table 1).

    Args:
        classes: length of the output.
        width: channels of the first stage, 64 as published; other widths rebuild the stages with torchvision's code.
        stem: "cifar" replaces the 7x7 stride-2 convolution by 3x3 stride 1 and removes the max-pool; "imagenet" is
            the unmodified architecture.
        channels: of the images, which may be of any size.
        weights: torchvision's, trained on other images, to start from; those of its last layer, which has other
            classes, are left out. None draws them.

    Raises:
        ValueError: another stem, or weights of another network.
    """

    block: type[resnet.BasicBlock | resnet.Bottleneck]
    blocks: tuple[int, int, int, int]

    def __init__(
        self,
        classes: int,
        width: int = WIDTH,
        stem: Literal["cifar", "imagenet"] = "cifar",
        channels: int = 3,
        weights: Mapping[str, Tensor] | None = None,
    ) -> None:
        super().__init__(self.block, list(self.blocks), num_classes=classes)
        if stem not in ("cifar", "imagenet"):
            raise ValueError(f"stem: found {stem!r}, allowed are 'cifar' and 'imagenet'")
        if width != WIDTH:
            self._rebuild(classes, width)
        if stem == "cifar":
            self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
            self.maxpool = nn.Identity()
        elif channels != self.conv1.in_channels:
            self.conv1 = nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if weights is not None:
            self._take(weights)

    def _take(self, weights: Mapping[str, Tensor]) -> None:
        own = {name: one.shape for name, one in self.state_dict().items() if not name.startswith("fc.")}
        found = {name: one for name, one in weights.items() if not name.startswith("fc.")}
        wrong = [name for name in own.keys() | found.keys() if name not in found or own.get(name) != found[name].shape]
        if wrong:
            raise ValueError(f"the pretrained weights are of another network: {min(wrong)} does not fit")
        self.load_state_dict(found, strict=False)

    def _rebuild(self, classes: int, width: int) -> None:
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = self._make_layer(self.block, width, self.blocks[0])
        self.layer2 = self._make_layer(self.block, 2 * width, self.blocks[1], stride=2)
        self.layer3 = self._make_layer(self.block, 4 * width, self.blocks[2], stride=2)
        self.layer4 = self._make_layer(self.block, 8 * width, self.blocks[3], stride=2)
        self.fc = nn.Linear(8 * width * self.block.expansion, classes)


class TorchvisionResNet34(TorchvisionResNet):
    """The packaged ResNet-34."""

    block = resnet.BasicBlock
    blocks = (3, 4, 6, 3)


class TorchvisionResNet50(TorchvisionResNet):
    """The packaged ResNet-50, by default with its own stem: 32 pixels come out of the last stage as one.

    Its last layer is a linear one to the classes.

    Args:
        classes: length of the output.
        width: as above; the stages have 4, 8, 16 and 32 times as many channels.
        stem: as above.
        channels: as above.
        weights: as above.
    """

    block = resnet.Bottleneck
    blocks = (3, 4, 6, 3)

    def __init__(
        self,
        classes: int,
        width: int = WIDTH,
        stem: Literal["cifar", "imagenet"] = "imagenet",
        channels: int = 3,
        weights: Mapping[str, Tensor] | None = None,
    ) -> None:
        super().__init__(classes, width, stem, channels, weights)
