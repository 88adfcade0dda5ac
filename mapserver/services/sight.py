"""What one viewer may see: exact incidents of the own area, published counts elsewhere.

Every door reads incidents through `Reader.incidents`, so the table handed out there is the one place where rights
to read are enforced: no tile, count, hotspot, export or picture can show what its table does not hold. Outside the
right to exact points the rows are made from the published cube alone (`layers.masking`), one row for each incident
counted, at the place of its cell and on the first day of its month. Whatever is filtered then takes or leaves whole
cells, so no box, period or vintage can be subtracted from another to find what the cube does not say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.access.policy import SIGHTS, Right, Sight, right
from layers.access.viewer import Viewer
from layers.boundaries.locate import locate
from layers.catalog import INCIDENTS, LINEAGE, Layer, categories
from layers.incidents.reattribution import Descent
from layers.incidents.values import SEVERITIES, STATUSES
from layers.masking.rows import PublishedRows, published_rows
from layers.store import Query
from mapserver.services.public_rows import with_published
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader
from mapserver.services.reported import reported_names
from mapserver.services.second_fence import fenced
from mapserver.services.steady import kept_changing
from mapserver.services.tables import IncidentTable, UnitTable

__all__ = ["ViewerSight", "counted_by_unit", "seen_by"]

_TRIES = 5


def seen_by(whole: Reader, viewer: Viewer, publication: Publication, *, today: dt.date) -> Reader:
    """Make the reader of one viewer.

    Parameters
    ----------
    whole : Reader
        Reads everything.
    viewer : Viewer
        Who asks.
    publication : Publication
        What was published.
    today : date
        The day whose units decide.

    Returns
    -------
    Reader
        The whole one for whoever sees everything.

    Raises
    ------
    FileUnreadable
        When what was published is damaged; nobody is then served anything in its place.
    """
    if all(_sees_all(viewer, right(viewer.role, layer)) for layer in SIGHTS):
        return whole
    current = publication.current()
    if current is None:
        rows = PublishedRows.none()
    else:
        made = whole.tables.get_or_make(
            ("published", current.name), lambda: published_rows(current.cube, release=current.name)
        )
        assert isinstance(made, PublishedRows)  # noqa: S101 - tells mypy what this key holds
        rows = made
    return whole.narrowed(ViewerSight(whole, viewer, rows, today))


def counted_by_unit(whole: Reader, viewer: Viewer, layer: Layer, *, today: dt.date) -> dict[str, int]:
    """Count the features of a small layer in each unit where a viewer may at least know their number.

    Parameters
    ----------
    whole : Reader
        Reads everything.
    viewer : Viewer
        Who asks.
    layer : Layer
        Such as the cameras.
    today : date
        The day whose units are counted in. There is no choice of another: what lies between the borders of two
        days could be told from the difference.

    Returns
    -------
    dict of str to int
        Outside name -> number; a unit where the viewer may know nothing is not there.
    """
    units, frame = whole.units(today), whole.symbols(layer)
    at = _located(frame, units)
    numbers = np.bincount(at[at >= 0], minlength=len(units.references)).tolist()
    return {
        name: number
        for name, code, number in zip(units.references, units.frame["code"], numbers, strict=True)
        if viewer.sight(layer.key, [code]) >= Sight.COUNTS
    }


def _located(frame: gpd.GeoDataFrame, units: UnitTable) -> NDArray[np.int64]:
    """Find the unit of each feature by a point inside it, -1 for none."""
    points = frame.geometry.representative_point()
    lon, lat = points.x.to_numpy(dtype=float), points.y.to_numpy(dtype=float)
    found = np.full(len(frame), -1, dtype=np.int64)
    placed = np.isfinite(lon)
    if placed.any() and len(units.frame):
        found[placed] = locate(lon[placed], lat[placed], units.frame)
    return found


def _sees_all(viewer: Viewer, rights: Right) -> bool:
    return rights.inside is Sight.EXACT and (viewer.area is None or rights.outside is Sight.EXACT)


@dataclass(frozen=True)
class _Today:
    """The units of today and the incidents placed in them."""

    units: UnitTable
    table: IncidentTable
    with_withdrawn: bool


@dataclass(frozen=True, eq=False)
class _Table:
    """A narrowed table, weighed so that it can be kept."""

    table: IncidentTable

    @property
    def nbytes(self) -> int:
        return 40 * len(self.table.key)


@dataclass(frozen=True, eq=False)
class ViewerSight:
    """What one viewer may see of one store.

    Parameters
    ----------
    whole : Reader
        Reads everything.
    viewer : Viewer
        Who asks.
    published : PublishedRows
        The release in force.
    today : date
        The day whose units decide.
    """

    whole: Reader
    viewer: Viewer
    published: PublishedRows
    today: dt.date

    @property
    def key(self) -> Hashable:
        """Names the right, the release and the day, not the person: two with the same rights share answers."""
        return (self.viewer.fingerprint, self.published.release, self.today)

    def versions(self) -> dict[str, int]:
        """Tell the data versions of the layers of which this viewer sees more than published counts.

        They count commits, so whoever reads published counts alone could tell from them when an incident was
        entered, long before a figure says so.

        Returns
        -------
        dict of str to int
            Key of the layer -> version; 0 for the others.
        """
        return {layer: version if self._follows(layer) else 0 for layer, version in self.whole.store.versions().items()}

    def exact_area(self) -> frozenset[str] | None:
        """Tell where incidents are seen as they are.

        Returns
        -------
        frozenset of str or None
            Codes of units in force today; None for everywhere.
        """
        return self.viewer.exact_area(INCIDENTS.key)

    def _follows(self, layer: str) -> bool:
        rights = right(self.viewer.role, layer)
        return (
            Sight.COUNTS in rights
            or rights.outside is Sight.EXACT
            or (rights.inside is Sight.EXACT and self.viewer.area != frozenset())
        )

    def incidents(self, as_of: dt.date, *, with_withdrawn: bool) -> tuple[UnitTable, IncidentTable]:
        """Read what may be seen of the incidents.

        Parameters
        ----------
        as_of : date
            The day whose units they are placed in.
        with_withdrawn : bool
            Whether incidents that were withdrawn are among them.

        Returns
        -------
        tuple of UnitTable and IncidentTable
            As `Reader.incidents` gives them.

        Raises
        ------
        StoreBusy
            When the incidents changed each time they were read.
        """
        rights = right(self.viewer.role, INCIDENTS.key)
        if _sees_all(self.viewer, rights):
            return self.whole.incidents(as_of, with_withdrawn=with_withdrawn)
        units, table, mine = self._with_today(as_of, with_withdrawn=with_withdrawn)
        key = ("seen", self.key, units, table, mine, self.whole.store.versions()[LINEAGE.key])
        held = self.whole.selections.get_or_make(key, lambda: self._narrowed(units, table, mine, rights=rights))
        assert isinstance(held, _Table)  # noqa: S101 - tells mypy what this key holds
        return units, held.table

    def details(self, query: Query) -> gpd.GeoDataFrame:
        """Read incidents with every column behind the second fence.

        Parameters
        ----------
        query : Query
            Which of them.

        Returns
        -------
        GeoDataFrame
            Those the store gives this viewer; all of them where it has no such fence.
        """
        with fenced(self.whole.store, self.viewer):
            return self.whole.store.read(INCIDENTS, query)

    def symbols(self, layer: Layer) -> gpd.GeoDataFrame:
        """Read what may be seen of a small layer.

        Parameters
        ----------
        layer : Layer
            Such as the cameras.

        Returns
        -------
        GeoDataFrame
            The rows inside and outside the area that may be seen as they are.
        """
        frame = self.whole.symbols(layer)
        inside, outside = right(self.viewer.role, layer.key)
        if inside is outside is Sight.EXACT or not len(frame):
            return frame
        within = self.holds(frame)
        return frame[np.where(within, inside is Sight.EXACT, outside is Sight.EXACT)]

    def holds(self, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
        """Tell which features lie in the area of responsibility.

        Parameters
        ----------
        frame : GeoDataFrame
            Features in EPSG:4326; one without a place lies nowhere.

        Returns
        -------
        ndarray of bool, shape (n,)
            By a point inside each, in the units in force today.
        """
        if self.viewer.area is None:
            return np.ones(len(frame), dtype=bool)
        units = self.whole.units(self.today)
        return np.append(self._in_area(units), False)[_located(frame, units)]

    def _with_today(self, as_of: dt.date, *, with_withdrawn: bool) -> tuple[UnitTable, IncidentTable, _Today]:
        for _attempt in range(_TRIES):
            units, table = self.whole.incidents(as_of, with_withdrawn=with_withdrawn)
            units_today, today = self.whole.incidents(self.today, with_withdrawn=with_withdrawn)
            # Both hold the same rows in the same order only when both were made from one state.
            if table.identity is today.identity:
                return units, table, _Today(units_today, today, with_withdrawn)
        raise kept_changing()

    def _narrowed(self, units: UnitTable, table: IncidentTable, today: _Today, *, rights: Right) -> _Table:
        rows, public = np.empty(0, dtype=np.int64), self.published
        if rights.inside is Sight.EXACT:
            own, descent = self._own(today.units), Descent(self.whole.symbols(LINEAGE), today.units.references)
            rows = self._inside(today, descent, own)
            public = public.without(self._published_inside(descent, own))
        if rights.outside < Sight.MASKED:
            public = public.units_only() if rights.outside is Sight.COUNTS else PublishedRows.none()
        shown = with_published(table, rows, public, units=units)
        version = table.version if self._follows(INCIDENTS.key) else 0
        return _Table(replace(shown, version=version, words=_words_told(shown)))

    def _inside(self, today: _Today, descent: Descent, own: frozenset[str]) -> NDArray[np.int64]:
        """Find the rows in the area; one known only by an old unit when all that it became is in the area."""
        units, table = today.units, today.table
        mask = np.append(self._in_area(units), False)[table.unit]
        told = reported_names(self.whole, table, with_withdrawn=today.with_withdrawn)
        covered = {name for name in set(told) if name and _all_within(descent, name, own)}
        mask[table.placed_count :] = [name in covered for name in told]
        return np.flatnonzero(mask)

    def _published_inside(self, descent: Descent, own: frozenset[str]) -> frozenset[str]:
        """Name the published units whose ground is in the area today, wholly or in part."""
        # Published beside the exact incidents of its part in the area, a unit that was divided since would tell by
        # subtraction what the other parts have.
        area = self.viewer.area or frozenset()
        found = set()
        for name in self.published.units:
            became = {share.target for share in descent.shares(name)}
            # Where lineage does not lead on, the code is all that is known of what a unit is today.
            if became & own or (not became and name.partition("@")[0] in area):
                found.add(name)
        return frozenset(found)

    def _own(self, units: UnitTable) -> frozenset[str]:
        """Name the units of the area of responsibility."""
        return frozenset(name for name, mine in zip(units.references, self._in_area(units), strict=True) if mine)

    def _in_area(self, units: UnitTable) -> NDArray[np.bool_]:
        area = self.viewer.area or frozenset()
        return np.array([code in area for code in units.frame["code"]], dtype=bool)


# Words that everybody knows, whether or not a record has them.
_LISTED = {
    "category": frozenset(category.slug for category in categories()),
    "severity": frozenset(SEVERITIES),
    "status": frozenset(STATUSES),
}


def _words_told(table: IncidentTable) -> dict[str, tuple[str, ...]]:
    """Blank the words that only records have which are not seen: they are named in refusals and in answers."""
    return {name: _without_hidden(table.words[name], getattr(table, name), known) for name, known in _LISTED.items()}


def _without_hidden(
    words: tuple[str, ...], used: NDArray[np.unsignedinteger], listed: frozenset[str]
) -> tuple[str, ...]:
    told = np.bincount(used, minlength=len(words)) > 0
    return tuple(word if is_told or word in listed else "" for word, is_told in zip(words, told, strict=True))


def _all_within(descent: Descent, name: str, own: frozenset[str]) -> bool:
    became = {share.target for share in descent.shares(name)}
    return bool(became) and became <= own
