"""Small prepared data, and one thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from labreport.data.arrays import load
from labreport.data.prepared import Prepared
from tests.small_runs import save_data


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors this small gain nothing from threads, which on a busy machine wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    """The small data sets of `tests.small_runs`."""
    folder = tmp_path_factory.mktemp("data")
    save_data(folder)
    return {name: load(folder / name) for name in ("images", "texts", "pairs")}
