"""torchvision's ResNet-34, with the stem for 32 x 32 images or with its own."""

from __future__ import annotations

from torch import nn
from torchvision.models import resnet

BLOCKS = [3, 4, 6, 3]
WIDTH = 64


class TorchvisionResNet34(resnet.ResNet):
    """The packaged ResNet-34 (He et al. 2015, arXiv:1512.03385).

    Args:
        classes: length of the output.
        width: channels of the first stage, 64 as published; other widths rebuild the stages with torchvision's code.
        stem: "cifar" replaces the 7x7 stride-2 convolution by 3x3 stride 1 and removes the max-pool; "imagenet" is
            the unmodified architecture.

    Raises:
        ValueError: another stem.
    """

    def __init__(self, classes: int, width: int = WIDTH, stem: str = "cifar") -> None:
        super().__init__(resnet.BasicBlock, BLOCKS, num_classes=classes)
        if stem not in ("cifar", "imagenet"):
            raise ValueError(f"stem: found {stem!r}, allowed are 'cifar' and 'imagenet'")
        if width != WIDTH:
            self._rebuild(classes, width)
        if stem == "cifar":
            self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
            self.maxpool = nn.Identity()
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def _rebuild(self, classes: int, width: int) -> None:
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = self._make_layer(resnet.BasicBlock, width, BLOCKS[0])
        self.layer2 = self._make_layer(resnet.BasicBlock, 2 * width, BLOCKS[1], stride=2)
        self.layer3 = self._make_layer(resnet.BasicBlock, 4 * width, BLOCKS[2], stride=2)
        self.layer4 = self._make_layer(resnet.BasicBlock, 8 * width, BLOCKS[3], stride=2)
        self.fc = nn.Linear(8 * width, classes)
