"""What a user can get wrong, one exception class per kind, and how a step reports it."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")
NOTES = "LABREPORT_ERRORS"  # variable of the environment that names a file


class UserError(Exception):
    """Something the user can mend: its text says where, what was found, what is allowed, what to do.

    Attributes:
        status: exit status of a step that ends with it.
    """

    status = 1


class DeclarationError(UserError):
    """A YAML file or a `--config` value is wrong."""


class DataError(UserError):
    """A data set is missing, damaged, or not what it says it is."""


class DownloadError(UserError):
    """No mirror delivered the file."""


class CodeChangedError(UserError):
    """The code that a job loaded is not the code that was planned."""


class OwnCodeError(UserError):
    """A reader, model, figure, table or claim fails in its own code."""


class TrainingError(UserError):
    """A run cannot begin or go on."""


class RunFailedError(TrainingError):
    """A run failed by itself: its loss is not finite, or there is too little memory for it.

    With `failed: leave_out` the report is made of the others.
    """

    status = 3


class StoppedError(UserError):
    """A signal asked a job to end, and it ended cleanly.

    Args:
        message: where it stopped, and where it goes on.
        number: the signal's.
    """

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.status = 128 + number  # as a shell has it


class ResultsError(UserError):
    """A result that a figure, table, claim or text needs is missing or malformed."""


class TemplateError(UserError):
    """A report's template names something that does not exist, or cannot be read."""


class TypesettingError(UserError):
    """TeX is missing, or refused the document."""


def outcome(make: Callable[..., Made], *arguments: Any) -> Made | UserError:
    """What a function makes, or the user's mistake that stops it, for those that go on with others."""
    try:
        return make(*arguments)
    except UserError as error:
        return error


FORBIDDEN = frozenset({errno.EACCES, errno.EPERM})  # what reading may answer, too
# What a full disk, a quota, a read-only or a foreign folder, and a failing disk answer to a write.
UNWRITABLE = FORBIDDEN | {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EISDIR, errno.ENOTDIR}


def run_step(main: Callable[[Sequence[str] | None], None], argv: Sequence[str] | None = None) -> int:
    """Call `main(argv)`; a `UserError` becomes one message on stderr instead of a traceback.

    So do a full disk and a file of Python that is none.

    Returns:
        int, the process's exit status: 0, the error's own (1, 3 or 128 + signal) after a `UserError`, 1 where a file
        may not be read or cannot be written, 130 after Ctrl-C.
    """
    try:
        main(argv)
    except StoppedError as stop:
        _say(str(stop))
        return stop.status
    except UserError as error:
        _say(f"error: {error}")
        return error.status
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        where = error.filename2 or error.filename or "a file"
        verb = "read or written" if error.errno in FORBIDDEN else "written"
        _say(
            f"error: {where}: cannot be {verb} ({error.strerror}); make room or allow it, and start again: "
            "what is complete is kept"
        )
        return 1
    except SyntaxError as error:  # of a module that is imported by name, or of a registry, to which users add lines
        _say(f"error: {invalid(error)}")
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


def invalid(error: SyntaxError, file: Path | None = None) -> str:
    """What is wrong with a file of Python, and where; Python itself does not name one that holds null bytes."""
    line = f":{error.lineno}" if error.lineno else ""
    return f"{file or error.filename}{line}: is no valid Python ({error.msg}); mend it and start again"


def _say(message: str) -> None:
    """Print an error, and note it for whoever repeats errors at the end, when much else has been printed."""
    print(message, file=sys.stderr)
    if notes := os.environ.get(NOTES):
        with suppress(OSError), open(notes, "a", encoding="utf-8") as file:
            file.write(f"{message}\n")
