"""The map in print: one A4 sheet that can be projected, copied and filed."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from layers.errors import InvalidParameter
from layers.wording import Text
from mapserver.rendering.print_cartography import Corners, draw_map
from mapserver.rendering.print_data import IncidentPoints, PrintData
from mapserver.rendering.print_fonts import Fonts, load_fonts
from mapserver.rendering.print_frame import fit
from mapserver.rendering.print_inset import INSET_MM, draw_inset
from mapserver.rendering.print_margin import COLUMN, MAP_BOX, draw_column, draw_foot, draw_heading
from mapserver.rendering.print_sheet import Box, PrintFigure, Sheet

__all__ = ["IncidentPoints", "PrintData", "draw", "pages_to_pdf", "to_bytes"]

_CREATOR = "Bản đồ ANTT số hóa"
_LEAST_DPI, _MOST_DPI = 72, 600
# Share of the inset that may lie on the land of the map.
_MOST_HIDDEN = 0.02
_INSET_BESIDE_MM = 42.0

# matplotlib's settings belong to the whole process: two sheets saved at once would undo each other's.
_SAVING = threading.Lock()


def draw(data: PrintData, *, language: str = "vi", fonts: Fonts | None = None) -> PrintFigure:
    """Draw a sheet.

    Parameters
    ----------
    data : PrintData
        What is on it.
    language : str
        ``vi`` or ``en``.
    fonts : Fonts or None
        The faces used; None for those of the program.

    Returns
    -------
    PrintFigure
        A figure of A4 landscape, not tied to any window.
    """
    figure = PrintFigure(data.title.in_language(language), data.printed_at)
    sheet = Sheet(figure, fonts or load_fonts(), language)
    frame, ground = fit(data, MAP_BOX)
    draw_heading(sheet, data)
    corners = Corners(frame, ground.shapes[ground.groups[0]])
    inset = corners.take(*INSET_MM, most_hidden=_MOST_HIDDEN)
    # Where land fills the window the inset moves to the column, and the table makes room for it.
    beside = Box(COLUMN.left, COLUMN.bottom, COLUMN.width, _INSET_BESIDE_MM)
    ranked = draw_column(sheet, data, bottom_mm=COLUMN.bottom if inset else beside.top + 4.0)
    # The numbers of the table would lie on the very cells that matter.
    left_out = draw_map(sheet, data, corners, ground=ground, ranked=[] if data.hotspots else ranked)
    draw_inset(sheet, data, frame, box=inset or beside)
    draw_foot(sheet, data, frame, left_out=left_out)
    return figure


def to_bytes(figure: Figure, kind: Literal["pdf", "png"], *, dpi: int = 300) -> bytes:
    """Write a sheet as a file; the same sheet gives the same bytes.

    Parameters
    ----------
    figure : Figure
        From `draw`.
    kind : str
        ``pdf`` with text that can be searched, or ``png``.
    dpi : int
        Pixels per inch of a PNG and of pictures inside a PDF, 72 to 600.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    InvalidParameter
        When the kind or the resolution is not one of those named.
    """
    if kind not in ("pdf", "png"):
        raise InvalidParameter(
            Text(f"Không in được dạng “{kind}”.", f"The kind “{kind}” cannot be printed."),
            Text("Chọn pdf hoặc png.", "Choose pdf or png."),
        )
    if not _LEAST_DPI <= dpi <= _MOST_DPI:
        raise InvalidParameter(
            Text(f"Độ phân giải {dpi} dpi không dùng được.", f"A resolution of {dpi} dpi cannot be used."),
            Text(f"Chọn từ {_LEAST_DPI} đến {_MOST_DPI} dpi.", f"Choose {_LEAST_DPI} to {_MOST_DPI} dpi."),
        )
    buffer = io.BytesIO()
    with _saving():
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=_metadata(figure, kind))
    return buffer.getvalue()


def pages_to_pdf(figures: Sequence[PrintFigure], *, dpi: int = 300) -> bytes:
    """Write several sheets as one PDF file; the same sheets give the same bytes.

    Parameters
    ----------
    figures : sequence of PrintFigure
        At least one; the first names the document.
    dpi : int
        Pixels per inch of pictures inside.

    Returns
    -------
    bytes
        The file, with text that can be searched.
    """
    buffer = io.BytesIO()
    with _saving(), PdfPages(buffer, metadata=_metadata(figures[0], "pdf")) as pages:
        for figure in figures:
            pages.savefig(figure, dpi=dpi)
    return buffer.getvalue()


@contextmanager
def _saving() -> Iterator[None]:
    # Type 42 keeps the letters as letters: the file can be searched and copied from.
    with _SAVING, mpl.rc_context({"pdf.fonttype": 42, "pdf.compression": 4, "hatch.linewidth": 0.4}):
        yield


def _metadata(figure: Figure, kind: str) -> dict[str, object]:
    title = getattr(figure, "title", "")
    if kind == "png":
        return {"Title": title, "Software": _CREATOR}
    return {"Title": title, "Creator": _CREATOR, "CreationDate": getattr(figure, "printed_at", None)}
