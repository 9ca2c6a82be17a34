"""The networks that rows and drawings are tested with, those of the package and some that a user might make."""

from __future__ import annotations

import torch
from torch import nn

from labreport.models.registry import MODELS

SIZES = {"image": 32, "channels": 3, "classes": 10, "length": 9}
NEEDED = {"siamese_lstm_padded": {"length": SIZES["length"]}}  # parameters without a default
FULL = [(name, NEEDED.get(name, {})) for name in MODELS] + [
    ("siamese_lstm", {"layer_norm": True, "pooling": "max"}),
    ("siamese_lstm", {"graph_convolution": True, "layer_norm": True}),
    ("siamese_lstm", {"bidirectional": False, "layers": 2}),
    ("lstm", {"bidirectional": True, "layers": 3}),
    ("lstm", {"layers": 8}),
]
PARTS = [("resnet_small", "layer1.0"), ("resnet_small", "layer2.0"), ("resnet50", "layer1.1"), ("resnet50", "layer2.0")]


class Branches(nn.Module):
    """Three ways side by side, joined at the end."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(12, 8, 1)
        self.two = nn.Conv2d(12, 8, 3, padding=1)
        self.three = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(12, 8, 1))

    def forward(self, x):
        return torch.cat((self.one(x), self.two(x), self.three(x)), 1)


class Odd(nn.Module):
    """A gate, a shortcut between layers of the network itself, attention, a weight of its own, a layer called twice."""

    def __init__(self, classes, channels=3):
        super().__init__()
        self.start = nn.Parameter(torch.zeros(7))
        self.stem = nn.Conv2d(channels, 12, (3, 5), stride=(2, 1), padding=(1, 2))
        self.mix = Branches()
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(24, 24, 1), nn.Sigmoid())
        self.twice = nn.Conv2d(24, 24, 3, padding=1)
        self.attention = nn.MultiheadAttention(24, 4, batch_first=True)
        self.head = nn.ModuleDict({"first": nn.Linear(24, 33), "second": nn.Linear(33, classes)})

    def forward(self, x):
        x = self.mix(torch.relu(self.stem(x)))
        x = x * self.gate(x)
        x = x + self.twice(torch.relu(self.twice(x)))
        s = x.flatten(2).transpose(1, 2)
        s = s + self.attention(s, s, s)[0]
        return self.head["second"](torch.tanh(self.head["first"](s.mean(1))))


class Deep(nn.Module):
    """Thirty layers of different size in a row."""

    def __init__(self, classes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(3 + depth, 4 + depth, 3, padding=1) for depth in range(30))
        self.last = nn.Linear(33, classes)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x).relu()
        return self.last(x.amax((2, 3)))


class Texts(nn.Module):
    """Attention blocks and a recurrent layer over texts."""

    def __init__(self, classes, vocabulary):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 16)
        self.blocks = nn.ModuleList(nn.TransformerEncoderLayer(16, 2, 24, batch_first=True) for _ in range(3))
        self.gru = nn.GRU(16, 8, batch_first=True, bidirectional=True)
        self.last = nn.Linear(16, classes)

    def forward(self, tokens, lengths):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return self.last(self.gru(x)[0].mean(1))
