"""What runs said of single samples, beside the prepared data that hold these."""

import numpy as np
import pandas as pd

from labreport.errors import ResultsError
from labreport.result_files import read_array, read_predictions
from labreport.results import Results

SPLIT = "test"  # which the predictions that runs keep are of


def classified(results: Results, experiment: str) -> pd.DataFrame:
    """What each run took every sample for, and how sure it was.

    Returns:
        Columns `seed, sample` (row in the split), `true, predicted` (class names), `probability` (of the latter, a
        fraction): a row per seed and sample.

    Raises:
        ResultsError: a run is not there, or kept no probabilities of classes.
    """
    classes, frames = np.asarray(results.summary(experiment)["classes"].iloc[0]), []
    for run in results.runs(experiment):
        path = run.path / "predictions.npz"
        found = read_predictions(path)
        if "probabilities" not in found:
            raise ResultsError(f"{path}: holds {', '.join(found)}, but no probabilities; show another experiment")
        sure = found["probabilities"].astype(float).max(axis=1)
        named = {key: classes[found[key]] for key in ("true", "predicted")}
        frames.append(pd.DataFrame({"seed": run.seed, "sample": range(len(sure)), **named, "probability": sure}))
    return pd.concat(frames, ignore_index=True)


def surest_mistakes(results: Results, experiment: str, count: int) -> pd.DataFrame:
    """What the first seed's run took for another class, the surest first; ties in the order of the data.

    Returns:
        At most `count` rows of `classified`.
    """
    judged = classified(results, experiment)
    wrong = judged[(judged["seed"] == judged["seed"].iloc[0]) & (judged["true"] != judged["predicted"])]
    return wrong.sort_values("probability", ascending=False, kind="stable").head(count)


def samples(results: Results, experiment: str, part: str) -> np.ndarray:
    """`inputs`, `labels` or `lengths` of the samples that the runs of `experiment` were judged on.

    Raises:
        ResultsError: the data are not there, or are others than those.
    """
    folder = results.data_folder(results.trained_on(experiment))
    truth = read_predictions(results.runs(experiment)[0].path / "predictions.npz")["true"]
    labels = read_array(folder / f"{SPLIT}_labels.npy")
    if labels.shape != truth.shape or not np.allclose(labels, truth):
        raise ResultsError(f"{folder}: holds other samples than {experiment} was judged on; train it again on these")
    return read_array(folder / f"{SPLIT}_{part}.npy")
