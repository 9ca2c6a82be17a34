"""Model names and where their classes are: strings, so that knowing a name imports nothing."""

from __future__ import annotations

MODELS: dict[str, str] = {
    "plain34": "labreport.models.resnet:Plain34",
    "resnet34": "labreport.models.resnet:ResNet34",
    "torchvision_resnet34": "labreport.models.torchvision_resnet:TorchvisionResNet34",
    "lstm": "labreport.models.lstm:StackedLSTM",
    "residual_lstm": "labreport.models.lstm:ResidualLSTM",
    "own_lstm": "labreport.models.own_lstm:OwnLSTM",
}
