"""Plain convolutional networks for square images: convolutions, pooling and linear layers, nothing else.

ReLU stands behind the pooling where both follow a convolution: the larger of two values is the same before and after
ReLU, so result and gradient are too, and a quarter of the values need it.
"""

from torch import Tensor, nn


def check_size(size: int, least: int) -> None:
    """Refuse images of which a network would leave nothing.

    Args:
        size: height and width, in pixels.
        least: what is left something of.

    Raises:
        ValueError: they are smaller.
    """
    if size < least:
        raise ValueError(f"found images of {size} x {size} pixels, allowed are {least} x {least} and larger")


class CNN4(nn.Module):
    """Four convolutions and a linear layer, in the manner of LeCun et al. 1998 (doi:10.1109/5.726791).

    Args:
        classes: length of the output.
        channels: of the images.
        size: their height and width, in pixels.

    Raises:
        ValueError: smaller images than two poolings leave something of.
    """

    def __init__(self, classes: int, channels: int = 3, size: int = 32) -> None:
        super().__init__()
        check_size(size, 4)
        self.conv1 = nn.Conv2d(channels, 32, 5, padding=2)
        self.conv2 = nn.Conv2d(32, 16, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(16, 64, 5, padding=2)
        self.conv4 = nn.Conv2d(64, 16, 3, padding=1)
        self.pool2 = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * (size // 4) ** 2, classes)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, channels, size, size) -> logits (batch, classes); the sizes below are those of 32 pixels."""
        x = self.relu(self.conv1(images))  # (batch, 32, 32, 32)
        x = self.relu(self.pool1(self.conv2(x)))  # (batch, 16, 16, 16)
        x = self.relu(self.conv3(x))  # (batch, 64, 16, 16)
        x = self.pool2(self.conv4(x))  # (batch, 16, 8, 8)
        return self.fc(x.flatten(1))


class CNN3(nn.Module):
    """Three convolutions, each with ReLU and max-pooling, and three linear layers, after LeCun et al. 1998.

    Args:
        classes: length of the output.
        channels: of the images.
        size: their height and width, in pixels.

    Raises:
        ValueError: smaller images than three poolings leave something of.
    """

    def __init__(self, classes: int, channels: int = 3, size: int = 32) -> None:
        super().__init__()
        check_size(size, 8)
        self.conv1 = nn.Conv2d(channels, 16, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool3 = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(64 * (size // 8) ** 2, 512)
        self.fc2 = nn.Linear(512, 128)
        self.fc3 = nn.Linear(128, classes)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, channels, size, size) -> logits (batch, classes); the sizes below are those of 32 pixels."""
        x = self.relu(self.pool1(self.conv1(images)))  # (batch, 16, 16, 16)
        x = self.relu(self.pool2(self.conv2(x)))  # (batch, 32, 8, 8)
        x = self.relu(self.pool3(self.conv3(x)))  # (batch, 64, 4, 4)
        x = self.relu(self.fc1(x.flatten(1)))  # (batch, 512)
        x = self.relu(self.fc2(x))  # (batch, 128)
        return self.fc3(x)
