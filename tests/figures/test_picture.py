"""Pictures of names that matplotlib would read as formulas."""

from __future__ import annotations

import pandas as pd
import pytest

from labreport.figures import final_accuracy, picture


def drawn(monkeypatch, name: str) -> bytes:
    monkeypatch.setattr(picture, "METADATA", {"svg": picture.METADATA["svg"]})
    rows = {"experiment": [name], "source": ["measured"], "seed": [0], "value": [0.5], "chance": [0.1]}
    return picture.pictures_of(final_accuracy, pd.DataFrame(rows), {"experiments": [name]}, "en")["svg"]


@pytest.mark.parametrize(("name", "like"), [("a $x$", "a XxX"), (r"$\frac{$", r"X\frac{X"), ("5 $", "5 X")])
def test_a_dollar_sign_stands_for_itself(monkeypatch, name, like):
    assert drawn(monkeypatch, name).count(b"<use ") == drawn(monkeypatch, like).count(b"<use ")
