"""Calibration: what a lab measured, as a catalog folder that lies over the shipped records."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fabplan import files, plugins, units
from fabplan.catalog.loader import Catalog, find
from fabplan.catalog.types import Facility, Ink, Machine, Material, Recipe
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.planner.calibrate_table import Row
from fabplan.planner.calibrate_wet import converted
from fabplan.planner.route import method_of
from fabplan.records import Origin, Quantity, read_quantity

#: what a row may measure: word in the table -> (folder of the catalog, type of its records)
RECORDS: Mapping[str, tuple[str, type]] = MappingProxyType(
    {
        "recipe": ("recipes", Recipe),
        "material": ("materials", Material),
        "facility": ("facilities", Facility),
        "machine": ("machines", Machine),
        "ink": ("inks", Ink),
    }
)
Key = tuple[str, str, str]  #: folder, id of the record, key


@dataclass(frozen=True)
class Change:
    """One value that the overlay replaces.

    Parameters
    ----------
    folder, record, key : where it stands, e.g. ``("recipes", "sputter-cu-shadow", "settings.rate")``
    dimension : of the value
    old : what the catalog has; None when the record leaves it out
    new : what was measured
    text : the measured value as it was written, with unit
    date : of the measurement, ``YYYY-MM-DD``
    """

    folder: str
    record: str
    key: str
    dimension: str
    old: Quantity | None
    new: Quantity
    text: str
    date: str


def changes(facility: str, rows: Sequence[Row], catalog: Catalog) -> list[Change]:
    """Measured values against the catalog; of several measurements of one value the latest counts.

    Raises
    ------
    BadInput : unknown facility, records and keys, wrong units, values out of range, all at once
    """
    problems: list[Problem] = []
    home = _found(catalog.facilities, facility, "FACILITY", problems)
    found: dict[Key, tuple[Change, Row]] = {}
    for row in converted(rows, catalog, problems):
        change = _change(row, home.id if home else facility, catalog, problems)
        if change is None:
            continue
        key = (change.folder, change.record, change.key)
        _, earlier = found.get(key, (None, None))
        if earlier is not None and earlier.date == row.date:
            what = f"measured twice on that day; {earlier.where} has it as well"
            problems.append(Problem(what, f"{row.where}, column key", row.key[:60], "one row a value and day"))
        elif earlier is None or earlier.date < row.date:
            found[key] = (change, row)
    if problems:
        raise BadInput(problems)
    return [found[key][0] for key in sorted(found)]


def overlay(facility: str, found: Sequence[Change], catalog: Catalog, version: str) -> dict[str, bytes]:
    """Files of the overlay: one record for every one that was measured, the facility always among them.

    Every record extends the one below it and holds nothing but the measured values.
    """
    home = find(catalog.facilities, facility, "FACILITY")
    last = max((change.date for change in found), default="")
    records: dict[tuple[str, str], list[Change]] = {("facilities", home.id): []}
    for change in found:
        records.setdefault((change.folder, change.record), []).append(change)
    written = {}
    for (folder, record), below in sorted(records.items()):
        lines = [f"extends = {quoted(record)}"]
        if (folder, record) == ("facilities", home.id):
            told = f"Calibrated with {len(found)} measured values, the last of {last}."
            lines.append(f"notes = {quoted(' '.join(part for part in (home.notes, told) if part))}")
        written[f"{folder}/{record}.toml"] = ("\n".join(lines + _tables(below)) + "\n").encode()
    return {**written, files.MANIFEST: files.manifest(written, version)}


def quoted(text: str) -> str:
    """Text as a TOML string; JSON's escapes are valid there, control characters are dropped."""
    return json.dumps("".join(c if c.isprintable() else " " for c in text), ensure_ascii=False)


def _tables(below: Sequence[Change]) -> list[str]:
    """Lines of the values, those of the record itself before those of its tables."""
    groups: dict[str, list[Change]] = {}
    for change in sorted(below, key=lambda c: (c.key.rpartition(".")[0], c.key)):
        groups.setdefault(change.key.rpartition(".")[0], []).append(change)
    lines: list[str] = []
    for table, inside in groups.items():
        lines += ["", f"[{table}]"] if table else []
        lines += [f"{change.key.rpartition('.')[2]} = {_value(change)}" for change in inside]
    return lines


def _value(change: Change) -> str:
    new = change.new
    note = f", note = {quoted(new.note)}" if new.note else ""
    return f'{{ value = {quoted(change.text)}, source = {quoted(new.source)}, confidence = "{new.confidence}"{note} }}'


