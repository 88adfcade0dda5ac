"""The typefaces of the printed sheet: the program's own where it was built, else matplotlib's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import LoadFlags

__all__ = ["FONT_FOLDER", "Fonts", "load_fonts"]

FONT_FOLDER = Path(__file__).parent.parent / "static" / "dist" / "fonts"

_MIN_SIZE_PT = 7.0
_MEASURE_PT = 100.0


@dataclass(frozen=True)
class Fonts:
    """A regular and a bold face of one family.

    Parameters
    ----------
    regular, bold : Path
        TrueType files.
    """

    regular: Path
    bold: Path

    def properties(self, size_pt: float, *, bold: bool = False) -> FontProperties:
        """Give a face in one size.

        Parameters
        ----------
        size_pt : float
            Points; below 7 is printed as 7, the smallest that is read at arm's length.
        bold : bool
            Which face.

        Returns
        -------
        FontProperties
            For matplotlib.
        """
        return _face(self.bold if bold else self.regular, max(size_pt, _MIN_SIZE_PT))

    def width_pt(self, text: str, size_pt: float, *, bold: bool = False) -> float:
        """Measure a line of text, letter by letter.

        Shaping a line takes a millisecond, and a map tries hundreds; what pairs of letters are
        moved together is left out, so the measure is never too small by more than a hair.

        Parameters
        ----------
        text : str
            The words.
        size_pt : float
            Points.
        bold : bool
            Which face.

        Returns
        -------
        float
            Points.
        """
        face = self.bold if bold else self.regular
        return sum(_advance(face, letter) for letter in text) * max(size_pt, _MIN_SIZE_PT)


@cache
def _face(file: Path, size_pt: float) -> FontProperties:
    return FontProperties(fname=str(file), size=size_pt)


@cache
def _advance(file: Path, letter: str) -> float:
    """Give how far a letter moves the pen, in sizes of the type."""
    font = font_manager.get_font(str(file))
    font.set_size(_MEASURE_PT, 72)
    # By its index, which is that of the empty box for a letter that the face lacks; such a name is printed as well.
    glyph = font.load_glyph(font.get_char_index(ord(letter)), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / _MEASURE_PT


def load_fonts(folder: Path = FONT_FOLDER) -> Fonts:
    """Find the faces: Be Vietnam Pro if the browser bundle was built, else DejaVu Sans.

    Parameters
    ----------
    folder : Path
        Where ``BeVietnamPro-Regular.ttf`` and ``BeVietnamPro-SemiBold.ttf`` may lie.

    Returns
    -------
    Fonts
        Faces that exist; both hold every Vietnamese letter.
    """
    regular, bold = folder / "BeVietnamPro-Regular.ttf", folder / "BeVietnamPro-SemiBold.ttf"
    if regular.is_file() and bold.is_file():
        return Fonts(regular, bold)
    found = [
        font_manager.findfont(FontProperties(family="DejaVu Sans", weight=weight)) for weight in ("normal", "bold")
    ]
    return Fonts(Path(found[0]), Path(found[1]))
