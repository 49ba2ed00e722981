"""``fabplan calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fabplan import __version__
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, table, tell, tell_labelled


@click.command("calibrate")
@click.argument("facility")
@click.argument("measurements")
@click.option("-o", "--output", required=True, metavar="DIR", help="Folder of the overlay.")
@click.option("--force", is_flag=True, help="Replace an overlay that fabplan wrote before.")
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
@common_options
def command(common: Common, facility: str, measurements: str, output: str, force: bool, dry_run: bool) -> int:
    """A lab's measured values as a catalog folder that the next plan uses.

    MEASUREMENTS is a CSV file with a header and the columns

    \b
      kind    recipe, material, facility, machine or ink
      record  its id, e.g. sputter-cu-shadow
      key     as in the record's file: settings.rate, limits.line, limits.gap,
              settings.shrinkage_width, microstructure.porosity, electrode.diffusivity, ...
      value   the measured number
      unit    its unit, e.g. nm/min; 1 or empty for a plain number
      date    of the measurement, YYYY-MM-DD
      source  who measured it how
      note    may be left out

    Of several measurements of one value the latest counts. Measured values have high confidence, and sheets show
    their date. For printed beads settings.wet_mass_per_length and settings.wet_density (of the ink) together give
    settings.extrusion_multiplier.

    \b
    Example:
      fabplan calibrate university-cleanroom rates.csv -o lab
      fabplan plan laminated-thin-film --catalog lab --facility university-cleanroom
    """
    # Records and numbers of all methods: loaded when they are asked for, not for --help.
    from fabplan import files
    from fabplan.planner import calibrate

    catalog = common.catalog()
    found = calibrate.changes(facility, _rows(facility, measurements, catalog), catalog)
    if not dry_run:
        files.write(output, calibrate.overlay(facility, found, catalog, __version__), force=force)
    if common.as_json:
        say_json(calibrate.document(facility, output, found))
    else:
        rows = [(f"{c.folder}/{c.record}", c.key, *calibrate.shown(c), c.date) for c in found]
        table(("record", "key", "old", "new", "measured"), rows)
        say("nothing written" if dry_run else f"overlay {output}")
    for remark in calibrate.remarks(found, catalog):
        tell_labelled("info", remark)
    if not dry_run:
        below = "".join(f" --catalog {folder}" for folder in common.catalogs)
        tell(f"use it with --catalog {output}{below}")
    return 0


def _rows(facility: str, measurements: str, catalog: Any) -> Any:
    """Rows of the file; its faults come together with those against the catalog."""
    from fabplan.errors import BadInput
    from fabplan.planner import calibrate, calibrate_table
    from fabplan.readers.guarded import read_bytes

    where = Path(measurements).name
    try:
        return calibrate_table.read_rows(read_bytes(measurements, calibrate_table.LARGEST, where), where)
    except BadInput as fault:
        problems = list(fault.problems)
        try:
            calibrate.changes(facility, calibrate_table.readable(fault), catalog)
        except BadInput as more:
            problems += more.problems
        raise BadInput(problems) from None
