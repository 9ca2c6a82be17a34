"""LeNet-5 for square images."""

from torch import Tensor, nn

from labreport.models.cnn import check_size


class LeNet5(nn.Module):
    """LeNet-5 (LeCun et al. 1998, doi:10.1109/5.726791, figure 2), with ReLU and max-pooling.

    Layer sizes are the published ones for images of 32 pixels, but for the colours. As usual today, every map of C3
    sees all of S2, ReLU replaces the scaled tanh, a maximum the trained average, and a linear layer the distances to
    fixed codes. ReLU stands behind the pooling: the larger of two values is the same before and after it.

    Args:
        classes: length of the output.
        channels: of the images.
        size: their height and width, in pixels.

    Raises:
        ValueError: smaller images than both convolutions leave something of.
    """

    def __init__(self, classes: int, channels: int = 3, size: int = 32) -> None:
        super().__init__()
        check_size(size, 16)
        self.conv1 = nn.Conv2d(channels, 6, 5)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool2 = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * (((size - 4) // 2 - 4) // 2) ** 2, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, channels, size, size) -> logits (batch, classes); the sizes below are those of 32 pixels."""
        x = self.relu(self.pool1(self.conv1(images)))  # (batch, 6, 14, 14)
        x = self.relu(self.pool2(self.conv2(x)))  # (batch, 16, 5, 5)
        x = self.relu(self.fc1(x.flatten(1)))  # (batch, 120)
        x = self.relu(self.fc2(x))  # (batch, 84)
        return self.fc3(x)
