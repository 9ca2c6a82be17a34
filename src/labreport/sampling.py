"""How far an accuracy may lie from the truth because it was measured on finitely many samples."""

from __future__ import annotations

import math


def sampling_error(accuracy: float, samples: int) -> float:
    """Standard error of an accuracy measured on `samples` independent samples, a fraction: sqrt(p (1 - p) / n)."""
    return math.sqrt(accuracy * (1 - accuracy) / samples)
