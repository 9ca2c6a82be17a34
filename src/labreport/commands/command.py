"""The command `labreport`: its subcommands and their options."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from labreport.commands.opening import project_folder, use_sources_of
from labreport.commands.settings import parse_settings
from labreport.errors import run_step


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a subcommand.

    Returns:
        The exit status: 0, 1 where something is wrong or does not match, 2 for a command line that is none.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    options = _parser().parse_args(arguments)
    status = 0

    def carry_out(_: Sequence[str] | None) -> None:
        nonlocal status
        use_sources_of(project_folder(), arguments)
        status = options.carry_out(options)

    try:
        return run_step(carry_out) or status
    except BrokenPipeError:  # as with `labreport plan | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="labreport", description="Looks after a project's runs and reports.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    plan = _command(commands, "plan", "say what would run and why, and how long it takes", _plan)
    plan.add_argument("targets", nargs="*", metavar="TARGET", help="as Snakemake takes them; default: all")
    plan.add_argument(
        "--keep-going", "-k", action="store_true", help="do without runs that failed, as Snakemake's does"
    )
    plan.add_argument("--json", action="store_true", help="for programs")
    prune = _command(commands, "prune", "list what no declaration refers to any more", _prune)
    prune.add_argument("--delete", action="store_true", help="remove it, but not what only its code sets apart")
    prune.add_argument("--superseded", action="store_true", help="with --delete: remove that, too")
    verify = _command(commands, "verify", "derive reports from their runs once more and compare", _verify)
    verify.add_argument("reports", nargs="*", metavar="REPORT", help="default: every report that is there")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    does: str,
    carry_out: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE", help="as Snakemake takes it")
    parser.set_defaults(carry_out=carry_out)
    return parser


def _plan(options: argparse.Namespace) -> int:
    from labreport.commands.plan import plan

    settings = parse_settings(options.config)
    return plan(project_folder(), options.targets, settings, keep_going=options.keep_going, as_json=options.json)


def _prune(options: argparse.Namespace) -> int:
    from labreport.commands.prune import prune

    settings = parse_settings(options.config)
    return prune(project_folder(), settings, delete=options.delete, superseded=options.superseded)


def _verify(options: argparse.Namespace) -> int:
    from labreport.commands.verify import verify

    return verify(project_folder(), options.reports, parse_settings(options.config))
