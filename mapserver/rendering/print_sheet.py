"""The sheet of paper: A4 landscape, drawn on in millimetres from its lower left corner."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text as Artist

from mapserver.rendering.print_fonts import Fonts
from mapserver.rendering.style import INK, INK_SOFT

__all__ = [
    "HEADING",
    "HEIGHT_MM",
    "MM_PER_POINT",
    "SMALL",
    "WIDTH_MM",
    "Box",
    "PrintFigure",
    "Sheet",
    "Type",
]

WIDTH_MM, HEIGHT_MM = 297.0, 210.0
MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72

_DPI = 300


class Box(NamedTuple):
    """A rectangle on the sheet.

    Parameters
    ----------
    left, bottom, width, height : float
        Millimetres.
    """

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge, millimetres."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Upper edge, millimetres."""
        return self.bottom + self.height

    def meets(self, other: Box) -> bool:
        """Say whether two boxes share any ground.

        Parameters
        ----------
        other : Box
            Another box.

        Returns
        -------
        bool
            False when they only touch.

        Examples
        --------
        >>> Box(0, 0, 2, 2).meets(Box(1, 1, 2, 2)), Box(0, 0, 2, 2).meets(Box(2, 0, 2, 2))
        (True, False)
        """
        apart_x = self.right <= other.left or other.right <= self.left
        return not (apart_x or self.top <= other.bottom or other.top <= self.bottom)

    def holds(self, other: Box) -> bool:
        """Say whether another box lies wholly inside.

        Parameters
        ----------
        other : Box
            Another box.

        Returns
        -------
        bool
            True also when their edges touch.
        """
        inside_x = self.left <= other.left and other.right <= self.right
        return inside_x and self.bottom <= other.bottom and other.top <= self.top


@dataclass(frozen=True)
class Type:
    """How a line of text looks.

    Parameters
    ----------
    size_pt : float
        Points.
    bold : bool
        Whether in the bold face.
    color : str
        Hexadecimal.
    align : str
        ``left``, ``center`` or ``right``.
    """

    size_pt: float = 7.5
    bold: bool = False
    color: str = INK
    align: str = "left"


HEADING = Type(8.5, bold=True)
SMALL = Type(7.0, color=INK_SOFT)


class PrintFigure(Figure):
    """A matplotlib figure that remembers what its file has to state about itself.

    Parameters
    ----------
    title : str
        Title of the document.
    printed_at : datetime
        The moment of printing.
    """

    def __init__(self, title: str, printed_at: dt.datetime) -> None:
        super().__init__(figsize=(WIDTH_MM / MM_PER_INCH, HEIGHT_MM / MM_PER_INCH), dpi=_DPI, facecolor="white")
        self.title = title
        self.printed_at = printed_at


@dataclass
class Sheet:
    """Draws text, lines and boxes on a figure in millimetres.

    Parameters
    ----------
    figure : PrintFigure
        The figure drawn on.
    fonts : Fonts
        The faces used.
    language : str
        Language of every word on the sheet.
    axes : Axes
        The whole sheet, in millimetres; made with it.
    """

    figure: PrintFigure
    fonts: Fonts
    language: str
    axes: Axes = field(init=False)

    def __post_init__(self) -> None:
        FigureCanvasAgg(self.figure)
        self.axes = self.panel(Box(0, 0, WIDTH_MM, HEIGHT_MM), order=50)
        self.axes.set_xlim(0, WIDTH_MM)
        self.axes.set_ylim(0, HEIGHT_MM)

    def panel(self, box: Box, *, order: int) -> Axes:
        """Add an empty drawing area.

        Parameters
        ----------
        box : Box
            Where, millimetres.
        order : int
            Areas of a higher order lie above.

        Returns
        -------
        Axes
            Without ticks, frame or ground.
        """
        left, bottom = box.left / WIDTH_MM, box.bottom / HEIGHT_MM
        panel = self.figure.add_axes((left, bottom, box.width / WIDTH_MM, box.height / HEIGHT_MM))
        panel.set_axis_off()
        panel.set_zorder(order)
        panel.set_autoscale_on(False)
        return panel

    def text(self, x_mm: float, y_mm: float, text: str, *, look: Type = Type()) -> Artist:
        """Write one line on its base line.

        Parameters
        ----------
        x_mm, y_mm : float
            Where the line begins, is centred or ends; its base line.
        text : str
            The words; never read as a formula.
        look : Type
            How they look.

        Returns
        -------
        matplotlib.text.Text
            The text drawn.
        """
        return self.axes.text(
            x_mm, y_mm, text, color=look.color, ha=look.align, va="baseline", parse_math=False,
            fontproperties=self.fonts.properties(look.size_pt, bold=look.bold),
        )  # fmt: skip

    def line(self, xs_mm: list[float], ys_mm: list[float], *, width_pt: float = 0.5, color: str = INK) -> None:
        """Draw a line.

        Parameters
        ----------
        xs_mm, ys_mm : list of float, same length
            Its points, millimetres.
        width_pt : float
            Points.
        color : str
            Hexadecimal.
        """
        self.axes.add_line(Line2D(xs_mm, ys_mm, linewidth=width_pt, color=color, solid_capstyle="butt"))

    def box(self, box: Box, *, fill: str = "none", edge: str = INK, width_pt: float = 0.5) -> Rectangle:
        """Draw a rectangle.

        Parameters
        ----------
        box : Box
            Where, millimetres.
        fill, edge : str
            Hexadecimal colours or ``none``.
        width_pt : float
            Width of the edge, points.

        Returns
        -------
        Rectangle
            The rectangle drawn.
        """
        drawn = Rectangle(
            (box.left, box.bottom), box.width, box.height, facecolor=fill, edgecolor=edge, linewidth=width_pt
        )
        self.axes.add_patch(drawn)
        return drawn

    def width_mm(self, text: str, look: Type) -> float:
        """Measure a line of text.

        Parameters
        ----------
        text : str
            The words.
        look : Type
            How they look.

        Returns
        -------
        float
            Millimetres.
        """
        return self.fonts.width_pt(text, look.size_pt, bold=look.bold) * MM_PER_POINT

    def shortened(self, text: str, width_mm: float, look: Type) -> str:
        """Cut a text that does not fit a width.

        Parameters
        ----------
        text : str
            The words.
        width_mm : float
            Room, millimetres.
        look : Type
            How they look.

        Returns
        -------
        str
            The text, or its beginning with an ellipsis.
        """
        kept = text
        while len(kept) > 1 and self.width_mm(kept, look) > width_mm:
            kept = kept.removesuffix("…")[:-1].rstrip() + "…"
        return kept

    def wrap(self, text: str, width_mm: float, look: Type) -> list[str]:
        """Break a text into lines that fit a width.

        Parameters
        ----------
        text : str
            The words.
        width_mm : float
            Room, millimetres.
        look : Type
            How they look.

        Returns
        -------
        list of str
            At least one line; a single word wider than the room stays whole.
        """
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width_mm(longer, look) <= width_mm:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines or [""]
