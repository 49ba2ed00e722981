"""The catalog: records from the shipped folder and the user's own, all faults at once.

A catalog folder holds ``materials/``, ``recipes/``, ``machines/``, ``facilities/``, ``dialects/``,
``devices/``, ``inks/``, ``loads/`` and ``profiles/`` with one TOML file a record (its id is the file's stem), and
``ocp/`` with one CSV file a table and ``index.toml``. Each may be absent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from fabplan.catalog.inheritance import Layer, Leaf, resolve
from fabplan.catalog.mask_profile import Profile
from fabplan.catalog.ocp import OcpTable, read_tables
from fabplan.catalog.types import Device, Dialect, Facility, Ink, Load, Machine, Material, Recipe
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.readers.guarded import read_bytes
from fabplan.readers.toml import LARGEST, parse_toml
from fabplan.records import Origin, read, read_rough
from fabplan.resources import recipes_folder

RECORDS: Mapping[str, type] = MappingProxyType(
    {
        "materials": Material,
        "recipes": Recipe,
        "machines": Machine,
        "facilities": Facility,
        "dialects": Dialect,
        "devices": Device,
        "inks": Ink,
        "loads": Load,
        "profiles": Profile,
    }
)
KINDS = (*RECORDS, "ocp")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NOT_DATA = (".md", ".txt", ".csv")

Key = tuple[str, str]  #: kind, id


def _empty() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything that fabplan knows, read-only.

    Parameters
    ----------
    materials, recipes, machines, facilities, dialects, devices, inks, loads, profiles :
        id → record, in the order of ids
    ocp : name → open-circuit potential table
    digest : (kind, id) → sha256 of the file; of all files that went into it where it extends another
    origin : (kind, id) → the file, e.g. ``"process_recipes/materials/lto.toml"``, without the way there
    """

    materials: Mapping[str, Material] = field(default_factory=_empty)
    recipes: Mapping[str, Recipe] = field(default_factory=_empty)
    machines: Mapping[str, Machine] = field(default_factory=_empty)
    facilities: Mapping[str, Facility] = field(default_factory=_empty)
    dialects: Mapping[str, Dialect] = field(default_factory=_empty)
    devices: Mapping[str, Device] = field(default_factory=_empty)
    inks: Mapping[str, Ink] = field(default_factory=_empty)
    loads: Mapping[str, Load] = field(default_factory=_empty)
    profiles: Mapping[str, Profile] = field(default_factory=_empty)
    ocp: Mapping[str, OcpTable] = field(default_factory=_empty)
    digest: Mapping[Key, str] = field(default_factory=_empty)
    origin: Mapping[Key, str] = field(default_factory=_empty)

    def records(self, kind: str) -> Mapping[str, Any]:
        """Records of one of `KINDS`, e.g. ``"materials"``."""
        found: Mapping[str, Any] = getattr(self, kind)
        return found


class Named(Protocol):
    """What `find` needs of a record."""

    @property
    def id(self) -> str:
        """Id of the record."""


R = TypeVar("R", bound=Named)


def load(overlays: Sequence[Path] = (), shipped: Path | None = None, kinds: Collection[str] = KINDS) -> Catalog:
    """Read the catalog.

    Parameters
    ----------
    overlays : folders of the user; the first wins over the next, all win over the shipped one
    shipped : the folder at the bottom, the one that comes with fabplan when None
    kinds : what is read, out of `KINDS`; the rest stays empty

    Raises
    ------
    BadInput : all faults of all files
    """
    got = gathered(overlays, shipped, kinds)
    if got.problems:
        raise BadInput(got.problems)
    return got.catalog


@dataclass(frozen=True)
class Gathered:
    """What a look at all files brought, faults or not.

    Parameters
    ----------
    catalog : the records that are sound
    problems : all faults
    faulty : (kind, id) of records with faults → what could be read of them
    orphans : those of ``faulty`` whose ``extends`` leads nowhere: what they inherit is not known
    files : (kind, id) → its file as messages call it
    """

    catalog: Catalog
    problems: tuple[Problem, ...]
    faulty: Mapping[Key, Any]
    orphans: frozenset[Key]
    files: Mapping[Key, str]


def gathered(
    overlays: Sequence[Path] = (), shipped: Path | None = None, kinds: Collection[str] = KINDS
) -> Gathered:
    """Like `load`, without raising."""
    problems: list[Problem] = []
    faulty: dict[Key, Any] = {}
    orphans: set[Key] = set()
    files: dict[Key, str] = {}
    roots = [(Path(folder), str(folder)) for folder in overlays]
    roots = [root for root in roots if _is_catalog(*root, problems)]
    bottom = recipes_folder() if shipped is None else Path(shipped)
    roots.append((bottom, bottom.name))
    found: dict[str, Mapping[str, Any]] = {}
    digest: dict[Key, str] = {}
    origin: dict[Key, str] = {}
    for kind, cls in RECORDS.items():
        if kind in kinds:
            layers = [_layer(root, shown, kind, problems) for root, shown in roots]
            files |= {(kind, name): leaf.where for layer in reversed(layers) for name, leaf in layer.items()}
            found[kind] = _records(kind, cls, layers, digest, origin, problems)
            for name in sorted({name for layer in layers for name in layer if name not in found[kind]}):
                faulty[kind, name] = _rough(name, cls, layers, problems, orphans, kind)
    if "ocp" in kinds:
        found["ocp"] = _tables(roots, digest, origin, problems)
    catalog = Catalog(digest=MappingProxyType(digest), origin=MappingProxyType(origin), **found)
    return Gathered(catalog, tuple(problems), MappingProxyType(faulty), frozenset(orphans), MappingProxyType(files))


