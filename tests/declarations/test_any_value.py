"""Whatever a user writes in place of one value: it is accepted, or refused by name, never met by another exception."""

from __future__ import annotations

import copy
import json
from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from labreport.declarations.project import announcement, load
from labreport.errors import UserError
from labreport.planning.keys import canonical
from labreport.planning.plan import Plan
from labreport.planning.specs import gather_spec, item_spec, page_spec, text_spec
from tests.declarations.conftest import PROJECT, Copy

FILES = sorted(str(path.relative_to(PROJECT / "config")) for path in (PROJECT / "config").rglob("*.yaml"))
EXAMPLES = 200

WORDS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "1e-4", "../x", "/", "a\nb", "\x00", "\u202e", "值", "x" * 5000, "mycnn", "lstm", "2020-01-01"]
    ),
)
SINGLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([2**31, 2**63, -(2**64), 10**400]),
    st.floats(),
    st.dates(),
    st.binary(max_size=3),
    WORDS,
)
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(WORDS, st.integers(), st.sampled_from(["name", "kind", "zh"])), inner, max_size=3),
    ),
    max_leaves=6,
)


def places(value, way=()):
    """Every place in a YAML file: leaves, and the mappings and lists that hold them."""
    yield way
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*way, key))


@cache
def parsed(file):
    return yaml.safe_load((PROJECT / "config" / file).read_text(encoding="utf-8"))


@st.composite
def spoilt(draw):
    """A file of config/, with one of its values replaced."""
    file = draw(st.sampled_from(FILES))
    content = copy.deepcopy(parsed(file))
    *way, last = draw(st.sampled_from([place for place in places(content) if place]))
    inner = content
    for key in way:
        inner = inner[key]
    inner[last] = draw(VALUES)
    return file, content


def everything(root, scale):
    """All that is planned from the declarations, as the jobs get it."""
    declarations = load(root, scale)
    announcement(declarations)
    plan = Plan(declarations)
    specs = [run.spec for runs in plan.runs.values() for run in runs]
    specs += [kept.spec for kept in (*plan.prepared.values(), *plan.measurements.values(), *plan.samples.values())]
    for report in declarations.reports.values():
        specs += [gather_spec(plan, report), page_spec(plan, report), text_spec(plan, report, "zh")]
        for group, step in (("figures", "draw"), ("tables", "tabulate"), ("claims", "judge")):
            specs += [item_spec(plan, report, item, step, "zh") for item in getattr(report, group).values()]
    kept = [*plan.measurements.values(), *plan.prepared.values(), *(run for runs in plan.runs.values() for run in runs)]
    plan.unfinished(kept)
    return specs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("any") / "project")


def test_a_plan_is_made_of_what_is_there(folder):
    assert len(everything(folder.root, {"scale": "demo"})) > 50


def refusal(root, scale):
    """The message, or None where all was planned and every spec can be handed to a job."""
    try:
        specs = everything(root, scale)
    except UserError as error:
        return str(error)
    for spec in specs:
        assert json.loads(canonical(spec).encode()) == json.loads(json.dumps(spec))
    return None


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(spoilt())
def test_one_wrong_value_is_planned_or_named(folder, case):
    file, content = case
    scale = file.removeprefix("scales/").removesuffix(".yaml") if file.startswith("scales/") else "demo"
    path = folder.root / "config" / file
    original = path.read_bytes()
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    try:
        message = refusal(folder.root, {} if file == "config.yaml" else {"scale": scale})
    finally:
        path.write_bytes(original)
    assert message is None or "config/" in message
    assert len(message or "") < 20_000
