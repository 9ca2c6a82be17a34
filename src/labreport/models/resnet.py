"""The own residual networks for 32 x 32 images, and ResNet-34 without its residual connections."""

from typing import Literal

from torch import Tensor, nn


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al. 2015, arXiv:1512.03385, figure 5 left).

    The shortcut is the identity, or a 1x1 convolution (`downsample`) where the shapes differ. Without `residual` there
    is no shortcut, and so no `downsample`.
    """

    def __init__(
        self, channels_in: int, channels_out: int, stride: int, residual: bool = True, activation: str = "relu"
    ) -> None:
        super().__init__()
        self.residual = residual
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels_out)
        self.activation = activation_layer(activation)
        self.downsample: nn.Module | None = None
        if residual and (stride != 1 or channels_in != channels_out):
            self.downsample = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride=stride, bias=False), nn.BatchNorm2d(channels_out)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, c_in, h, w) -> (batch, c_out, h / stride, w / stride)."""
        out = self.activation(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.residual:
            out += x if self.downsample is None else self.downsample(x)
        return self.activation(out)


class ResNet(nn.Module):
    """Four stages of basic blocks behind the CIFAR stem (He et al. 2015, arXiv:1512.03385, table 1).

    The stem is one 3x3 convolution of stride 1 and no pooling, so that images of 32 pixels run through
    the four stages at 32, 16, 8 and 4.
    Parameters have torchvision's names.

    Args:
        classes: length of the output.
        width: channels of the first stage; each further stage has twice as many.
        activation: "relu", or "celu", which is max(0, x) + min(0, exp(x) - 1) (Barron 2017, arXiv:1704.07483).
        initialisation: of the convolutions: "fan_out" as in torchvision (normal, He et al. 2015, arXiv:1502.01852),
            "default" as in `torch.nn.Conv2d` (uniform, in +-1 / sqrt(fan-in)).
        channels: of the images, which may be of any size.

    Raises:
        ValueError: another activation or initialisation.
    """

    blocks: tuple[int, int, int, int]
    residual = True

    def __init__(
        self,
        classes: int,
        width: int = 64,
        activation: Literal["relu", "celu"] = "relu",
        initialisation: Literal["fan_out", "default"] = "fan_out",
        channels: int = 3,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.activation = activation_layer(activation)
        self.layer1 = self._stage(width, width, self.blocks[0], 1, activation)
        self.layer2 = self._stage(width, 2 * width, self.blocks[1], 2, activation)
        self.layer3 = self._stage(2 * width, 4 * width, self.blocks[2], 2, activation)
        self.layer4 = self._stage(4 * width, 8 * width, self.blocks[3], 2, activation)
        self.fc = nn.Linear(8 * width, classes)
        initialise(self, initialisation)

    def _stage(self, channels_in: int, channels_out: int, blocks: int, stride: int, activation: str) -> nn.Sequential:
        sizes = [(channels_in, stride)] + [(channels_out, 1)] * (blocks - 1)
        return nn.Sequential(*(BasicBlock(c, channels_out, s, self.residual, activation) for c, s in sizes))

    def forward(self, images: Tensor) -> Tensor:
        """(batch, channels, h, w) -> logits (batch, classes); the sizes below are those of 32 pixels."""
        x = self.activation(self.bn1(self.conv1(images)))  # (batch, width, 32, 32)
        x = self.layer1(x)  # (batch, width, 32, 32)
        x = self.layer2(x)  # (batch, 2 width, 16, 16)
        x = self.layer3(x)  # (batch, 4 width, 8, 8)
        x = self.layer4(x)  # (batch, 8 width, 4, 4)
        return self.fc(x.mean((2, 3)))


class ResNet18(ResNet):
    """ResNet-18 with the CIFAR stem."""

    blocks = (2, 2, 2, 2)


class ResNet34(ResNet):
    """ResNet-34 with the CIFAR stem."""

    blocks = (3, 4, 6, 3)


class Plain34(ResNet34):
    """ResNet-34 with every residual connection removed: the "plain" network of He et al. 2015, section 3.3."""

    residual = False


class ResNetSmall(nn.Module):
    """A small residual network: three stages of two basic blocks (He et al. 2015, arXiv:1512.03385, section 4.2).

    Args:
        classes: length of the output.
        width: channels of the first stage; each further stage has twice as many.
        initialisation: of the convolutions, see `ResNet`.
        channels: of the images, which may be of any size.
    """

    def __init__(
        self,
        classes: int,
        width: int = 16,
        initialisation: Literal["fan_out", "default"] = "fan_out",
        channels: int = 3,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = nn.Sequential(BasicBlock(width, width, 1), BasicBlock(width, width, 1))
        self.layer2 = nn.Sequential(BasicBlock(width, 2 * width, 2), BasicBlock(2 * width, 2 * width, 1))
        self.layer3 = nn.Sequential(BasicBlock(2 * width, 4 * width, 2), BasicBlock(4 * width, 4 * width, 1))
        self.fc = nn.Linear(4 * width, classes)
        initialise(self, initialisation)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, channels, h, w) -> logits (batch, classes); the sizes below are those of 32 pixels."""
        x = self.relu(self.bn1(self.conv1(images)))  # (batch, width, 32, 32)
        x = self.layer1(x)  # (batch, width, 32, 32)
        x = self.layer2(x)  # (batch, 2 width, 16, 16)
        x = self.layer3(x)  # (batch, 4 width, 8, 8)
        return self.fc(x.mean((2, 3)))


def activation_layer(name: str) -> nn.Module:
    """The activation of that name, computed in place.

    Raises:
        ValueError: another name.
    """
    if name == "relu":
        return nn.ReLU(inplace=True)
    if name == "celu":
        return nn.CELU(inplace=True)
    raise ValueError(f"activation: found {name!r}, allowed are 'relu' and 'celu'")


def initialise(network: nn.Module, how: str) -> None:
    """Draw every convolution's weights anew, or leave torch's own draw.

    Args:
        network: whose convolutions are meant.
        how: "fan_out" or "default", see `ResNet`.

    Raises:
        ValueError: another one.
    """
    if how not in ("fan_out", "default"):
        raise ValueError(f"initialisation: found {how!r}, allowed are 'fan_out' and 'default'")
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and how == "fan_out":
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
