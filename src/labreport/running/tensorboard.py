"""TensorBoard event files, for those who want to watch; imported only then."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from labreport.errors import TrainingError


def scalars(folder: Path) -> Callable[[dict[str, Any]], None]:
    """A function that adds a row of metrics to the event files in `folder`, in place of those from its epoch on.

    Raises:
        TrainingError: the tensorboard package is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise TrainingError(
            f"tensorboard: the package cannot be imported ({error}); install it or set tensorboard: false"
        ) from error
    writer: SummaryWriter | None = None

    def add(row: dict[str, Any]) -> None:
        nonlocal writer
        if writer is None:  # an attempt that stopped may have written the same epochs
            writer = SummaryWriter(str(folder), purge_step=row["epoch"])
        for name, value in row.items():
            if name != "epoch":
                writer.add_scalar(name, value, row["epoch"])
        writer.flush()

    return add
