"""Enumerations in both languages."""

from __future__ import annotations

import pytest

from labreport.enumeration import enumerated


@pytest.mark.parametrize(
    ("parts", "en", "zh"),
    [(["a"], "a", "a"), (["a", "b"], "a and b", "a、b"), (["a", "b", "c"], "a, b and c", "a、b、c"), ([], "", "")],
)
def test_parts_become_a_phrase(parts, en, zh):
    assert (enumerated(parts, "en"), enumerated(parts, "zh")) == (en, zh)
