"""Pictures of the author's own, which lie beside a template."""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from labreport.documents.text import shortened
from labreport.errors import TemplateError
from labreport.spelling import did_you_mean

FORMS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
MOST_BYTES, MOST_PIXELS = 20 << 20, 50_000_000


@dataclass(frozen=True)
class Picture:
    """A picture of the author's own.

    Attributes:
        path: where it lies.
        file: its name beside a finished text, of which no two pictures have the same.
    """

    path: Path
    file: str


def checked(folder: Path, name: str) -> Picture:
    """The picture `name` in `folder` or below it.

    Raises:
        TemplateError: it is not there, lies elsewhere, is no whole PNG or JPEG, or is larger than any page needs.
    """
    from PIL import Image, UnidentifiedImageError

    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
        is_file = path.is_file()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise TemplateError(f"the picture {shortened(name)!r} is no file: {shortened(str(error))}") from None
    if not inside:
        raise TemplateError(f"the picture {name!r} lies outside of {folder}; copy it beside the template")
    if path.suffix.lower() not in FORMS:
        raise TemplateError(f"the picture {name!r} is neither PNG nor JPEG; save it as one of these")
    if not is_file:
        files = (one for one in folder.rglob("*") if one.suffix.lower() in FORMS and one.is_file())
        there = [one.relative_to(folder).as_posix() for one in files]
        raise TemplateError(f"there is no picture {name!r} in {folder}{did_you_mean(name, there)}")
    if path.stat().st_size > MOST_BYTES:
        raise TemplateError(f"the picture {name!r} has {path.stat().st_size >> 20} MiB, {MOST_BYTES >> 20} are allowed")
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=[FORMS[path.suffix.lower()]]) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise Image.DecompressionBombError(f"{width} x {height}")
            image.load()  # of a broken one TeX or a browser would say so, after all training
    except Image.DecompressionBombError as error:
        said = f"has too many pixels, {MOST_PIXELS:,} are allowed; shrink it ({error})"
        raise TemplateError(f"the picture {name!r} {said}") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        why = "it is damaged, or of another kind" if isinstance(error, UnidentifiedImageError) else error
        raise TemplateError(f"the picture {name!r} cannot be read: {why}") from None
    return Picture(path, re.sub(r"[^\w.-]+", "-", name))
