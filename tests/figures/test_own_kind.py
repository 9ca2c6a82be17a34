"""The kind of figure that docs/adding.md shows, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import numpy as np

from labreport.figures import picture
from labreport.figures.labels import label
from tests.figures.conftest import options

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding.md"


def test_the_kind_of_the_page_is_short_and_draws_what_it_says(results, monkeypatch):
    blocks = re.findall("```python\\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = (block for block in blocks if "def collect(" in block)
    assert len(code.splitlines()) <= 30
    kind = ModuleType("gap")
    exec(code, kind.__dict__)
    monkeypatch.setattr(picture, "METADATA", {"svg": picture.METADATA["svg"]})
    made = results("comparison_curves", seeds=2, curves=False)
    files = picture.files_of(kind, made.spec)
    assert files["svg"].startswith(b"<?xml")
    chosen = options("comparison_curves")
    metrics = made.metrics("mycnn")
    gap = 100 * (metrics["train_accuracy"] - metrics["val_accuracy"])
    np.testing.assert_allclose(kind.collect(made, chosen).query("experiment == 'mycnn'")["value"], gap)
    assert f"mycnn: {gap[metrics['epoch'] == 8].mean():.1f}" in files["txt"].decode()
    assert files["note"].decode() == label("seeds", "en", 2)
