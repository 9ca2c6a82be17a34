"""The layer table of an image model (He et al. 2015, arXiv:1512.03385, table 1), made from the model itself."""

from collections.abc import Sequence

import pandas as pd

from labreport.results import Options, Results
from labreport.tables.heads import head, note, phrase, word
from labreport.tables.stages import Stage, stages
from labreport.tables.table import Column, Table


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per stage and one for the total, and what changed where `changed_from` names another network.

    Args:
        results: not used, the model is enough.
        options: `target`, `parameters`, `image` (pixels), `classes`, `channels`; `changed_from` with the same.
        lang: of the words.

    Raises:
        TrainingError: no such model, or parameters that it does not take.
        ResultsError: the stages do not hold all of the model's parameters.
    """
    found = stages(options)
    earlier = stages(options["changed_from"]) if options.get("changed_from") else None
    rows = []
    for stage in found:
        if stage.kind == "nothing" and earlier is None:
            continue
        row = {
            "layer": stage.name,
            "output": None if stage.kind == "nothing" else _size(stage),
            "kernel": _kernel(stage, lang),
            "stride": stage.stride,
            "parameters": stage.parameters,
        }
        rows.append(row if earlier is None else {**row, "change": _change(stage, earlier, lang)})
    if earlier is not None:
        gone = [stage for stage in earlier if stage.name not in {other.name for other in found}]
        rows += [{"layer": stage.name, "change": _removed(stage, lang)} for stage in gone]
    rows.append({"layer": head("total", lang), "parameters": sum(stage.parameters for stage in found)})
    frame = pd.DataFrame(rows).astype({"stride": "Int64", "parameters": "Int64"})
    frame["shown"] = [f"{count:,}" if pd.notna(count) and count else None for count in frame["parameters"]]
    columns = [
        Column("layer", head("layer", lang)),
        Column("output", head("output", lang)),
        Column("kernel", head("kernel", lang)),
        Column("stride", head("stride", lang), align="right"),
        Column("shown", head("parameters", lang), align="right"),
    ]
    if earlier is not None:
        columns.append(Column("change", head("change", lang)))
    counted = any(stage.more for stage in found)
    return Table(frame, columns, notes=[note("counted", lang)] if counted else [])


def _size(stage: Stage) -> str:
    """`32 × 32`; the number of features; of a recurrent layer steps and features."""
    return " × ".join(map(str, stage.output[1:] if len(stage.output) > 2 else stage.output))


def _kernel(stage: Stage, lang: str) -> str | None:
    """`7×7, 64`, `[3×3, 64; 3×3, 64] × 3`, `3×3 max-pool`, `recurrent × 2`, or the words for what it does."""
    if stage.kind == "nothing":
        return None
    if stage.kind in ("convolution", "blocks"):
        text = "; ".join(f"{height}×{width}, {channels}" for height, width, channels in stage.kernels)
        if len(stage.kernels) > 1:
            text = f"[{text}]"
        return f"{text} × {stage.repeats}" if stage.repeats > 1 else text
    words = " ".join([*_sizes(stage), word(stage.kind, lang)])
    return f"{words} × {stage.repeats}" if stage.repeats > 1 else words


def _sizes(stage: Stage) -> list[str]:
    """`7×7` for each size of kernel in the stage."""
    return list(dict.fromkeys(f"{height}×{width}" for height, width, _ in stage.kernels))


def _change(stage: Stage, earlier: Sequence[Stage], lang: str) -> str | None:
    """What differs from the stage of the same name: kernel, stride and output size; None where nothing does."""
    before = next((other for other in earlier if other.name == stage.name), None)
    if before is None:
        return word("added", lang)
    if stage.kind == "nothing":
        return None if before.kind == "nothing" else _removed(before, lang)
    pairs = {
        "kernel_change": (", ".join(_sizes(before)), ", ".join(_sizes(stage))),
        "stride_change": (before.stride, stage.stride),
        "output_change": (_size(before), _size(stage)),
    }
    parts = [word(key, lang).format(*pair) for key, pair in pairs.items() if pair[0] != pair[1]]
    return "; ".join(parts) or None


def _removed(stage: Stage, lang: str) -> str:
    """The removed stage in words, such as `3×3 max-pool removed`."""
    what = _kernel(stage, lang) or stage.name
    return phrase("removed", lang, what)
