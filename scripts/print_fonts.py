"""Make the fonts that print needs out of the web fonts of the page.

Be Vietnam Pro is published as WOFF2 files that each hold a part of the letters; the printing
library opens none of them. The parts of one weight are merged into one TrueType file.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

__all__ = ["REQUIRED_LETTERS", "WEIGHTS", "make_print_fonts"]

SUBSETS = ("latin", "latin-ext", "vietnamese")
WEIGHTS = {"Regular": 400, "SemiBold": 600}

# Letters of every kind that a map of Việt Nam needs, besides figures and signs.
REQUIRED_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựỳỷỹỵẮẤẾỆỐỘỚỮỊỤ0123456789²°·–—−₫"

# Each part was hinted on its own, so the hints of one make no sense for the glyphs of another.
_HINT_TABLES = ("cvt ", "fpgm", "gasp", "prep")


def make_print_fonts(web_fonts: Path, output: Path) -> list[Path]:
    """Merge the web fonts of each weight into one TrueType file.

    Parameters
    ----------
    web_fonts : Path
        The folder with ``be-vietnam-pro-SUBSET-WEIGHT-normal.woff2``.
    output : Path
        The folder to write ``BeVietnamPro-NAME.ttf`` into; made when it is not there.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    SystemExit
        When a part is missing or a required letter is in none of the parts.
    """
    output.mkdir(parents=True, exist_ok=True)
    written = []
    for name, weight in WEIGHTS.items():
        parts = [web_fonts / f"be-vietnam-pro-{subset}-{weight}-normal.woff2" for subset in SUBSETS]
        target = output / f"BeVietnamPro-{name}.ttf"
        _merge(parts, target)
        written.append(target)
    return written


def _merge(parts: list[Path], target: Path) -> None:
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        raise SystemExit(f"Web fonts are missing: {', '.join(missing)}. Run npm ci in frontend/.")
    with TemporaryDirectory() as scratch:
        opened = [_without_hints(part, Path(scratch)) for part in parts]
        font = Merger().merge(opened)
    absent = [letter for letter in REQUIRED_LETTERS if ord(letter) not in font.getBestCmap()]
    if absent:
        raise SystemExit(f"{target.name} lacks the letters {' '.join(absent)}.")
    # The same web fonts give the same bytes on any day.
    font.recalcTimestamp = False
    font["head"].modified = font["head"].created
    font.save(target)


def _without_hints(part: Path, folder: Path) -> str:
    font = TTFont(part, recalcTimestamp=False)
    font.flavor = None
    for table in _HINT_TABLES:
        if table in font:
            del font[table]
    glyphs = font["glyf"]
    for name in glyphs.keys():  # noqa: SIM118 - the table is not a mapping
        glyphs[name].removeHinting()
    opened = folder / f"{part.stem}.ttf"
    font.save(opened)
    return str(opened)
