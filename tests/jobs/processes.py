"""Processes that a test starts and listens to; none outlives it."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30
# Without what this machine, or a scheduler on it, says about devices.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if "GPU" not in name and name != "CUDA_VISIBLE_DEVICES"},
    "PYTHONPATH": str(ROOT / "src"),
    "PYTHONUNBUFFERED": "1",
}


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str] = ENVIRONMENT, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A process with pipes, killed when the block ends."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, env=dict(environment), bufsize=0, **pipes | options) as process:
        try:
            yield process
        finally:
            process.kill()


def line(stream: IO[bytes] | None) -> str:
    """The next line of an unbuffered stream, without its end; what came without one when the stream ends."""
    assert stream is not None
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([stream], [], [], PATIENCE_S)
        assert ready, f"nothing comes after {text!r}"
        character = os.read(stream.fileno(), 1)
        if not character:
            break
        text += character
    return text.decode().rstrip("\n")


def silent(stream: IO[bytes] | None, seconds: float) -> bool:
    """Whether nothing comes from a stream for so long."""
    ready, _, _ = select.select([stream], [], [], seconds)
    return not ready
