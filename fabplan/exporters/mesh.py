"""The cell in three dimensions: GLB (metres), 3MF (micrometres), STL (millimetres), whole and body by body.

Of a relief with conformal films one element is drawn by itself: the films are thinner than anything else and
follow every wall.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabplan.exporters._coats import coated
from fabplan.exporters._instanced import MOST_PLACES, places, whole_glb
from fabplan.exporters._names import file_name
from fabplan.exporters._palette import colour
from fabplan.exporters._prisms import Floats, Indices, prisms, volume
from fabplan.exporters._three_mf import package
from fabplan.exporters._tubes import lies, tubes
from fabplan.exporters._window import shown
from fabplan.geometry.body import Body
from fabplan.geometry.region import area, count
from fabplan.planner.plan import Plan

DESCRIPTION = "the cell in three dimensions (mesh/<name>.glb, .3mf, .stl and one STL a body)"
MOST_FACES = 200_000
_FACES_PER_CORNER = 4  # a prism over n corners has 4 n - 4 triangles
_MILLIMETRES = 1e3


@dataclass(frozen=True)
class Drawn:
    """One body as triangles, standing at z = 0; ``bottom`` lifts it to its place."""

    body: Body
    bottom: float
    vertices: Floats
    faces: Indices


def export(plan: Plan) -> dict[str, bytes]:
    """All meshes and a note on what is in them; nothing when no body can be drawn."""
    drawn, share = parts(plan.bodies)
    films = [Drawn(film.body, 0.0, film.vertices, film.faces) for film in coated(plan.bodies)]
    prismatic = [part for part in drawn if part.body.pattern != "conformal" and not lies(part.body)]
    if not drawn and not films:
        return {}
    name = file_name(plan.name)
    files = {"mesh/README.txt": _note(plan, share, films).encode()}
    if drawn:
        solid = [part for part in drawn if part.body.role != "electrolyte"]
        files[f"mesh/{name}.glb"] = _glb(_facts(plan, share), drawn)
        files[f"mesh/{name}.stl"] = _stl(plan.name, solid)
        files |= {f"mesh/bodies/{_numbered(k, p)}.stl": _stl(p.body.name, [p]) for k, p in enumerate(drawn, 1)}
        whole = [part.body for part in prismatic]
        if whole and _corners_written(whole) <= MOST_FACES:
            bodies = [next(b for b in plan.bodies if b.name == body.name) for body in whole]
            files[f"mesh/{name}.3mf"] = package(plan.name, bodies)
            if share < 1.0 and places(bodies) <= MOST_PLACES:
                files[f"mesh/{name}_whole.glb"] = whole_glb(_facts(plan, 1.0), bodies)
    if films:
        files[f"mesh/{name}_element.glb"] = _glb(_facts(plan, 1.0), films)
        files |= {f"mesh/element/{_numbered(k, p)}.stl": _stl(p.body.name, [p]) for k, p in enumerate(films, 1)}
    return files


def _numbered(place: int, part: Drawn) -> str:
    return f"{place:02d}-{file_name(part.body.name)}"


def _corners_written(bodies: list[Body]) -> int:
    """Corners that a 3MF package holds: a lattice counts once."""
    return sum(2 * len(part.polygon) for body in bodies for part in body.region.parts)


def parts(bodies: tuple[Body, ...]) -> tuple[list[Drawn], float]:
    """Bodies as closed meshes, and the share of the cell's width that is drawn of large lattices.

    Conformal films (bottom None) follow the surface and are left out: a straight prism would lie. Those over a
    relief are drawn around one element (`fabplan.exporters._coats`), those around a round core as tubes.
    """
    around = [Drawn(body, 0.0, vertices, faces) for body, vertices, faces in tubes(bodies)]
    solid = [b for b in bodies if b.bottom is not None and b.region and b.thickness > 0 and not lies(b)]
    if not solid:
        return around, 1.0
    cut = shown([body.region for body in solid], MOST_FACES // _FACES_PER_CORNER)
    drawn = [
        Drawn(body, body.bottom or 0.0, *prisms(region, body.thickness))
        for body, region in zip(solid, cut.regions, strict=True)
        if region
    ]
    return [*drawn, *around], cut.share


def _glb(facts: Mapping[str, str | float], drawn: list[Drawn]) -> bytes:
    # trimesh takes a second to import: only whoever exports a mesh pays for it.
    import trimesh
    from trimesh.visual.material import PBRMaterial

    scene = trimesh.Scene()
    for part in drawn:
        tint = colour(part.body.role)
        material = PBRMaterial(
            name=part.body.role,
            baseColorFactor=tint,
            metallicFactor=0.0,
            roughnessFactor=0.8,
            alphaMode="OPAQUE" if tint[3] == 255 else "BLEND",
            doubleSided=False,
        )
        mesh = trimesh.Trimesh(part.vertices, part.faces, process=False, validate=False)
        mesh.visual = trimesh.visual.TextureVisuals(material=material)
        # float32 vertices: the height above the substrate goes into the node, so that thin films keep their thickness
        place = trimesh.transformations.translation_matrix([0.0, 0.0, part.bottom])
        scene.add_geometry(mesh, node_name=part.body.name, geom_name=part.body.name, transform=place)
    scene.metadata.clear()
    scene.metadata.update(facts)
    return bytes(scene.export(file_type="glb"))


def _facts(plan: Plan, share: float) -> dict[str, str | float]:
    """What the file says about itself."""
    return {"name": plan.name, "unit": "metre", "z": "up, 0 on the substrate", "window_share": share}


def _stl(name: str, drawn: list[Drawn]) -> bytes:
    """Binary STL in millimetres: 80 bytes, count, then normal, three corners and two empty bytes a triangle."""
    corners = [(part.vertices[part.faces] + np.array([0.0, 0.0, part.bottom])) * _MILLIMETRES for part in drawn]
    triangles = np.concatenate(corners) if corners else np.zeros((0, 3, 3))
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0) + 0.0
    rows = np.zeros(len(triangles), dtype=[("values", "<f4", (12,)), ("attribute", "<u2")])
    rows["values"] = np.concatenate([normal, triangles.reshape(-1, 9)], axis=1)
    header = f"binary STL, unit millimetre, fabplan cell {file_name(name)}".encode("ascii")[:80].ljust(80)
    return header + struct.pack("<I", len(rows)) + rows.tobytes()


def _note(plan: Plan, share: float, films: list[Drawn]) -> str:
    """What is in the files, body by body."""
    name = file_name(plan.name)
    lines = [
        f"{name}.glb: unit metre, z up, z = 0 on the substrate; every body a named part in the colours of report.html.",
        f"{name}.stl: unit millimetre, same axes; solid bodies only, liquids and electrolytes are left out.",
        f"{name}.3mf: unit micrometre, bodies with names and colours; lattices are whole, one prism and its places.",
        "bodies/: one STL a body of the drawn part, unit millimetre, liquids too.",
        "Every polygon is a closed prism of its own; neighbours touch and are not merged, so volumes add up.",
    ]
    if share < 1.0:
        lines.append(
            f"REPRESENTATIVE WINDOW: of large lattices only the middle {share:.1%} of the width and length is drawn."
        )
        lines.append(
            f"{name}_whole.glb: all of them, one prism and its places (EXT_mesh_gpu_instancing, which the viewer must "
            "know); left out above 2 million places or where the shapes themselves are too many."
        )
    if films:
        lines.append(
            f"{name}_element.glb and element/: one element of the relief with every conformal film around it, on a "
            "square cell as wide as the narrowest distance of two elements."
        )
    lines.append("")
    around = {film.body.name: film for film in films}
    lying = {body.name: f"round, volume {volume(v, f) * 1e9:.9g} mm3" for body, v, f in tubes(plan.bodies)}
    for body in plan.bodies:
        lines.append(f"{json.dumps(body.name)}: {lying.get(body.name) or _said(body, around.get(body.name))}")
    return "\n".join(lines) + "\n"


def _said(body: Body, film: Drawn | None) -> str:
    if not body.region or body.thickness <= 0:
        return "has no volume, not drawn"
    if body.bottom is None:
        text = f"conformal film of {body.thickness * 1e9:.6g} nm, follows the surface"
        if film is None:
            return f"{text}, not drawn"
        return f"{text}, volume around one element {volume(film.vertices, film.faces) * 1e18:.6g} um3"
    return (
        f"{count(body.region)} prism(s), bottom {body.bottom * 1e6:.6g} um, height {body.thickness * 1e6:.6g} um, "
        f"volume of all {area(body.region) * body.thickness * 1e9:.9g} mm3"
    )
