"""``fabplan verify``."""

from __future__ import annotations

import click

from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, tell_findings
from fabplan.findings import errors


@click.command("verify")
@click.argument("folder")
@common_options
def command(common: Common, folder: str) -> int:
    """Read every exported file back and hold it against plan.json.

    Checks sizes and digests, then the masks' nets, gaps and areas, then runs every printer program.

    \b
    Example:
      fabplan verify out/node-a
    """
    # Reading masks back needs gdstk and shapely: loaded when it is asked for.
    from fabplan.verify import run

    findings = run.verify(folder)
    faults = errors(findings)
    if common.as_json:
        found = [vars(finding) for finding in findings]
        say_json({"schema": "fabplan/verification/1", "folder": folder, "errors": len(faults), "findings": found})
    else:
        say(f"{folder}: {f'{len(faults)} errors' if faults else 'as planned'}")
    tell_findings(findings)
    return 1 if faults else 0
