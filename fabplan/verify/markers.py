"""Violations as a marker file that KLayout opens (Tools, Marker Browser): its report database, in XML.

Facts of the format: KLayout's report database (``.lyrdb``), values such as ``edge-pair: (0,0;1,0)|(1,1;0,1)`` in
micrometres.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from fabplan.layout.drc import Checked, Violation

MICRON = 1e6
MOST_ITEMS = 10_000  # of one rule


def marker_file(checked: Sequence[Checked], file: str, top: str) -> bytes:
    """The marker file.

    Parameters
    ----------
    file : name of the layout
    top : name of its top cell
    """
    root = ElementTree.Element("report-database")
    _text(root, "description", f"rule checks of fabplan on {file}")
    _text(root, "original-file", file)
    _text(root, "generator", "fabplan verify")
    _text(root, "top-cell", top)
    ElementTree.SubElement(root, "tags")
    categories = ElementTree.SubElement(root, "categories")
    for result in checked:
        category = ElementTree.SubElement(categories, "category")
        _text(category, "name", result.rule.name)
        _text(category, "description", f"{result.rule.name}: {result.total} places")
        ElementTree.SubElement(category, "categories")
    cells = ElementTree.SubElement(root, "cells")
    cell = ElementTree.SubElement(cells, "cell")
    for key, text in (("name", top), ("variant", ""), ("layout-name", ""), ("references", "")):
        _text(cell, key, text)
    items = ElementTree.SubElement(root, "items")
    for result in checked:
        for violation in result.violations[:MOST_ITEMS]:
            _item(items, result.rule.name, top, violation)
    ElementTree.indent(root, " ")
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _item(items: ElementTree.Element, name: str, top: str, violation: Violation) -> None:
    item = ElementTree.SubElement(items, "item")
    quoted = "'" + name.replace("'", "_") + "'"
    for key, text in (("tags", ""), ("category", quoted), ("cell", top), ("visited", "false"), ("multiplicity", "1")):
        _text(item, key, text)
    values = ElementTree.SubElement(item, "values")
    for text in _values(violation):
        _text(values, "value", text)


def _values(violation: Violation) -> list[str]:
    edges = [_edge(line) for line in violation.lines]
    if len(edges) == 2:
        return [f"edge-pair: {edges[0]}|{edges[1]}"]
    if len(edges) == 4:
        corners = ";".join(f"{_um(line[0])},{_um(line[1])}" for line in violation.lines)
        return [f"polygon: ({corners})"]
    return [f"edge: {edge}" for edge in edges]


def _edge(line: Sequence[float]) -> str:
    x0, y0, x1, y1 = map(_um, line)
    return f"({x0},{y0};{x1},{y1})"


def _um(value: float) -> str:
    return f"{value * MICRON:.6f}".rstrip("0").rstrip(".")


def _text(parent: ElementTree.Element, key: str, text: str) -> None:
    ElementTree.SubElement(parent, key).text = text
