"""The page of one unit version: its facts, its family, its standing, and every other version of its code."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from markupsafe import Markup

from layers.boundaries.families import Relative, Version
from layers.boundaries.standards import Standing
from layers.geo import Bounds
from layers.records import vi_date
from mapserver.rendering.assets import asset_url
from mapserver.rendering.family_tree import TreeLink, TreeUnit, family_tree
from mapserver.rendering.messages import messages
from mapserver.rendering.print_words import number
from mapserver.rendering.templates import templates
from mapserver.rendering.unit_words import CONFIDENCES, KINDS, LEVELS, METHODS, SETTINGS, VERDICTS, worded

__all__ = ["Kin", "UnitFacts", "UnitSheet", "render_choice", "render_unit", "unit_address"]

_SHOWN_TILES = 1.5
_CLOSEST_ZOOM = 14
_SMALLEST_BOX = 0.001
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class UnitFacts:
    """What is kept of a unit beside its name and its days.

    Parameters
    ----------
    level : str
        ``province``, ``commune`` or ``beat``.
    area_published_km2, area_measured_km2 : float or None
        Square kilometres; None where not known.
    population : int or None
        People.
    bounds : Bounds or None
        The box of its borders, degrees; None where they are not known.
    """

    level: str
    area_published_km2: float | None
    area_measured_km2: float | None
    population: int | None
    bounds: Bounds | None


@dataclass(frozen=True)
class Kin:
    """A relative, and who shares it.

    Parameters
    ----------
    relative : Relative
        The other unit and the link to it.
    shared_with : tuple of Version
        What else an ancestor went into, or what else a descendant came from.
    """

    relative: Relative
    shared_with: tuple[Version, ...]


@dataclass(frozen=True)
class UnitSheet:
    """What the page of a unit shows.

    Parameters
    ----------
    version : Version
        The unit.
    facts : UnitFacts
        Its figures.
    versions : tuple of Version
        Every version of its code, oldest first.
    elsewhere : tuple of Version
        Those of them that are another place.
    ancestors, descendants : tuple of Kin
        Nearest first.
    standing : Standing
        Its figures against the standards in force on its first day.
    map_day : date or None
        A day on which the map shows it; None for today.
    """

    version: Version
    facts: UnitFacts
    versions: tuple[Version, ...]
    elsewhere: tuple[Version, ...]
    ancestors: tuple[Kin, ...]
    descendants: tuple[Kin, ...]
    standing: Standing
    map_day: dt.date | None


class _Words:
    """Writes units, days, shares and figures in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = messages(language)

    def text(self, key: str, **values: object) -> str:
        return self._texts[key].format(**values)

    def name(self, version: Version) -> str:
        return f"{version.unit_type} {version.name}"

    def days(self, version: Version) -> str:
        """Say the days in force, both ends inclusive."""
        since = vi_date(dt.date.fromisoformat(version.valid_from))
        if version.valid_to is None:
            return self.text("unit.since", day=since)
        until = dt.date.fromisoformat(version.valid_to) - _ONE_DAY
        if version.first_day_assumed:
            return self.text("unit.until", last=vi_date(until))
        return self.text("unit.days", first=since, last=vi_date(until))

    def href(self, version: Version) -> str:
        return unit_address(version.reference, self.language)

    def figure(self, value: float | None, decimals: int, unit: str = "") -> str:
        if value is None:
            return self.text("unit.unknown")
        return f"{number(value, self.language, decimals=decimals)} {unit}".strip()

    def share(self, value: object) -> str:
        if not isinstance(value, float):
            return self.text("unit.share_unknown")
        percent = number(100 * value, self.language, decimals=1).removesuffix(",0").removesuffix(".0")
        return f"{percent} %"

    def share_of(self, link: Mapping[str, object]) -> str:
        known = isinstance(link["area_share"], float)
        return self.text("tree.share", share=self.share(link["area_share"])) if known else self.text("tree.no_share")

    def slug(self, words: str, key: object) -> str:
        return worded(_TABLES[words], str(key), self.language)


_TABLES = {
    "confidence": CONFIDENCES,
    "kind": KINDS,
    "level": LEVELS,
    "method": METHODS,
    "setting": SETTINGS,
    "verdict": VERDICTS,
}


