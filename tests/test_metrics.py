"""Metrics by name, and the columns that follow from a task."""

from __future__ import annotations

import pytest

from labreport.metrics import METRICS, SPLITS, column_title, metric_columns, split_column
from labreport.training.tasks import TASKS


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_columns_that_are_metrics(task):
    columns = metric_columns(task)
    assert len(columns) == len(SPLITS[task]) * (1 + len(TASKS[task].metrics)) == len(set(columns))
    for column in columns:
        split, metric = split_column(column)
        assert split in SPLITS[task]
        assert METRICS[column.partition("_")[2]] is metric
        assert column_title(column, "en") != column_title(column, "zh")


def test_what_is_better_and_how_it_is_shown():
    assert [name for name, metric in METRICS.items() if not metric.higher_is_better] == ["loss"]
    assert [name for name, metric in METRICS.items() if metric.percent] == ["accuracy"]
    assert column_title("val_accuracy", "zh") == "验证准确率"
    assert column_title("test_pearson", "en") == "test Pearson correlation"


@pytest.mark.parametrize("column", ["accuracy", "val_", "dev_accuracy", "val_accurracy", ""])
def test_what_is_no_metric_is_said(column):
    with pytest.raises(ValueError, match="is no metric"):
        split_column(column)
