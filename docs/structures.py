"""Writes one page a cell structure, with pictures that fabplan itself draws: ``python docs/structures.py``.

Every page comes from the structure's shipped spec. A test holds the pages against what this script writes, so
that they cannot fall behind.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
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


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of every page and picture."""
    index = []
    for name in plugins.names("architectures"):
        made = plan(name, {}, (), catalog)
        for what in PICTURES:
            yield f"pictures/structures/{name}-{what}.svg", drawing(made, what)
        yield f"structures/{name}.md", page(name, made)
        index.append((name, made.architecture_title, plugins.load("architectures", name).SUMMARY))
    rows = "\n".join(f"| [{title}]({name}.md) | `{name}` | {summary} |" for name, title, summary in index)
    yield "structures/README.md", f"# Cell structures\n\n| structure | name | what it is |\n|---|---|---|\n{rows}\n"


def page(name: str, made: Plan) -> str:
    """Page of one structure: pictures, parameters of the shipped spec, how it is made, figures beside published."""
    module = plugins.load("architectures", name)
    spec = shipped(name)
    others = [other for other in shipped_names() if other != name and _structure(other) == name]
    said = f"Shipped spec: `fabplan plan {name}`. {spec['description']}."
    lines = [f"# {module.TITLE}", "", module.SUMMARY, "", said]
    lines += ["", f"Built from: {spec.get('source', 'no single publication')}.", ""]
    if others:
        lines += [f"Further shipped specs of this structure: {', '.join(f'`{other}`' for other in others)}.", ""]
    for what in PICTURES:
        lines += [f"![{what} of {name}](../pictures/structures/{name}-{what}.svg)", ""]
    return "\n".join([*lines, *_parameters(module, made), *_figures(made), *_flow(made)]) + "\n"


def _structure(name: str) -> str:
    return str(shipped(name).get("cell", {}).get("architecture", ""))


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
