"""From a frame to the bytes of its pictures, the same bytes every time."""

import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from logging.handlers import BufferingHandler
from typing import Any, Protocol

import pandas as pd
from matplotlib.figure import Figure

from labreport.errors import ResultsError
from labreport.figures.fonts import truetype_embedded
from labreport.figures.labels import label, sentence
from labreport.figures.style import house_style
from labreport.result_files import TEXT_COLUMNS
from labreport.results import Options, Results, titled

# Entries that hold a date or the version of matplotlib; None leaves an entry out.
METADATA: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}
FORMULAS = "node"  # a column of frames whose texts are formulas of a drawing's own


class FigureKind(Protocol):
    """What a module named in `labreport.figures.registry` has."""

    def collect(self, results: Results, options: Options) -> pd.DataFrame:
        """The one frame that the figure shows."""

    def draw(self, frame: pd.DataFrame, options: Options, lang: str) -> Figure:
        """The figure at its printed size."""

    def describe(self, frame: pd.DataFrame, options: Options, lang: str) -> str:
        """What there is to see, with the numbers, for those who cannot see it."""


def files_of(kind: FigureKind, spec: Mapping[str, Any]) -> dict[str, bytes]:
    """Suffix -> content of the files of a figure: what it shows as numbers, in words, and its pictures.

    What is drawn is read back from the numbers as they are written.

    Args:
        kind: the module that makes it.
        spec: the figure's.

    Raises:
        ResultsError: a result is missing or malformed, no font for its language is on this machine, or a character is
            in none of the fonts.
    """
    frame, options, files = told(kind, spec)
    pictures = pictures_of(kind, frame, options, spec["lang"])
    return {suffix: text.encode() for suffix, text in files.items()} | pictures


def told(kind: FigureKind, spec: Mapping[str, Any]) -> tuple[pd.DataFrame, dict[str, Any], dict[str, str]]:
    """What a figure shows, without drawing it: its frame, its options, and the files `csv`, `txt` and `note`."""
    lang = spec["lang"]
    shown = titled(spec, lang)
    options = shown["options"]
    numbers = kind.collect(Results(shown), options).to_csv(index=False)
    text = dict.fromkeys((*TEXT_COLUMNS, "experiment", "node", "label"), "str")  # names stay text
    frame = pd.read_csv(io.StringIO(numbers), dtype={**text, "seed": "Int64"}, keep_default_na=False, na_values=[""])
    words, note = kind.describe(frame, options, lang), spread_note(frame, lang)
    said = sentence("with_note", lang, words, note[:1].upper() + note[1:]) if note else words
    return frame, options, {"csv": numbers, "txt": f"{said}\n", "note": note}


def spread_note(frame: pd.DataFrame, lang: str) -> str:
    """What bands, whiskers and faint marks are, in a few words; empty where there are none.

    A frame that has a `value` for every `seed` is drawn as means and standard deviations over them, one that has a
    `level` as estimates with intervals of that level.
    """
    if "level" in frame:
        return label("intervals", lang, f"{100 * frame['level'].iloc[0]:g}")
    if not {"experiment", "seed", "value"} <= set(frame):
        return ""
    counts = frame.dropna(subset="seed").groupby("experiment")["seed"].nunique()
    fewest, most = counts.min(), counts.max()
    return label("seeds", lang, most if fewest == most else label("to", lang, fewest, most)) if most > 1 else ""


def pictures_of(kind: FigureKind, frame: pd.DataFrame, options: Options, lang: str) -> dict[str, bytes]:
    """A figure as `pdf`, `svg` and `png`, in the house style."""
    if FORMULAS not in frame:
        frame = frame.assign(**{str(name): frame[name].map(_literal) for name in frame.select_dtypes(exclude="number")})
        options = {
            key: [*map(_literal, one)] if isinstance(one, list) else _literal(one) for key, one in options.items()
        }
    with house_style(lang), every_glyph(), truetype_embedded():
        figure = kind.draw(frame, options, lang)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # what was laid out once is so in every form
        pictures = {form: io.BytesIO() for form in METADATA}
        for form, buffer in pictures.items():
            figure.savefig(buffer, format=form, metadata=METADATA[form])
        return {form: buffer.getvalue() for form, buffer in pictures.items()}


def _literal(name: Any) -> Any:
    """A name from declarations or data as matplotlib is to be told it: a dollar sign begins no formula."""
    return name.replace("$", r"\$") if isinstance(name, str) else name


@contextmanager
def every_glyph() -> Iterator[None]:
    """Turn what matplotlib only warns of or logs, a missing glyph or font, into an error.

    Raises:
        ResultsError: at the end of the block or before, with matplotlib's own words.
    """
    handler = BufferingHandler(capacity=10_000)
    handler.setLevel(logging.WARNING)
    loggers = [logging.getLogger(f"matplotlib.{name}") for name in ("mathtext", "font_manager")]
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it remarks on every font's dates while subsetting
    for logger in loggers:
        logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Glyph .* missing from")
            yield
    except UserWarning as warning:
        raise ResultsError(_missing(str(warning))) from None
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    for message in (record.getMessage() for record in handler.buffer):
        if "glyph" in message or "findfont" in message:
            raise ResultsError(_missing(message))


def _missing(words: str) -> str:
    return (
        f"a character in a figure is in none of its fonts: {words.rstrip('.')}; rename what contains it, or install "
        "a font that has it (Debian: texlive-lang-chinese or fonts-noto-cjk)"
    )
