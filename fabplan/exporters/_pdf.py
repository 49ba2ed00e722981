"""PDF of vectors and plain text, the same bytes each time: no clock, no compression, the fonts that every reader has.

ISO 32000-1:2008 (PDF 1.4 is used): objects and cross-reference table (7.5), path operators (8.5), text (9.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fabplan.geometry.region import Part, Point, Region, polygons

POINTS_PER_MILLIMETRE = 72 / 25.4
FONTS = {"F1": "Helvetica", "F2": "Helvetica-Bold"}


@dataclass(frozen=True)
class Page:
    """Size [mm] and operators of one page; the origin is its lower left corner, the unit of operators the point."""

    width: float
    height: float
    content: str


def document(pages: Sequence[Page], title: str) -> bytes:
    """The file of pages."""
    first = 4 + len(FONTS)  # of the numbers of pages: catalog, tree, information and fonts come before
    kids = " ".join(f"{first + 2 * place} 0 R" for place in range(len(pages)))
    fonts = " ".join(f"/{name} {4 + place} 0 R" for place, name in enumerate(FONTS))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        f"<< /Title {string(title)} /Producer (fabplan) >>",
        *(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{face} /Encoding /WinAnsiEncoding >>"
            for face in FONTS.values()
        ),
    ]
    for place, page in enumerate(pages):
        wide, high = (number(side * POINTS_PER_MILLIMETRE) for side in (page.width, page.height))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide} {high}] /Resources << /Font << {fonts} >> >> "
            f"/Contents {first + 2 * place + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(page.content)} >>\nstream\n{page.content}\nendstream")
    return _file(objects)


def _file(objects: Sequence[str]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for place, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{place} 0 obj\n{content}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{at:010d} 00000 n \n" for at in places).encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def number(value: float, places: int = 4) -> str:
    """A number without exponent and without needless zeros."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def string(text: str) -> str:
    """Text between parentheses; letters that Latin-1 lacks become question marks."""
    plain = "".join(letter for letter in text if letter.isprintable()).encode("latin-1", "replace").decode("latin-1")
    return "(" + plain.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") + ")"


def words(text: str, x: float, y: float, size: float, font: str = "F1") -> str:
    """A line of text from (x, y) [mm], ``size`` in points."""
    place = f"{number(x * POINTS_PER_MILLIMETRE)} {number(y * POINTS_PER_MILLIMETRE)}"
    return f"BT /{font} {number(size)} Tf {place} Td {string(text)} Tj ET"


def drawing(region: Region, x: float, y: float, scale: float) -> Iterator[str]:
    """All polygons of a region filled, its origin at (x, y) [mm] of the page.

    Coordinates stay micrometres with three decimals, so that every nanometre of the drawing is in the file.

    Parameters
    ----------
    scale : millimetres of paper per millimetre of the drawing
    """
    unit = number(scale * 1e-3 * POINTS_PER_MILLIMETRE, 12)
    yield f"q {unit} 0 0 {unit} {number(x * POINTS_PER_MILLIMETRE)} {number(y * POINTS_PER_MILLIMETRE)} cm"
    for ring in polygons(region):
        yield _ring(ring)
    yield "f Q"


def _ring(ring: Sequence[Point]) -> str:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    x0, y0, wide, high = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    if len(ring) == 4 and set(ring) == {(x0, y0), (x0 + wide, y0), (x0 + wide, y0 + high), (x0, y0 + high)}:
        return f"{micrometres(x0)} {micrometres(y0)} {micrometres(wide)} {micrometres(high)} re"
    places = [f"{micrometres(x)} {micrometres(y)}" for x, y in ring]
    return f"{places[0]} m " + " ".join(f"{place} l" for place in places[1:]) + " h"


def micrometres(nanometres: int) -> str:
    """Exact decimal of whole nanometres."""
    whole, rest = divmod(abs(nanometres), 1000)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if nanometres < 0 else text


def hulls(region: Region) -> Region:
    """Lattices as one box each, single shapes as they are: for plots of more than anyone can see."""
    return Region(tuple(_hull(part) for part in region.parts))


def _hull(part: Part) -> Part:
    if part.lattice.count == 1:
        return part
    xs, ys = [x for x, _ in part.polygon], [y for _, y in part.polygon]
    dx, dy = (part.lattice.columns - 1) * part.lattice.step_x, (part.lattice.rows - 1) * part.lattice.step_y
    x0, x1, y0, y1 = min(xs) + min(dx, 0), max(xs) + max(dx, 0), min(ys) + min(dy, 0), max(ys) + max(dy, 0)
    return Part(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
