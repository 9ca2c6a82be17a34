"""How columns of metrics look in a table, and how many digits of them are worth showing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from labreport.metrics import METRICS, split_column
from labreport.tables.heads import head
from labreport.tables.table import Column, decimals_for

COUNT: dict[str, Any] = {"align": "right"}
NUMBER: dict[str, Any] = {"align": "decimal"}
PERCENT: dict[str, Any] = {"align": "decimal", "unit": "%", "factor": 100.0}
LOSS_DECIMALS = 2
PERCENT_DECIMALS = 2  # an accuracy of nearly 100 % has hardly an error


def look(column: str, decimals: int) -> dict[str, Any]:
    """Alignment, unit and digits of a column `<split>_<metric>`: accuracies in percent, all else as it is."""
    return {**(PERCENT if split_column(column)[1].percent else NUMBER), "decimals": decimals}


def factor(column: str) -> float:
    """What the numbers of a column are multiplied by to be shown."""
    return float(look(column, 0).get("factor", 1.0))


def whole(several: bool) -> dict[str, Any]:
    """Look of numbers that are whole, such as epochs, and of their means over seeds, if there are `several`."""
    return {**NUMBER, "decimals": 1} if several else COUNT


def seconds(values: pd.Series) -> dict[str, Any]:
    """Look of wall times."""
    return {**NUMBER, "unit": "s", "decimals": 0 if values.max() >= 1000 else 1}


def counted(frame: pd.DataFrame, key: str, words: str) -> Column:
    """The column of a count, with its thousands separated in a further column of the frame."""
    frame[f"{key}_shown"] = [f"{count:,}" for count in frame[key]]
    return Column(f"{key}_shown", words, **COUNT)


def columns_of(frame: pd.DataFrame, looks: Mapping[str, Mapping[str, Any]], lang: str) -> list[Column]:
    """A column for each key of `looks` that the frame has a value of, under the words for the key."""
    there = {key: one for key, one in looks.items() if key in frame and frame[key].notna().any()}
    return [Column(key, head(key, lang), **one) for key, one in there.items()]


def decimals_of(column: str, stds: pd.Series, errors: pd.Series) -> int:
    """Digits worth showing, by the scatter over seeds, or by the finite set of samples where there is one seed."""
    if split_column(column)[1] is METRICS["loss"]:
        return LOSS_DECIMALS
    found = decimals_for(list(factor(column) * stds.fillna(errors)))
    return min(found, PERCENT_DECIMALS) if split_column(column)[1].percent else found


def digits_stated(values: pd.Series, times: float) -> int:
    """Digits after the decimal mark that the published values have, once multiplied by `times`.

    >>> digits_stated(pd.Series([0.719, 0.7672, float("nan")]), 100.0)
    2
    """
    numbers = (Decimal(f"{times * value:.12g}").normalize() for value in values.dropna())
    return -min([0, *(int(number.as_tuple().exponent) for number in numbers)])
