"""When a run has converged: one definition for every table, claim and figure. Plain Python only."""

from collections.abc import Sequence

TOLERANCE = 0.005  # half a percentage point of an accuracy, half a hundredth of a correlation


def convergence_epoch(values: Sequence[float], tolerance: float = TOLERANCE) -> int:
    """First epoch whose value is within `tolerance` of the run's best.

    Args:
        values: (epochs,), an accuracy in [0, 1] or a correlation in [-1, 1], epoch 1 first; greater is better.
        tolerance: in the same unit, so a fraction and not percent.

    Returns:
        int, counted from 1.

    Raises:
        ValueError: no epoch was recorded, or a value is not a number.
    """
    numbers = [float(value) for value in values]
    if not numbers or any(number != number for number in numbers):
        raise ValueError(f"the epoch of convergence needs a number for every epoch; found {numbers}")
    level = max(numbers) - tolerance - 1e-12  # 0.0375 is more than half a point below 0.0425 in binary
    return next(epoch for epoch, number in enumerate(numbers, start=1) if number >= level)
