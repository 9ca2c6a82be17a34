"""Fabricated results of practice1, told as stories, and what its claims come out as."""

from __future__ import annotations

from typing import Any

from tests.prose.results import at_once, rising
from tests.prose.text import REFUTED, SUPPORTED, UNDECIDED

CLAIMS = (
    *("images_close", "own_matches", "residual_faster", "texts_close"),
    *("depth_stuck", "depth_leaves", "own_lstm_slow"),
)
TEXTS = {name: rising(0.87) for name in ("bilstm2", "lstm4", "res_lstm8", "my_lstm1")}
STORIES: dict[str, dict[str, Any]] = {
    "as_published": {
        "curves": {"mycnn": rising(0.844), "resnet34": at_once(0.846), "myresnet34": at_once(0.846)}
        | TEXTS
        | {"lstm8": at_once(0.5)},
        "own": (160.0, 155.0, 165.0),
        "own_shared": (130.0, 128.0, 133.0),
        "outcomes": [SUPPORTED] * 7,
    },
    "plain_ends_lower": {
        "curves": {"mycnn": rising(0.6), "resnet34": at_once(0.845), "myresnet34": at_once(0.85)}
        | TEXTS
        | {"lstm4": at_once(0.5), "lstm8": at_once(0.52)},
        "own": (160.0, 155.0, 165.0),
        "own_shared": (60.0, 58.0, 62.0),
        "outcomes": [REFUTED, SUPPORTED, SUPPORTED, REFUTED, SUPPORTED, SUPPORTED, SUPPORTED],
    },
    "chance_is_larger": {
        "curves": {"mycnn": rising(0.32, start=0.1), "resnet34": at_once(0.77), "myresnet34": at_once(0.44)}
        | TEXTS
        | {"lstm8": at_once(0.5)},
        "own": (44.0, 43.0, 45.0),
        "own_shared": (41.0, 40.0, 42.0),
        "outcomes": [REFUTED, REFUTED, SUPPORTED, SUPPORTED, SUPPORTED, SUPPORTED, REFUTED],
    },
    "other_way_round": {
        "curves": {"mycnn": at_once(0.85), "resnet34": at_once(0.8), "myresnet34": rising(0.7)}
        | TEXTS
        | {"lstm8": rising(0.9), "my_lstm1": rising(0.7)},
        "own": (44.0, 43.0, 45.0),
        "own_shared": (48.0, 47.0, 49.0),
        "outcomes": [REFUTED, REFUTED, REFUTED, REFUTED, REFUTED, SUPPORTED, REFUTED],
    },
    "nothing_learned": {
        "curves": {"mycnn": at_once(0.1), "resnet34": at_once(0.1), "myresnet34": at_once(0.1)}
        | {name: at_once(0.5) for name in (*TEXTS, "lstm8")},
        "own": (44.0, 43.0, 45.0),
        "outcomes": [SUPPORTED, SUPPORTED, UNDECIDED, SUPPORTED, SUPPORTED, REFUTED, REFUTED],
    },
    "seeds_disagree": {
        "curves": {
            "mycnn": [*rising(0.84), *at_once(0.80)],
            "resnet34": rising(0.80, 0.86),
            "myresnet34": [*at_once(0.85), *rising(0.86)],
            "bilstm2": rising(0.80, 0.86),
            "lstm4": rising(0.84, 0.88),
            "lstm8": at_once(0.5, 0.8),
            "res_lstm8": rising(0.86, 0.88),
            "my_lstm1": rising(0.85, 0.87),
        },
        "own": (62.0, 50.0, 75.0),
        "own_shared": (50.0, 45.0, 60.0),
        "outcomes": [UNDECIDED] * 7,
    },
    "some_seeds_never_get_there": {  # the seeds reach the level only together
        "curves": {"mycnn": rising(0.6, 0.9), "resnet34": rising(0.7, 0.9), "myresnet34": rising(0.5, 0.9)}
        | {name: rising(0.87, 0.87) for name in TEXTS}
        | {"lstm8": at_once(0.5, 0.5)},
        "own": (160.0, 155.0, 165.0),
        "own_shared": (158.0, 150.0, 170.0),
        "outcomes": [UNDECIDED, UNDECIDED, UNDECIDED, SUPPORTED, SUPPORTED, SUPPORTED, SUPPORTED],
    },
}
