"""``fabplan verify``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabplan import __version__, files
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, tell_findings
from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding, errors, ordered

if TYPE_CHECKING:
    from fabplan.geometry.region import Region
    from fabplan.layout.drc import Checked
    from fabplan.verify.foreign import Foreign

LAYOUTS = (".gds", ".gds2", ".oas", ".dxf", ".gbr", ".lyrdb")


@click.command("verify")
@click.argument("folder", metavar="FOLDER|FILE")
@click.option("--profile", metavar="NAME", help="Hold mask files against a mask shop (fabplan list profiles).")
@click.option("--layers", "layer_map", metavar="MAP.toml", help="What the layers of somebody else's layout are.")
@click.option("--markers", metavar="FILE.lyrdb", help="Write the places of broken rules for KLayout's marker browser.")
@click.option("-o", "--output", metavar="DIR", help="Draw the places of broken rules: a page, pictures, JSON, markers.")
@click.option("--dialect", metavar="NAME", help="Read a printer's program as this dialect.")
@click.option("--machine", metavar="NAME", help="Hold a printer's program against this machine too.")
@click.option("--force", is_flag=True, help="Replace an existing marker file, or a folder that fabplan wrote.")
@common_options
def command(
    common: Common, folder: str, profile: str | None, layer_map: str | None, markers: str | None, output: str | None,
    dialect: str | None, machine: str | None, force: bool,
) -> int:  # fmt: skip
    """Read every exported file back and hold it against plan.json; or look into a layout or program of somebody else.

    A folder of fabplan: checks sizes and digests, then the masks' nets, gaps, areas and rules in every format, then
    runs every printer program. A layout (GDSII, OASIS, DXF, Gerber) with --layers: nets, gaps, facing length, areas,
    the rules of the map, and an estimate where the map says materials and thicknesses. With --profile: what the mask
    shop would send back. A printer's program of any known dialect: outputs closed, every feed set before it prints,
    waits, amounts, the machine's travel, no nozzle through what stands; one of fabplan against its header too. With -o
    every place where a rule of masks is broken is drawn, numbered, with its coordinates.

    \b
    Examples:
      fabplan verify out/node-a
      fabplan verify out/node-a --profile laser-writer
      fabplan verify chip.gds --layers map.toml -o out/chip-checked
      fabplan verify sliced.gcode --dialect marlin --machine diw-gantry
    """
    path = Path(folder)
    if markers is not None:
        _check_markers(markers, force)
    if output is not None:
        files.check_target(output, force)
    findings: list[Finding] = []  # of everything that was asked for
    document: dict[str, Any] = {"schema": "fabplan/verification/1", "folder": folder}
    checked: Sequence[Checked] = ()
    layers: Sequence[tuple[str, str, Region]] = ()
    wanted = markers is not None or output is not None
    if layer_map is not None:
        found = _foreign(path, layer_map, common, document)
        findings += found.findings
        checked, layers = found.checked, [(body.name, body.role, body.region) for body in found.bodies]
        if not common.as_json:
            _say_foreign(found, document)
    elif path.is_dir() and (profile is None or os.path.lexists(path / files.MANIFEST)):
        # Reading masks back needs gdstk and shapely: loaded when it is asked for.
        from fabplan.verify import run

        findings += run.verify(folder)
        checked, layers = _rules(folder) if wanted and not _unreadable(findings) else ((), ())
    elif profile is None:
        if not os.path.lexists(path):
            raise BadInput(Problem("no such folder or file", folder, None, "an output folder of fabplan plan"))
        if not path.is_file() or path.suffix.lower() in LAYOUTS:
            allowed = "--layers MAP.toml, or --profile NAME, or an output folder of fabplan"
            raise BadInput(Problem("nothing to hold the file against", folder, None, allowed))
        findings += _program(path, common, dialect, machine, document)
    if profile is not None:
        findings += _delivery(path, profile, common)
    if markers is not None:
        _write_markers(markers, checked, path, force)
    code = _told(common, document, findings, checked)
    if output is not None:
        _draw(output, path, layers, checked, ordered(findings), force)
        if not common.as_json:
            say(f"drawn in {output}/violations.html")
    return code


def _unreadable(findings: Sequence[Finding]) -> bool:
    """Whether the folder is not whole, so that its masks are not looked at."""
    return any(finding.rule in ("masks-unreadable", "masks-missing", "plan", "manifest") for finding in findings)


def _rules(folder: str) -> tuple[Sequence[Checked], Sequence[tuple[str, str, Region]]]:
    from fabplan.verify import run  # as above

    return run.rules_checked(folder), run.layers_drawn(folder)


def _draw(
    output: str, path: Path, layers: Sequence[tuple[str, str, Region]], checked: Sequence[Checked],
    findings: Sequence[Finding], force: bool,
) -> None:  # fmt: skip
    """The page, the pictures, the same as data, and markers for KLayout."""
    from fabplan.exporters._json import dump  # as above
    from fabplan.exporters._violation_page import Shown, violation_files
    from fabplan.verify.markers import marker_file

    made = violation_files(path.name, [Shown(*layer) for layer in layers], checked, findings)
    made["violations.json"] = dump({"findings": [vars(f) for f in findings], "rules": [_rule(c) for c in checked]})
    made["markers.lyrdb"] = marker_file(checked, path.name, path.stem)
    files.write(output, {**made, files.MANIFEST: files.manifest(made, __version__)}, force=force)


def _program(
    path: Path, common: Common, dialect: str | None, machine: str | None, document: dict[str, Any]
) -> tuple[Finding, ...]:
    from fabplan.cli.programs import bench_and_bounds, dialect_id  # as above
    from fabplan.readers.guarded import read_bytes
    from fabplan.verify._program_file import read_program
    from fabplan.verify.programs import LARGEST

    bounds = bench_and_bounds(common, machine)[1]
    found = read_program(read_bytes(path, LARGEST, str(path)), path.name, dialect_id(common, dialect), bounds)
    document["dialect"] = found.dialect
    return found.findings


def _delivery(path: Path, profile: str, common: Common) -> tuple[Finding, ...]:
    from fabplan.catalog.loader import find  # as above
    from fabplan.verify.shop import verify_delivery

    return verify_delivery(path, find(common.catalog().profiles, profile, "--profile"))


def _foreign(path: Path, layer_map: str, common: Common, document: dict[str, Any]) -> Foreign:
    from fabplan.verify.foreign import examine  # as above
    from fabplan.verify.layer_map import read_layer_map

    given = read_layer_map(Path(layer_map))
    found = examine(path, given)
    document |= {
        "layers": list(found.layers), "nets": dict(found.nets), "geometry": dict(found.geometry),
        "unmapped": list(found.unmapped),
    }  # fmt: skip
    if given.cell:  # the estimator and the catalog: only where the map asks for them
        from fabplan.verify.foreign_estimate import estimate

        document["estimate"] = estimate(found, given, common.catalog(), Path(layer_map).name)
    return found


def _say_foreign(found: Foreign, document: dict[str, Any]) -> None:
    for row in found.layers:
        net = f", net {row['net']}" if row["net"] else ""
        say(f"{row['name']:24} {row['area_m2'] * 1e6:.6g} mm2 in {row['shapes']} shapes{net}")
    for net, number in found.nets.items():
        say(f"net {net:20} {'one piece' if number == 1 else f'{number} pieces'}")
    for key, value in found.geometry.items():
        if value:  # no electrolyte, no interface: a zero would say more than is known
            name, unit = key.rsplit("_", 1)
            say(f"{name.replace('_', ' '):24} {value:.6g} {unit}")
    for entry in document.get("estimate", {}).get("rates", ()):
        charge, volts = f"{entry['capacity_Ah'] * 1e6:.4g} uAh", f"{entry['mean_voltage_V']:.4g} V"
        rate = f"{entry['c_rate']:g}C"
        say(f"at {rate:21} {charge} at {volts} on average")
    if found.unmapped:
        say(f"not in the map           {', '.join(found.unmapped)}")


def _check_markers(markers: str, force: bool) -> None:
    if os.path.lexists(markers) and not force:
        raise BadInput(Problem("the file exists already", "--markers", markers, "another name, or --force"))


def _write_markers(markers: str, checked: Sequence[Checked], path: Path, force: bool) -> None:
    from fabplan.verify.markers import marker_file  # as above

    files.write_file(Path(markers), marker_file(checked, path.name, path.stem), replace=force)


def _told(
    common: Common, document: dict[str, Any], findings: Sequence[Finding], checked: Sequence[Checked]
) -> int:
    findings = ordered(findings)
    faults = errors(findings)
    if common.as_json:
        found = [vars(finding) for finding in findings]
        rules = [_rule(result) for result in checked]
        say_json({**document, "errors": len(faults), "findings": found, **({"rules": rules} if rules else {})})
    else:
        good = "no errors" if "nets" in document or "dialect" in document else "as planned"
        say(f"{document['folder']}: {f'{len(faults)} errors' if faults else good}")
    tell_findings(findings)
    return 1 if faults else 0


def _rule(checked: Checked) -> dict[str, Any]:
    """A rule with its violations as plain data, lengths in metres."""
    places = [{"lines_m": [list(line) for line in v.lines], "measured": v.measured} for v in checked.violations]
    return {**vars(checked.rule), "total": checked.total, "violations": places[:1000]}
