"""Where the shipped data lies: one finder for checkout, editable install and wheel."""

from __future__ import annotations

from pathlib import Path

from fabplan.errors import FabplanError


def recipes_folder() -> Path:
    """Folder of the shipped catalog, ``process_recipes``."""
    return _folder("process_recipes")


def templates_folder() -> Path:
    """Folder of the shipped templates."""
    return _folder("templates")


def _folder(name: str) -> Path:
    package = Path(__file__).resolve().parent
    checkout = package.parent / name
    # An editable install also leaves a packed copy in site-packages: the checkout comes first.
    if (package.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    packed = package / name
    if packed.is_dir():
        return packed
    raise FabplanError(f"this installation of fabplan lacks its folder {name!r}; install it again")
