"""Whatever a user writes in place of one value: it is accepted, or refused by name, never met by another exception.

`faults.mutations` does the same at random and in number, also to whole files; here hypothesis shrinks what it finds.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faults import mutations
from faults.mutant import FILES, Mutant
from faults.mutants import OVERRIDES, of_a_value
from tests.declarations.conftest import Copy

EXAMPLES = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("any") / "project").root


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(st.one_of([of_a_value(file) for file in FILES]))
def test_one_wrong_value_is_planned_or_named(folder, mutant: Mutant):
    trial = mutations.trial(folder, mutant)
    assert trial.survived, trial.note


@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=True)
@given(OVERRIDES)
def test_one_wrong_override_is_planned_or_named(folder, values):
    trial = mutations.trial(folder, values)
    assert trial.survived, trial.note
