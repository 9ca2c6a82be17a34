"""The subcommands of `labreport` and their options.

What reads the registries is imported inside `run_step`: a comma that is missing there is one message.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.declarations.yaml_files import read_text, read_yaml
from labreport.errors import DeclarationError, run_step

if TYPE_CHECKING:
    from labreport.artifacts.graph import Graph

KEY = re.compile(r"[a-zA-Z_][\w-]*\w")


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a subcommand.

    Returns:
        The exit status: 0, 1 where something is wrong or does not match, 2 for a command line that is none;
        2 for every error of `diff`.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    options = _parser().parse_args(arguments)
    status = 0

    def carry_out(_: Sequence[str] | None) -> None:
        nonlocal status
        from labreport.artifacts import code

        _use_sources_of(Path.cwd(), arguments)
        module, _, function = options.carry_out.partition(":")
        code.restore(Path(code.CACHE))
        status = getattr(import_module(f"labreport.cli.{module}"), function)(_graph(options), options)
        code.keep(Path(code.CACHE))

    try:
        failed = run_step(carry_out)
        return (failed and options.error) or failed or status
    except BrokenPipeError:  # as with `labreport plan | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="labreport", description="Looks after a project's runs and reports.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE", help="as Snakemake takes it")
    common.add_argument("--configfile", nargs="+", default=[], type=Path, metavar="FILE", help="as Snakemake takes it")

    def command(name: str, does: str, carry_out: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.", parents=[common])
        made.set_defaults(carry_out=carry_out, error=0)
        return made

    plan = command("plan", "say what would be made and why, and how long training takes", "plan:plan")
    plan.add_argument("targets", nargs="*", metavar="TARGET", help="as Snakemake takes them; default: all")
    plan.add_argument("--json", action="store_true", help="for programs")
    new = command("new", "write a small report that builds, its lines explained", "new:new")
    new.add_argument("name", metavar="NAME", help="of the report: lower-case letters, digits, underscores")
    new.add_argument("--lang", nargs="+", choices=("en", "zh"), default=["en"], help="default: en")
    check = command("check", "say every mistake of reports, before anything is made", "check:check")
    check.add_argument("reports", nargs="*", metavar="REPORT", help="default: all")
    show = command(
        "show", "say what something is: its settings and who set them, or what it was made from", "show:show"
    )
    show.add_argument("names", nargs="+", metavar="NAME", help="an experiment, a report, REPORT/FIGURE, or a key")
    runs = command("runs", "list the finished runs of the declared experiments and what came out", "runs:runs")
    runs.add_argument("names", nargs="*", metavar="EXPERIMENT", help="default: all")
    runs.add_argument(
        "--epoch", type=int, metavar="N", help="what that epoch measured, beside what was published of it"
    )
    runs.add_argument("--pairs", action="store_true", help="compare them two by two, seed by seed")
    runs.add_argument("--page", type=Path, metavar="FILE", help="write it into a section of this Markdown page")
    deps = command("deps", "list the definitions that the key of a run or of anything else covers", "show:deps")
    deps.add_argument("names", nargs="+", metavar="NAME", help="an experiment, REPORT/FIGURE, or a key")
    adopt = command(
        "adopt", "take over finished runs whose code differs harmlessly from what is declared", "adopt:adopt"
    )
    adopt.add_argument("names", nargs="*", metavar="OLD NEW", help="two keys of runs")
    adopt.add_argument("--report", metavar="REPORT", help="all runs of a report that are missing")
    adopt.add_argument("--all", action="store_true", help="all runs of all experiments that are missing")
    adopt.add_argument("--because", required=True, metavar="WHY", help="why the difference changes no number")
    prune = command("prune", "list what no declaration refers to any more", "prune:prune")
    prune.add_argument("--delete", action="store_true", help="remove it, but not what only its code sets apart")
    prune.add_argument("--superseded", action="store_true", help="with --delete: remove that, too")
    export = command("export", "write a kit: missing runs, to be trained on another machine", "export:export")
    export.add_argument("names", nargs="*", metavar="NAME", help="experiments, in the order of training; default: all")
    export.add_argument("--report", metavar="REPORT", help="the experiments and seeds of a report")
    export.add_argument("--to", default="gpu-kit", metavar="DIR", help="the kit's folder; default: gpu-kit")
    take_in = command("import", "take in the runs that were trained from a kit", "take_in:take_in")
    take_in.add_argument("tar", type=Path, metavar="RUNS.TAR", help="what came back")
    verify = command("verify", "derive reports from their runs once more and compare", "verify:verify")
    verify.add_argument("reports", nargs="*", metavar="REPORT", help="or NAME.zip, handed in; default: every report")
    diff = command("diff", "say what changed in a report; 0 nothing, 1 something, 2 an error", "diff:diff")
    diff.add_argument("states", nargs="+", metavar="STATE", help="NAME.zip or a commit; one: compared with now")
    diff.add_argument("--report", metavar="REPORT", help="of which report, where no archive says so")
    diff.add_argument("--page", type=Path, metavar="FILE", help="write it to this Markdown page")
    diff.set_defaults(error=2)
    return parser


def _graph(options: argparse.Namespace) -> Graph:
    """The graph of the project that the current folder is."""
    from labreport.artifacts.graph import Graph
    from labreport.declarations.project import CONFIG, Project

    folder = Path.cwd()
    if not (folder / CONFIG).is_file():
        raise DeclarationError(f"{folder}: no {CONFIG} here; give the command in a project's folder")
    settings: dict[str, Any] = {}
    for path in options.configfile:
        settings |= read_yaml(path, str(path))
    options.settings = {**settings, **parse_settings(options.config)}
    return Graph(Project(Path(), options.settings))


def parse_settings(entries: Iterable[str]) -> dict[str, Any]:
    """The values of config.yaml that `--config` overrides, read as Snakemake reads them: one spelling serves both.

    Args:
        entries: such as `scale=lite` or `seeds=[0,1]`.

    Raises:
        DeclarationError: an entry is no KEY=VALUE.
    """
    found = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals or not KEY.fullmatch(key):
            raise DeclarationError(
                f"--config: found {entry!r}, allowed is KEY=VALUE such as scale=lite; targets stand before --config"
            )
        found[key] = read_text(value.strip("'\""))
    return found


def _use_sources_of(folder: Path, arguments: Sequence[str]) -> None:
    """Start again with the project's own sources where others were loaded: they are what its keys are taken of.

    An installed `labreport` may belong to another copy of the project. This process is replaced.
    """
    from labreport.artifacts import code

    own = folder / "src"
    if not (own / "labreport").is_dir() or own.resolve() == code.SOURCES:
        return
    if os.environ.get("LABREPORT_SOURCES") == str(own):
        raise DeclarationError(f"{own}: Python loads {code.SOURCES} all the same; is it started with -I or -E?")
    paths = [str(own), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "LABREPORT_SOURCES": str(own)}
    os.execve(sys.executable, [sys.executable, "-m", "labreport", *arguments], environment)
