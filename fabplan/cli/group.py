"""The commands by name; each is imported when it is called, so that ``fabplan --help`` answers at once."""

from __future__ import annotations

import importlib
from typing import Any

import click

from fabplan import __version__
from fabplan.cli.common import global_options
from fabplan.errors import BadInput, Problem, listed, nearest

#: command -> (module, one line for the help)
COMMANDS = {
    "new": ("new", "Write a commented spec to edit, for your target or from a shipped example."),
    "plan": ("plan", "Turn a target and a footprint into masks, toolpaths and recipe sheets."),
    "compare": ("compare", "The same target on every structure that can make it, and why the others cannot."),
    "estimate": ("estimate", "Capacity, voltage and energy of given cells at several rates."),
    "validate": ("validate", "Published cells through the estimator, predicted beside published."),
    "verify": ("verify", "Read every exported file back and hold it against plan.json."),
    "simulate": ("simulate", "Run any printer's program: time, ink, ways, box; and draw it."),
    "align": ("align", "Move a printer's program onto a part whose fiducials were measured."),
    "list": ("listing", "What fabplan knows of one kind."),
    "show": ("show", "One structure, material, recipe, ... with every value and its source."),
    "patterns": ("patterns", "Patterns of two nets on one rectangle: facing length, resistance, area."),
    "route": ("route", "The best flows of a structure, or the rules that forbid all of them."),
    "schedule": ("schedule", "Several lots on shared tools with longest waits, as a Gantt picture."),
    "calibrate": ("calibrate", "A lab's measured rates and widths as a catalog folder for the next plan."),
    "dose": ("dose", "Dose of atomic layer deposition in vias and trenches."),
    "draw": ("draw", "One picture of a plan for papers and slides."),
    "explain": ("explain", "What a rule checks, and what mends its finding."),
    "schema": ("schema", "JSON schema of a spec or record, for completion in an editor."),
    "completion": ("completion", "Script that lets a shell complete commands and options."),
    "check": ("check", "Validate the catalog, your own folder too."),
}


class LazyGroup(click.Group):
    """A group that knows the names and one-line helps of its commands before it imports them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"fabplan.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            given, near = repr(args[0])[:60], nearest(args[0], COMMANDS)
            raise BadInput(Problem("unknown command", "fabplan", given, listed(COMMANDS), near))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@global_options
@click.version_option(__version__, prog_name="fabplan")
@click.pass_context
def group(ctx: click.Context, /, **options: Any) -> None:
    """From the wish for a micro lithium-ion battery to masks, toolpaths and recipe sheets.

    \b
    Example:
      fabplan plan --capacity "20 uAh" --footprint "3 mm x 3 mm"
    """
    ctx.obj = options
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
