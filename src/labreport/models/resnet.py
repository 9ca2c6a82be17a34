"""The own ResNet-34 for 32 x 32 images, with its residual connections and without them."""

from __future__ import annotations

from torch import Tensor, nn

BLOCKS = (3, 4, 6, 3)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al. 2015, arXiv:1512.03385, figure 5 left).

    The shortcut is the identity, or a 1x1 convolution (`downsample`) where the shapes differ. Without `residual` there
    is no shortcut, and so no `downsample`.
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int, residual: bool) -> None:
        super().__init__()
        self.residual = residual
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels_out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if residual and (stride != 1 or channels_in != channels_out):
            self.downsample = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride=stride, bias=False), nn.BatchNorm2d(channels_out)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, c_in, h, w) -> (batch, c_out, h / stride, w / stride)."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.residual:
            out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet34(nn.Module):
    """ResNet-34 with the CIFAR stem (He et al. 2015, arXiv:1512.03385, table 1).

    The stem is one 3x3 convolution of stride 1 and no pooling, so that the four stages run at 32, 16, 8 and 4 pixels.
    Parameters have torchvision's names and initialisation (He et al. 2015, arXiv:1502.01852, by fan-out).

    Args:
        classes: length of the output.
        width: channels of the first stage; each further stage has twice as many.
    """

    residual = True

    def __init__(self, classes: int, width: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = self._stage(width, width, BLOCKS[0], stride=1)
        self.layer2 = self._stage(width, 2 * width, BLOCKS[1], stride=2)
        self.layer3 = self._stage(2 * width, 4 * width, BLOCKS[2], stride=2)
        self.layer4 = self._stage(4 * width, 8 * width, BLOCKS[3], stride=2)
        self.fc = nn.Linear(8 * width, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def _stage(self, channels_in: int, channels_out: int, blocks: int, stride: int) -> nn.Sequential:
        first = BasicBlock(channels_in, channels_out, stride, self.residual)
        others = (BasicBlock(channels_out, channels_out, 1, self.residual) for _ in range(blocks - 1))
        return nn.Sequential(first, *others)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, 3, 32, 32) -> logits (batch, classes)."""
        x = self.relu(self.bn1(self.conv1(images)))  # (batch, width, 32, 32)
        x = self.layer1(x)  # (batch, width, 32, 32)
        x = self.layer2(x)  # (batch, 2 width, 16, 16)
        x = self.layer3(x)  # (batch, 4 width, 8, 8)
        x = self.layer4(x)  # (batch, 8 width, 4, 4)
        return self.fc(x.mean((2, 3)))


class Plain34(ResNet34):
    """ResNet-34 with every residual connection removed: the "plain" network of He et al. 2015, section 3.3."""

    residual = False
