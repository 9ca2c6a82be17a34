"""When a text says at its beginning, and in its captions, that a scale has reduced what it shows."""

from __future__ import annotations

import pytest

from labreport.documents.wording import scale


@pytest.mark.parametrize(
    ("published", "measurements", "mark"),
    [
        ((True, True), {}, ""),
        ((True, False), {}, "CPU scale"),
        ((True, True), {"lstm_cost": "folder"}, "CPU scale"),
        ((), {}, "CPU scale"),
    ],
)
def test_a_scale_that_leaves_all_as_it_was_needs_no_word(published, measurements, mark):
    experiments = {f"net{place}": {"as_published": one} for place, one in enumerate(published)}
    spec = {"scale": "cpu", "source": "archive", "experiments": experiments, "measurements": measurements}
    found = scale(spec, "en")
    assert (found.name, found.full, found.mark) == ("cpu", not mark, mark)
    assert bool(found.notice) is bool(mark)
