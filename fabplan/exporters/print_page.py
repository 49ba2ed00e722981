"""Traveler, sheets and bring-up as one page for the printer: A4 and Letter, boxes to tick, space to write."""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from fabplan import rendering
from fabplan.exporters import bring_up, sheets, traveler
from fabplan.exporters._names import sheet_path
from fabplan.exporters.plan_json import revision
from fabplan.planner.plan import Plan

DESCRIPTION = "traveler, sheets and bring-up on one page to print (recipes/print.html)"
_FOLDER = "recipes"


@dataclass(frozen=True)
class Page:
    """One sheet: where links find it, what it is called, its HTML."""

    anchor: str
    title: str
    body: str


def export(plan: Plan) -> dict[str, bytes]:
    """The page; nothing for a plan without steps."""
    if not plan.steps:
        return {}
    files = {**traveler.export(plan), **sheets.export(plan), **bring_up.export(plan)}
    titles = {f"{_FOLDER}/traveler.md": "Traveler"}
    titles |= {sheet_path(step): f"{step.number:02d} {step.title}" for step in plan.steps}
    titles |= {f"{_FOLDER}/bring-up.md": "Bring-up"}
    change = {"link": partial(_link, files=files), "picture": partial(_picture, files=files)}
    pages = [
        Page(_anchor(path), title, rendering.html_of_markdown(files[path].decode(), **change))
        for path, title in titles.items()
        if path in files
    ]
    text = rendering.render("print/page.html", name=plan.name, revision=revision(plan), pages=pages)
    return {f"{_FOLDER}/print.html": text.encode()}


def _anchor(path: str) -> str:
    return posixpath.basename(path).removesuffix(".md")


def _link(target: str, files: Mapping[str, bytes]) -> str:
    path = posixpath.normpath(posixpath.join(_FOLDER, target))
    return f"#{_anchor(path)}" if path.endswith(".md") and path in files else target


def _picture(target: str, files: Mapping[str, bytes]) -> str:
    """A picture of the folder as data, since the page loads nothing."""
    path = posixpath.normpath(posixpath.join(_FOLDER, target))
    if path not in files or not path.endswith(".svg"):
        return target
    return f"data:image/svg+xml;base64,{base64.b64encode(files[path]).decode()}"
