"""``fabplan schema``."""

from __future__ import annotations

import click

from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say_json
from fabplan.errors import BadInput, Problem, listed, nearest


@click.command("schema")
@click.argument("kind")
@common_options
def command(common: Common, kind: str) -> int:
    """JSON schema (draft 7) of a spec or of a record of the catalog, for completion in an editor.

    KIND: spec, material, recipe, machine, facility, dialect, device, ink. The document is printed as it is,
    with and without --json. Editors that know TOML schemas read a first line "#:schema spec.schema.json".

    \b
    Example:
      fabplan schema spec > spec.schema.json
    """
    # The types of the catalog are read for a schema, not for --help.
    from fabplan.exporters import _schema

    if kind not in _schema.KINDS:
        given, valid = repr(kind)[:60], _schema.KINDS
        raise BadInput(Problem("unknown kind", "KIND", given, listed(valid), nearest(kind, valid)))
    say_json(_schema.schema(kind, common.catalog()))
    return 0
