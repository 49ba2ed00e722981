"""How long the catalog takes beside the parser alone, side by side in one run."""

from __future__ import annotations

import tomllib
from time import process_time

from fabplan.catalog.loader import KINDS, load
from fabplan.resources import recipes_folder

MOST = 8.0  # times the parser alone; 3.5 was measured for 457 records


def test_the_catalog_is_read_fast(record_property: object) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(recipes_folder().rglob("*.toml"))]
    whole, parsing = [], []
    for _ in range(3):
        start = process_time()
        catalog = load()
        whole.append(process_time() - start)
        start = process_time()
        for text in texts:
            tomllib.loads(text)
        parsing.append(process_time() - start)
    ratio = min(whole) / min(parsing)
    record_property("records", sum(len(catalog.records(kind)) for kind in KINDS))  # type: ignore[operator]
    record_property("times_the_parser", ratio)  # type: ignore[operator]
    print(f"catalog {min(whole):.3f} s, parser alone {min(parsing):.3f} s: {ratio:.1f} times")
    assert ratio < MOST
