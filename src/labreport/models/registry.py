"""Model names and where their classes are: strings, so that knowing a name imports nothing."""

MODELS: dict[str, str] = {
    "plain34": "labreport.models.resnet:Plain34",
    "resnet34": "labreport.models.resnet:ResNet34",
    "torchvision_resnet34": "labreport.models.torchvision_resnet:TorchvisionResNet34",
    "cnn4": "labreport.models.cnn:CNN4",
    "rnn_rows": "labreport.models.rnn:RowRNN",
    "resnet50": "labreport.models.torchvision_resnet:TorchvisionResNet50",
    "lenet5": "labreport.models.lenet:LeNet5",
    "resnet18": "labreport.models.resnet:ResNet18",
    "cnn3": "labreport.models.cnn:CNN3",
    "resnet_small": "labreport.models.resnet:ResNetSmall",
    "lstm": "labreport.models.lstm:StackedLSTM",
    "residual_lstm": "labreport.models.lstm:ResidualLSTM",
    "own_lstm": "labreport.models.own_lstm:OwnLSTM",
    "siamese_lstm": "labreport.models.siamese:SiameseLSTM",
    "siamese_lstm_padded": "labreport.models.siamese_padded:PaddedSiameseLSTM",
}
