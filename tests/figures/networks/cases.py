"""The networks that rows and drawings are tested with."""

from __future__ import annotations

from labreport.models.registry import MODELS

SIZES = {"image": 32, "channels": 3, "classes": 10, "length": 9}
NEEDED = {"siamese_lstm_padded": {"length": SIZES["length"]}}  # parameters without a default
FULL = [(name, NEEDED.get(name, {})) for name in MODELS] + [
    ("siamese_lstm", {"layer_norm": True, "pooling": "max"}),
    ("siamese_lstm", {"graph_convolution": True}),
    ("siamese_lstm", {"bidirectional": False, "layers": 2}),
    ("lstm", {"bidirectional": True, "layers": 3}),
]
PARTS = [("resnet_small", "layer1.0"), ("resnet_small", "layer2.0"), ("resnet50", "layer1.1"), ("resnet50", "layer2.0")]
