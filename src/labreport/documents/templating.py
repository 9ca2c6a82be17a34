"""Jinja, strict and sandboxed: a template in, pandoc Markdown out, mistakes with their file and line."""

import resource
import signal
import threading
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from labreport.documents.naming import described, suggestion
from labreport.errors import TemplateError, UserError

MOST_SECONDS, MOST_MEMORY, MOST_BITS = 20, 4 << 30, 4096  # the second in bytes, beyond what is in use


class DeclaredLoader(jinja2.FileSystemLoader):
    """Loads templates, but none that the plan does not know: an edit of it would leave the report as it was.

    Args:
        folders: where they are looked for.
        files: the paths that the plan knows; None knows all.
    """

    def __init__(self, folders: Sequence[Path], files: Collection[str] | None) -> None:
        super().__init__(folders)
        self.files = files

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template, its path, and whether it still stands so.

        Raises:
            TemplateError: the plan does not know it.
        """
        text, path, is_current = super().get_source(environment, template)
        if self.files is not None and path not in self.files:
            raise TemplateError(
                f"{path} is included under a computed name, so that an edit of it would not be seen; write its name "
                f'into the statement: {{% include "{template}" %}}'
            )
        return text, path, is_current


def fill(
    template: Path,
    names: Mapping[str, Any],
    filters: Mapping[str, Callable[..., str]],
    files: Collection[str] | None = None,
) -> str:
    """Render `template` with nothing but `names` and `filters` (and Jinja's own).

    Templates beside it and in the folder above can be included, if they are among `files`, the paths that the plan
    knows (None knows all). Text is not escaped here: strings from data come as
    `labreport.documents.text.Literal`, which prints itself escaped.

    Raises:
        TemplateError: the template is missing or malformed, names something that does not exist, includes what is not
            among `files`, or an expression in it fails; with file and line.
        ResultsError: a result that it names is missing; with file and line.
    """
    language = environment(filters, _undefined(names))
    language.loader = DeclaredLoader([template.parent, template.parent.parent], files)
    language.globals.update(names)
    try:
        with limits():
            return language.get_template(template.name).render()
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{error.filename or template}:{error.lineno}: {error.message}") from None
    except Exception as error:  # an expression in a template can fail in any way that Python can
        kind = type(error) if isinstance(error, UserError) else TemplateError
        raise kind(f"{_place(error, template)}: {_said(error, template)}") from error


def _said(error: Exception, template: Path) -> str:
    """What an error says, in words of templates."""
    if isinstance(error, jinja2.TemplateNotFound):
        return f"there is no {error.name!r} in {template.parent}"
    if isinstance(error, UserError | jinja2.TemplateError):
        return str(error)
    if isinstance(error, MemoryError | RecursionError):
        what = "memory than any report does" if isinstance(error, MemoryError) else "levels than Python has"
        return f"needs more {what}; does it include or call itself?"
    return f"{type(error).__name__}: {error}"


class Language(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which no number grows until the machine stands still."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """A product or a power.

        Raises:
            TemplateError: of whole numbers beyond all that reports count.
        """
        if isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * abs(right) if operator == "**" else left.bit_length() + right.bit_length()
            if bits > MOST_BITS:
                raise TemplateError(f"{operator} gives a number beyond all that reports count")
        return super().call_binop(context, operator, left, right)


@contextmanager
def limits() -> Iterator[None]:
    """Ends what would not end, and refuses memory beyond what any report needs.

    Raises:
        TemplateError: the time is over.
    """

    def over(*_: object) -> None:
        raise TemplateError(f"took more than {MOST_SECONDS} s; is there a loop within a loop?")

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    main = threading.current_thread() is threading.main_thread()  # which alone may take signals
    with suppress(ValueError, OSError):  # where a system has no such limit
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        limits = [one for one in (soft, hard, used + MOST_MEMORY) if one != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))
    before = signal.signal(signal.SIGVTALRM, over) if main else None
    try:
        if main:
            signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
        yield
    finally:
        if main:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def environment(
    filters: Mapping[str, Callable[..., str]],
    undefined: type[jinja2.Undefined] = jinja2.StrictUndefined,
) -> jinja2.Environment:
    """The language of templates.

    Args:
        filters: by name, beside Jinja's own.
        undefined: what a name that does not exist becomes.
    """
    language = Language(
        undefined=undefined,
        keep_trailing_newline=True,
        comment_start_string="{##",  # Jinja's own would take a heading's {#sec:id} for a comment
        comment_end_string="##}",
    )
    language.filters.update(filters)
    return language


def _place(error: Exception, template: Path) -> str:
    """`file:line` of the innermost template that the error passed through."""
    folders = {template.parent.resolve(), template.parent.parent.resolve()}
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.suffix != ".py" and path.exists() and folders & set(path.resolve().parents):
            return f"{frame.filename}:{frame.lineno}"
    return str(template)


def _undefined(names: Mapping[str, Any]) -> type[jinja2.StrictUndefined]:
    """A strict undefined whose message says what there is instead."""

    class Named(jinja2.StrictUndefined):
        @property
        def _undefined_message(self) -> str:
            name = str(self._undefined_name)
            if self._undefined_obj is jinja2.utils.missing:
                return f'there is no "{name}" in a template{suggestion(name, names)}'
            what, fields = described(self._undefined_obj)
            return f'{what} has no "{name}"{suggestion(name, fields)}'

    return Named
