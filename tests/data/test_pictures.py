"""The reader of pictures that docs/adding.md shows, as it stands there, of a file made by the page's command."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

PAGE = (Path(__file__).resolve().parents[2] / "docs/adding.md").read_text(encoding="utf-8")


def test_pictures_of_folders_are_read_with_the_labels_of_their_classes(tmp_path: Path) -> None:
    for name, grey in (("bar", 10), ("disc", 200)):
        for number in range(3):
            file = tmp_path / "data/shapes" / name / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 48), (grey + number,) * 3).save(file)
    (command,) = re.findall(r"`\.venv/bin/python (-m zipfile [^`]+)`", PAGE)
    subprocess.run([sys.executable, *command.split()], cwd=tmp_path, check=True)
    (code,) = re.findall(r"```python\n(def pictures.*?)```", PAGE, re.DOTALL)
    made: dict[str, Any] = {"np": np, "zipfile": zipfile, "Image": Image, "CLASSES": ["disc", "bar"]}
    exec(code, made)
    images, labels = made["pictures"](tmp_path / "data/shapes.zip")
    assert (images.dtype, images.shape, labels.dtype) == (np.uint8, (6, 1, 32, 32), np.uint8)
    shown = [(int(label), set(image.flat)) for label, image in zip(labels, images, strict=True)]
    assert shown == [(1, {10 + number}) for number in range(3)] + [(0, {200 + number}) for number in range(3)]