def find(records: Mapping[str, R], name: str, where: str) -> R:
    """Record of that id or alias; case, ``_`` and spaces do not matter.

    Parameters
    ----------
    records : e.g. ``catalog.materials``
    where : file and key that name it, for the message

    Raises
    ------
    BadInput : no such record; names the nearest one
    """
    if name in records:
        return records[name]
    folded = fold(name)
    valid: dict[str, str] = {}
    for record in records.values():
        for other in (record.id, *getattr(record, "aliases", ())):
            if fold(other) == folded:
                return record
            valid.setdefault(fold(other), record.id)
    near = nearest(folded, valid)
    raise BadInput(Problem("unknown name", where, name[:60], listed(records), valid[near] if near else None))


def fold(name: str) -> str:
    """Form in which names are compared."""
    return name.strip().casefold().replace("_", "-").replace(" ", "-")


def _is_catalog(root: Path, shown: str, problems: list[Problem]) -> bool:
    """Whether a user's folder can be a catalog; a folder whose name is nearly a kind is a slip."""
    if not root.is_dir():
        problems.append(Problem("no such folder", shown, None, "a folder with " + listed(KINDS)))
        return False
    names = sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    for name in names:
        near = None if name in (*KINDS, "specs") else nearest(name, KINDS)
        if near:
            problems.append(Problem("unknown folder", f"{shown}/{name}", name, listed(KINDS), near))
    return True


def _layer(root: Path, shown: str, kind: str, problems: list[Problem]) -> Layer:
    """The files of one kind in one folder."""
    folder = root / kind
    layer: dict[str, Leaf] = {}
    if not folder.is_dir():
        return layer
    for path in sorted(folder.iterdir()):
        where = f"{shown}/{kind}/{path.name}"
        if path.name.startswith(".") or path.suffix in _NOT_DATA:
            continue
        if path.suffix != ".toml":
            problems.append(Problem("not a record", where, path.name[:60], "files with the ending .toml"))
        elif not _ID.fullmatch(path.stem):
            problems.append(Problem("not an id", where, path.stem[:60], "a file name such as lto-graphene-cnt.toml"))
        else:
            leaf = _leaf(path, where, f"{root.name}/{kind}/{path.name}", problems)
            if leaf is not None:
                layer[path.stem] = leaf
    return layer


def _leaf(path: Path, where: str, label: str, problems: list[Problem]) -> Leaf | None:
    try:
        content = read_bytes(path, LARGEST, where)
        return Leaf(where, label, parse_toml(content, where), sha256(content).hexdigest())
    except BadInput as fault:
        problems.extend(fault.problems)
        return None


def _records(
    kind: str,
    cls: type,
    layers: Sequence[Layer],
    digest: dict[Key, str],
    origin: dict[Key, str],
    problems: list[Problem],
) -> Mapping[str, Any]:
    """All records of one kind."""
    records: dict[str, Any] = {}
    names: dict[str, str] = {}
    ids = sorted({name for layer in layers for name in layer})
    for name in ids:
        names[fold(name)] = name
    for name in ids:
        resolved = resolve(name, layers, cls, problems)
        if resolved is None:
            leaf = _topmost(name, layers)
            _claim(name, leaf.table.get("aliases"), names, leaf.where, problems)
            continue
        table = _own(resolved.table)
        record = read(cls, table, resolved.leaf.where, problems, origin=Origin("", "low"), extra={"id": name})
        _claim(name, table.get("aliases"), names, resolved.leaf.where, problems)
        if record is None:
            continue
        records[name] = record
        digest[kind, name] = resolved.digest
        origin[kind, name] = resolved.leaf.label
    return MappingProxyType(records)


def _rough(
    name: str, cls: type, layers: Sequence[Layer], problems: list[Problem], orphans: set[Key], kind: str
) -> Any:
    """What a record with faults says; the faults in an orphan's own keys are told here, since nobody read them yet."""
    anyone = Origin("not known", "low")  # a value without source was told already, or has its parent's
    resolved = resolve(name, layers, cls, [])
    if resolved is not None:
        return read_rough(cls, _own(resolved.table), "", [], origin=anyone, extra={"id": name})
    orphans.add((kind, name))
    leaf = _topmost(name, layers)
    return read_rough(cls, _own(leaf.table), leaf.where, problems, origin=anyone, extra={"id": name})


def _topmost(name: str, layers: Sequence[Layer]) -> Leaf:
    return next(layer[name] for layer in layers if name in layer)


def _own(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in table.items() if key != "extends"}


def _claim(name: str, aliases: Any, names: dict[str, str], where: str, problems: list[Problem]) -> None:
    """Every name means one record; also of records that have other faults."""
    for alias in aliases if isinstance(aliases, list) else ():
        owner = names.setdefault(fold(alias), name) if isinstance(alias, str) else name
        if owner != name:
            problems.append(Problem(f"a name that {owner!r} has already", f"{where}: aliases", alias[:60]))


def _tables(
    roots: Sequence[tuple[Path, str]], digest: dict[Key, str], origin: dict[Key, str], problems: list[Problem]
) -> Mapping[str, OcpTable]:
    """Open-circuit potential tables; the first folder that has a name wins."""
    tables: dict[str, OcpTable] = {}
    for root, shown in roots:
        folder, where = root / "ocp", f"{shown}/ocp"
        if not folder.is_dir():
            continue
        index = _leaf(folder / "index.toml", f"{where}/index.toml", f"{root.name}/ocp/index.toml", problems)
        if index is None:
            continue
        for name, table in read_tables(folder, index.table, where, problems).items():
            if name not in tables:
                tables[name] = table
                digest["ocp", name] = sha256((folder / f"{name}.csv").read_bytes()).hexdigest()
                origin["ocp", name] = f"{root.name}/ocp/{name}.csv"
    return MappingProxyType({name: tables[name] for name in sorted(tables)})