def _change(row: Row, facility: str, catalog: Catalog, problems: list[Problem]) -> Change | None:
    """One row against the catalog; appends its faults."""
    if row.kind not in RECORDS:
        near = nearest(row.kind, RECORDS)
        problems.append(Problem("unknown kind", f"{row.where}, column kind", row.kind[:60], listed(RECORDS), near))
        return None
    folder, cls = RECORDS[row.kind]
    record = _found(catalog.records(folder), row.record, f"{row.where}, column record", problems)
    if record is None:
        return None
    if row.kind == "facility" and record.id != facility:
        problems.append(Problem("another facility", f"{row.where}, column record", row.record[:60], facility))
        return None
    field = _field(cls, record, row, problems)
    if field is None:
        return None
    new = _measured(row, field, problems)
    if new is None:
        return None
    return Change(folder, record.id, row.key, new.dimension, _old(record, row), new, row.text, row.date)


def _found(records: Mapping[str, Any], name: str, where: str, problems: list[Problem]) -> Any:
    try:
        return find(records, name, where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return None


def _measured(row: Row, field: Mapping[str, Any], problems: list[Problem]) -> Quantity | None:
    """The value with its date and source; a spread is kept in the note."""
    origin = Origin(f"measured {row.date}: {row.source}", "high")
    where = f"{row.where}, column value"
    before = len(problems)
    found = read_quantity(row.text, field["dimension"], where, problems, origin, field.get("low"), field.get("high"))
    return dataclasses.replace(found, note=row.note) if found is not None and len(problems) == before else None


def _field(cls: type, record: Any, row: Row, problems: list[Problem]) -> Mapping[str, Any] | None:
    """Metadata of the field that a key names; None with a problem where it is no measurable value."""
    known = keys(cls, record)
    if row.key in known:
        return known[row.key]
    last = row.key.rpartition(".")[2]
    near = nearest(row.key, known) or next((key for key in known if key.rpartition(".")[2] == last), None)
    where = f"{row.where}, column key"
    problems.append(Problem("no value of this record", where, row.key[:60], listed(known, 40), near))
    return None


def keys(cls: type, record: Any) -> dict[str, Mapping[str, Any]]:
    """Every value of a record that can be measured: dotted key -> metadata of its field.

    Entries of lists (the doses of a cycle, temperature limits) have no key.
    """
    found = _keys(cls, "")
    if isinstance(record, Recipe) and record.method in plugins.names("methods"):
        found.update(_keys(plugins.load("methods", record.method).Settings, "settings."))
    return found


def _keys(cls: type, before: str) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for field in dataclasses.fields(cls):
        kind = field.metadata.get("kind")
        if kind == "quantity":
            found[before + field.name] = field.metadata
        elif kind == "table":
            found.update(_keys(field.metadata["cls"], f"{before}{field.name}."))
    return found


def _old(record: Any, row: Row) -> Quantity | None:
    """What the catalog has under a key; None where the record leaves it out."""
    parts = row.key.split(".")
    found: Any = record
    if parts[0] == "settings":
        found = method_of(record, row.where)[1]
        parts = parts[1:]
    for part in parts:
        found = getattr(found, part, None)
    return found if isinstance(found, Quantity) else None


def shown(change: Change) -> tuple[str, str]:
    """Old and new value as text with unit."""
    old = "not given" if change.old is None else units.show(change.old.value, change.dimension)
    return old, units.show(change.new.value, change.dimension)


def remarks(found: Sequence[Change], catalog: Catalog) -> list[str]:
    """What the user must know: a rate counts as measured at the recipe's ``rate_power`` where it has one."""
    keys_of: dict[str, set[str]] = {}
    for change in found:
        if change.folder == "recipes":
            keys_of.setdefault(change.record, set()).add(change.key)
    told = []
    for record, measured in keys_of.items():
        settings = catalog.recipes[record].settings
        power, at = settings.get("power"), settings.get("rate_power")
        if "settings.rate" in measured and "settings.rate_power" not in measured and at is not None and at != power:
            told.append(f"{record}: the rate counts as measured at rate_power; measure settings.rate_power as well")
    return told


def document(facility: str, folder: str, found: Sequence[Change]) -> dict[str, Any]:
    """The calibration as data, in SI."""
    return {
        "schema": "fabplan/calibration/1",
        "facility": facility,
        "overlay": folder,
        "changes": [
            {
                "record": f"{change.folder}/{change.record}",
                "key": change.key,
                "unit": units.DIMENSIONS[change.dimension],
                "old": change.old.value if change.old else None,
                "new": change.new.value,
                "date": change.date,
                "source": change.new.source,
            }
            for change in found
        ],
    }