def unit_address(reference: str, language: str) -> str:
    """Write the address of a unit's page.

    Parameters
    ----------
    reference : str
        ``code@valid_from``.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    str
        A path on this server.

    Examples
    --------
    >>> unit_address("10532@2025-07-01", "vi")
    '/units/10532@2025-07-01?lang=vi'
    """
    return f"/units/{quote(reference, safe='@')}?lang={language}"


def render_unit(sheet: UnitSheet, language: str) -> str:
    """Render the page of a unit.

    Parameters
    ----------
    sheet : UnitSheet
        What it shows.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    str
        An HTML document that needs no script.
    """
    words = _Words(language)
    page = templates().get_template("unit.html")
    return page.render(
        sheet=sheet,
        version=sheet.version,
        decree=_decree(sheet),
        tree=_tree(sheet, words),
        is_deep=any(kin.relative.steps > 1 for kin in (*sheet.ancestors, *sheet.descendants)),
        before=[each for each in sheet.elsewhere if each.valid_from < sheet.version.valid_from],
        later=[each for each in sheet.elsewhere if each.valid_from > sheet.version.valid_from],
        standing_day=vi_date(dt.date.fromisoformat(sheet.version.valid_from)),
        map_href=_map_address(sheet, language),
        other_href=unit_address(sheet.version.reference, messages(language)["lang.other_code"]),
        **_frame(words),
    )


def render_choice(versions: Sequence[Version], language: str) -> str:
    """Render the page that asks which version of a code is meant.

    Parameters
    ----------
    versions : sequence of Version
        Those it could be, oldest first; at least one.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    str
        An HTML document.
    """
    words = _Words(language)
    other = unit_address(versions[0].code, messages(language)["lang.other_code"])
    return templates().get_template("unit_choice.html").render(versions=versions, other_href=other, **_frame(words))


def _frame(words: _Words) -> dict[str, object]:
    return {"lang": words.language, "w": words, "t": words.text, "css": asset_url("antt.css")}


def _map_address(sheet: UnitSheet, language: str) -> str:
    asked = {} if sheet.map_day is None else {"as_of": str(sheet.map_day)}
    if sheet.facts.bounds is not None:
        asked |= {"sel": sheet.version.reference, "c": _map_view(sheet.facts.bounds)}
    return f"/?{urlencode(asked | {'lang': language}, safe='@,')}"


def _map_view(box: Bounds) -> str:
    """Name the middle and the zoom that show a box whole, with some of what lies around it."""
    wide = max(box.east - box.west, box.north - box.south, _SMALLEST_BOX)
    # At zoom 0 a tile spans the whole circle.
    zoom = min(math.log2(_SHOWN_TILES * 360 / wide), _CLOSEST_ZOOM)
    return f"{(box.south + box.north) / 2:.5f},{(box.west + box.east) / 2:.5f},{math.floor(4 * zoom) / 4:g}"


def _decree(sheet: UnitSheet) -> object:
    # Boundaries are often loaded without the document that the lineage names.
    told = (kin.relative.link["decree"] for kin in sheet.ancestors if kin.relative.steps == 1)
    return sheet.version.decree or next(told, None)


def _tree(sheet: UnitSheet, words: _Words) -> Markup | None:
    before, after = (
        [kin.relative for kin in kins if kin.relative.steps == 1] for kins in (sheet.ancestors, sheet.descendants)
    )
    if not before and not after:
        return None
    name = words.name(sheet.version)
    described = [
        words.text(key, unit=name, names=", ".join(words.name(relative.version) for relative in relatives))
        for key, relatives in (("tree.from", before), ("tree.into", after))
        if relatives
    ]
    return family_tree(
        _tree_unit(sheet.version, words),
        _tree_links(before, words),
        _tree_links(after, words),
        title=words.text("tree.title", unit=name),
        described=" ".join(described),
    )


def _tree_links(relatives: Sequence[Relative], words: _Words) -> list[TreeLink]:
    return [
        TreeLink(
            _tree_unit(relative.version, words, href=words.href(relative.version)),
            _share(relative.link["area_share"]),
            words.share_of(relative.link),
        )
        for relative in relatives
    ]


def _tree_unit(version: Version, words: _Words, *, href: str = "") -> TreeUnit:
    return TreeUnit(words.name(version), f"{version.code} · {words.days(version)}", href)


def _share(value: object) -> float | None:
    return value if isinstance(value, float) else None
