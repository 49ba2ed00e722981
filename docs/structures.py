"""Writes one page a cell structure, with pictures that fabplan itself draws: ``python docs/structures.py``.

Every page comes from the structure's shipped spec. A test holds the pages against what this script writes, so
that they cannot fall behind.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from fabplan import plugins, units
from fabplan.catalog.loader import Catalog, load
from fabplan.exporters import _show
from fabplan.exporters._draw import drawing
from fabplan.planner.plan import Plan
from fabplan.planner.run import plan
from fabplan.planner.spec_source import shipped, shipped_names

HERE = Path(__file__).parent
PICTURES = ("layout", "section")
#: findings that say what a variant means
SAID = ("package", "cells-in-series", "shelf-life")
#: command and plan of a variant by its name
Variants = Mapping[str, tuple[str, Plan]]


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of every page and picture."""
    index = []
    for name in plugins.names("architectures"):
        made = plan(name, {}, (), catalog)
        for what in PICTURES:
            yield f"pictures/structures/{name}-{what}.svg", drawing(made, what)
        others = variants(name, catalog)
        for value, (_, other) in others.items():
            for what in PICTURES:
                yield f"pictures/structures/{name}-{value}-{what}.svg", drawing(other, what)
        yield f"structures/{name}.md", page(name, made, others)
        index.append((name, made.architecture_title, plugins.load("architectures", name).SUMMARY))
    rows = "\n".join(f"| [{title}]({name}.md) | `{name}` | {summary} |" for name, title, summary in index)
    yield "structures/README.md", f"# Cell structures\n\n| structure | name | what it is |\n|---|---|---|\n{rows}\n"


def variants(name: str, catalog: Catalog) -> Variants:
    """Command and plan of the named variants that the shipped spec is not, by name.

    Of a further shipped spec that takes one, else by ``--set``.
    """
    found = {}
    for key, (_, values) in getattr(plugins.load("architectures", name), "VARIANTS", {}).items():
        own = _choice(name, key) or next(value for value, number in values.items() if number == 0.0)
        for value in (v for v in values if v != own):
            spec = next((s for s in shipped_names() if _structure(s) == name and _choice(s, key) == value), name)
            said = () if spec != name else (f"cell.{key}={value}",)
            found[value] = (f"fabplan plan {' --set '.join((spec, *said))}", plan(spec, {}, said, catalog))
    return found


def _choice(spec: str, key: str) -> str:
    return str(shipped(spec).get("cell", {}).get(key, ""))


def page(name: str, made: Plan, others: Variants) -> str:
    """Page of one structure: pictures, parameters of the shipped spec, how it is made, figures beside published."""
    module = plugins.load("architectures", name)
    spec = shipped(name)
    further = [other for other in shipped_names() if other != name and _structure(other) == name]
    said = f"Shipped spec: `fabplan plan {name}`. {spec['description']}."
    lines = [f"# {module.TITLE}", "", module.SUMMARY, "", said]
    lines += ["", f"Built from: {spec.get('source', 'no single publication')}.", ""]
    if further:
        lines += [f"Further shipped specs of this structure: {', '.join(f'`{other}`' for other in further)}.", ""]
    for what in PICTURES:
        lines += [f"![{what} of {name}](../pictures/structures/{name}-{what}.svg)", ""]
    lines += [*_parameters(module, made), *_figures(made), *_flow(made), *_variants(name, others)]
    return "\n".join(lines) + "\n"


def _structure(name: str) -> str:
    return str(shipped(name).get("cell", {}).get("architecture", ""))


def _variants(name: str, others: Variants) -> list[str]:
    """What every named variant delivers, with its section."""
    lines = []
    for value, (command, made) in others.items():
        e = made.estimate
        said = [f.message for f in made.findings if f.rule in SAID]
        about = f"`{command}`: {made.spec.get('description', '')}."
        figures = {
            f"capacity at {e['c_rate']:.3g}C": _show.charge(e["capacity_Ah"]),
            "energy": _show.energy(e["energy_Wh"]),
            "mean voltage": _show.text(e["mean_voltage_V"], "voltage"),
            "per footprint": _show.areal_charge(e["areal_capacity_Ah_m2"]),
            "resistance": _show.text(e["dc_resistance_ohm"], "resistance"),
            "height": _show.text(made.geometry["height_m"], "length"),
        }
        lines += ["", f"## Variant: {value}", "", about, "", "| | |", "|---|---|"]
        lines += [f"| {what} | {figure} |" for what, figure in figures.items()]
        lines += ["", *(f"- {text[0].upper()}{text[1:]}." for text in said), ""]
        lines += [f"![{what} of {value}](../pictures/structures/{name}-{value}-{what}.svg)" for what in PICTURES]
    return lines


def _parameters(module: object, made: Plan) -> list[str]:
    fields = {f.name: f.metadata for f in dataclasses.fields(module.Params)}  # type: ignore[attr-defined]
    lines = ["## Parameters", "", "| parameter | meaning | range | here |", "|---|---|---|---|"]
    for name, chosen in made.parameters.items():
        meta = fields[name]
        low, high = (units.show(meta[end], meta["dimension"]) for end in ("low", "high"))
        here = f"{units.show(chosen.value, chosen.dimension)} ({chosen.chosen_by})"
        lines.append(f"| `{name}` | {meta['meaning']} | {low} to {high} | {here} |")
    return [*lines, ""]


def _figures(made: Plan) -> list[str]:
    e = made.estimate
    lines = ["## What it delivers", "", "| | |", "|---|---|"]
    lines += [
        f"| capacity at {e['c_rate']:.3g}C | {_show.charge(e['capacity_Ah'])} |",
        f"| energy | {_show.energy(e['energy_Wh'])} |",
        f"| mean voltage | {_show.text(e['mean_voltage_V'], 'voltage')} |",
        f"| per footprint | {_show.areal_charge(e['areal_capacity_Ah_m2'])} |",
        f"| resistance | {_show.text(e['dc_resistance_ohm'], 'resistance')} |",
        f"| height | {_show.text(made.geometry['height_m'], 'length')} |",
        f"| confidence | {e['confidence']} |",
        "",
    ]
    if made.comparisons:
        lines += ["## Beside the published cell", "", "| what | published | here | remark |", "|---|---|---|---|"]
        for c in made.comparisons:
            shown = (_show.by_unit(value, c.unit) for value in (c.published, c.ours))
            words = f"{c.device.name}: {c.what.replace('_', ' ')}{f' at {c.at}' if c.at else ''}"
            lines.append(f"| {words} | {' | '.join(shown)} | {c.remark} |")
        lines.append("")
    return lines


def _flow(made: Plan) -> list[str]:
    lines = ["## How it is made", ""]
    for step in made.steps:
        time = units.show(step.duration, "time") if step.duration is not None else "time unknown, calibrate"
        lines.append(f"{step.number}. {step.title} ({step.method}, {time}, {step.confidence} confidence)")
    return lines


def main() -> int:
    """Write all pages."""
    for path, text in pages(load()):
        target = HERE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
