"""``fabplan completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say_json
from fabplan.errors import BadInput, Problem, listed, nearest

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_FABPLAN_COMPLETE"


@click.command("completion")
@click.argument("shell")
@common_options
def command(common: Common, shell: str) -> int:
    """Script that lets a shell complete the commands and options of fabplan.

    SHELL: bash, zsh or fish.

    \b
    Examples:
      eval "$(fabplan completion bash)"
      fabplan completion fish > ~/.config/fish/completions/fabplan.fish
    """
    if shell not in SHELLS:
        raise BadInput(Problem("unknown shell", "SHELL", repr(shell)[:60], listed(SHELLS), nearest(shell, SHELLS)))
    kind = get_completion_class(shell)
    assert kind is not None
    # The name and the group only label the script; bash's own version check is left out by taking the template.
    maker = kind(click.Group("fabplan"), {}, "fabplan", VARIABLE)
    script = maker.source_template % maker.source_vars()
    if common.as_json:
        say_json({"shell": shell, "script": script})
    else:
        click.echo(script)
    return 0
