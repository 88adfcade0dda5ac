"""Where the units of a file lie: its coordinate system, and whether that can be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from layers import geo
from layers.boundaries import refusals
from layers.boundaries.crs_evidence import Fit, border_fits, clearly_better, seat_fits
from layers.boundaries.crs_systems import VN2000_EPSG, System, likely_systems
from layers.boundaries.gazetteer_seats import match_seats, seat_places
from layers.wording import Text

__all__ = ["CrsFinding", "Known", "crs_name", "inside_vietnam", "require_vietnam", "settle"]

# Up to one unit in ten outside Việt Nam is a matter of rows, more is a matter of the file.
_TOLERATED_OUTSIDE = 0.1
# The next zone puts a unit 26 km away; a whole commune is rarely more than this from its seat.
_WRONG_ZONE_M = 5000.0
_FEWEST_TO_OVERRULE = 5
_LONLAT = 4326
# Seats tell a datum mistake of 224 m only when their own error is well below it.
_DATUM_ERROR_M = 56.0
_MOST_SHOWN = 6
UNCHECKED = Text(
    "Độ lệch hệ quy chiếu (khoảng 230 m) không kiểm được: chưa có ranh giới lân cận hay ranh giới trước để so.",
    "An offset of the datum (some 230 m) is not checkable: no neighbouring or earlier borders are loaded.",
)


@dataclass(frozen=True)
class CrsFinding:
    """Which coordinate system a file was read in, and how well that fits what is known.

    Parameters
    ----------
    declared : str or None
        What the file says; None when it says nothing.
    used : str
        The system its positions were read in.
    evidence_m : float or None
        Metres between where its units then lie and where they belong; None when nothing known
        could be compared.
    against : str or None
        What it was compared with: ``seats`` of the published list or ``borders`` already loaded.
    matched : int
        Number of units or border places compared.
    note : Text or None
        What the user has to know: another system was used than declared, or it cannot be checked.
    fits : tuple of Fit
        The systems compared, the best first.
    """

    declared: str | None
    used: str
    evidence_m: float | None = None
    against: str | None = None
    matched: int = 0
    note: Text | None = None
    fits: tuple[Fit, ...] = ()

    def to_json(self, language: str = "vi") -> dict[str, object]:
        """Write the finding as plain values.

        Parameters
        ----------
        language : str
            Language of the note, ``vi`` or ``en``.

        Returns
        -------
        dict
            Metres to 0.1; under ``candidates`` the systems compared, each with its metres.

        Examples
        --------
        >>> CrsFinding(None, "EPSG:9210", 41.27, "seats", 114).to_json()["evidence_m"]
        41.3
        """
        return {
            "declared": self.declared,
            "used": self.used,
            "evidence_m": None if self.evidence_m is None else round(self.evidence_m, 1),
            "against": self.against,
            "matched": self.matched,
            "note": None if self.note is None else self.note.in_language(language),
            "candidates": [
                {
                    "crs": fit.system.name,
                    "epsg": None if fit.system.keeps_datum else fit.system.epsg,
                    "title": fit.system.title.in_language(language),
                    "evidence_m": round(fit.offset_m, 1),
                }
                for fit in self.fits[:_MOST_SHOWN]
            ],
        }


@dataclass(frozen=True)
class Known:
    """What is known of where the units of a file belong.

    Parameters
    ----------
    codes, names : sequence of str, length n
        Of the rows of the file.
    borders_lonlat : ndarray of polygons or None
        Units already loaded, EPSG:4326; None when there are none.
    """

    codes: Sequence[str]
    names: Sequence[str]
    borders_lonlat: NDArray[np.object_] | None = None


def settle(raw: gpd.GeoDataFrame, crs: int | None, *, known: Known, file: str) -> tuple[gpd.GeoDataFrame, CrsFinding]:
    """Bring a file to longitude and latitude in the system that fits what is known.

    The system named by the user goes before all; one that the file declares is used unless the
    evidence is clearly for another; without either, the evidence alone decides.

    Parameters
    ----------
    raw : GeoDataFrame
        As read.
    crs : int or None
        EPSG code given by the user.
    known : Known
        What the places are compared with.
    file : str
        As the user named it, for the message.

    Returns
    -------
    tuple of GeoDataFrame and CrsFinding
        The rows in EPSG:4326, and what was found.

    Raises
    ------
    CrsMissing
        When neither the file, the user nor the evidence names one.
    InvalidParameter
        When there is no system of the code given.
    CrsWrong, AxesSwapped
        When the units do not lie in Việt Nam.
    """
    declared = raw.crs and crs_name(raw)
    named = _named(raw, crs)
    fits = _fits(raw, named, known)
    if named is None:
        if not fits or fits[0].offset_m > _WRONG_ZONE_M:
            raise refusals.crs_missing(file)
        return _read_in(raw, fits[0]), _finding(declared, fits, fits[0], note=_unsure(fits))
    own = next((fit for fit in fits if fit.system.name == crs_name(named)), None) or _own_fit(named, fits, known)
    if crs is None and fits and _contradicted(own, fits[0], fits):
        return _read_in(raw, fits[0]), _finding(declared, fits, fits[0], note=_corrected(named, own, fits[0]))
    frame = _placed(named, file)
    require_vietnam(frame, named, known.names)
    return frame, _finding(declared, fits, own, note=_doubt(own, fits), used=crs_name(named))


def _named(raw: gpd.GeoDataFrame, crs: int | None) -> gpd.GeoDataFrame | None:
    if crs is None:
        return raw if raw.crs is not None else None
    try:
        return raw.set_crs(epsg=crs, allow_override=True)
    except CRSError:
        raise refusals.crs_unknown(crs) from None


def _fits(raw: gpd.GeoDataFrame, named: gpd.GeoDataFrame | None, known: Known) -> list[Fit]:
    """Score every likely system: against seats for the zone, against known borders for the last metres."""
    shapes = raw.geometry.to_numpy()
    usable, inside = _places_inside(shapes)
    if len(usable) == 0 or not np.isfinite(inside).any():
        return []
    systems = likely_systems(inside)
    code = named.crs.to_epsg() if named is not None else None
    if code is not None and all(system != System(code) for system in systems):
        systems.insert(0, System(code))
    seats = seat_fits(inside, seat_places(match_seats(known.codes, known.names)), systems)
    if known.borders_lonlat is None:
        return seats
    near = [fit.system for fit in seats if fit.offset_m <= _WRONG_ZONE_M] or systems
    borders = border_fits(shapely.get_coordinates(shapes[usable]), known.borders_lonlat, near)
    # A line that comes within metres of a known one proves more than many seats.
    return borders if borders and borders[0].offset_m <= 3 * borders[0].error_m else seats


def _places_inside(shapes: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    usable = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    inside = np.full((len(shapes), 2), np.nan)
    inside[usable] = shapely.get_coordinates(shapely.point_on_surface(shapes[usable]))
    return usable, inside


def _own_fit(named: gpd.GeoDataFrame, fits: Sequence[Fit], known: Known) -> Fit | None:
    """Score a system that has no code, such as one of a .prj file with its own parameters, by where it puts units."""
    if not fits or fits[0].against != "seats" or named.crs.to_epsg() is not None:
        return None
    try:
        shapes = geo.to_lonlat(named).geometry.to_numpy()
    except ProjError:
        return None
    _usable, inside = _places_inside(shapes)
    there = seat_fits(inside, seat_places(match_seats(known.codes, known.names)), [System(_LONLAT)])
    return next(iter(there), None)


def _contradicted(own: Fit | None, best: Fit, fits: Sequence[Fit]) -> bool:
    if own is None:
        # The declared system puts the units nowhere near a known border; seats, if any, would name it.
        return best.against == "seats" and best.offset_m <= _WRONG_ZONE_M and not _unsure_zone(fits)
    gross = own.offset_m > 2 * _WRONG_ZONE_M and best.offset_m <= _WRONG_ZONE_M and best.matched >= _FEWEST_TO_OVERRULE
    return gross or clearly_better(best, own)


def _unsure_zone(fits: Sequence[Fit]) -> bool:
    return fits[0].matched < _FEWEST_TO_OVERRULE


def _read_in(raw: gpd.GeoDataFrame, fit: Fit) -> gpd.GeoDataFrame:
    named = raw.set_crs(epsg=fit.system.epsg, allow_override=True)
    if fit.system.keeps_datum:
        return geo.to_crs(named, VN2000_EPSG).set_crs(geo.CRS_LONLAT, allow_override=True)
    return geo.to_lonlat(named)


def _finding(
    declared: str | None, fits: Sequence[Fit], fit: Fit | None, *, note: Text | None, used: str = ""
) -> CrsFinding:
    compared = tuple(fits)
    if fit is None:
        return CrsFinding(declared, used, note=note if fits else UNCHECKED, fits=compared)
    name = used or fit.system.name
    return CrsFinding(declared, name, fit.offset_m, fit.against, fit.matched, note, compared)


def _unsure(fits: Sequence[Fit]) -> Text | None:
    rivals = [
        fit
        for fit in fits[1:]
        if fit.offset_m <= max(3 * fit.error_m, 2 * fits[0].offset_m) and fit.offset_m > fits[0].offset_m + 1
    ]
    if not rivals:
        return None
    names = ", ".join(fit.system.name for fit in rivals[:3])
    return Text(
        f"Các hệ tọa độ khác cũng phù hợp: {names}. Độ lệch khoảng 230 m giữa các hệ này không kiểm được.",
        f"Other systems fit as well: {names}. The offset of some 230 m between them is not checkable.",
    )


def _metres(value: float) -> Text:
    said = f"{value:,.0f} m"
    # A comma would make metres of kilometres for a Vietnamese reader: 26.002 m, not 26,002 m.
    return Text(said.replace(",", "."), said)


def _corrected(named: gpd.GeoDataFrame, own: Fit | None, best: Fit) -> Text:
    declared = crs_name(named)
    far = _metres(own.offset_m) if own else Text("?", "?")
    if named.crs.is_geographic and best.system.epsg == VN2000_EPSG:
        return Text(
            f"Tệp là VN-2000 nhưng khai {declared}, nên vị trí lệch {far.vi}; đã đọc theo {best.system.name}. "
            f"Nếu không đúng, nhập lại với --crs {declared}.",
            f"The file is in VN-2000 but declares {declared}, so it lies {far.en} off; it was read in "
            f"{best.system.name}. If that is wrong, import it again with --crs {declared}.",
        )
    return Text(
        f"Tệp khai {declared} nhưng vị trí lệch {far.vi}; đã đọc theo {best.system.name}. "
        f"Nếu không đúng, nhập lại với --crs {declared}.",
        f"The file declares {declared} but lies {far.en} off; it was read in {best.system.name}. "
        f"If that is wrong, import it again with --crs {declared}.",
    )


def _doubt(own: Fit | None, fits: Sequence[Fit]) -> Text | None:
    if not fits:
        return UNCHECKED
    best = fits[0]
    if own is not None and clearly_better(best, own):
        off, better = _metres(own.offset_m), _metres(best.offset_m)
        return Text(
            f"Vị trí lệch {off.vi}; {best.system.name} phù hợp hơn ({better.vi}).",
            f"The places are {off.en} off; {best.system.name} fits better ({better.en}).",
        )
    if own is not None and own.against == "seats" and own.error_m > _DATUM_ERROR_M:
        return UNCHECKED
    return None


def _placed(declared: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    try:
        return geo.to_lonlat(declared)
    except ProjError:
        # A local system of a drawing has a name but no place on the earth.
        raise refusals.crs_missing(file) from None


def crs_name(declared: gpd.GeoDataFrame) -> str:
    """Name the coordinate system of a frame.

    Parameters
    ----------
    declared : GeoDataFrame
        With its coordinate system set.

    Returns
    -------
    str
        Such as ``EPSG:9211``, or the system's own name when it has no code.

    Examples
    --------
    >>> crs_name(gpd.GeoDataFrame(geometry=[], crs="EPSG:9211"))
    'EPSG:9211'
    """
    authority = declared.crs.to_authority()
    return ":".join(authority) if authority else str(declared.crs.name)


def inside_vietnam(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Say which units lie in Việt Nam, by the middle of their boxes.

    Parameters
    ----------
    shapes : ndarray of shapely geometries or None, shape (n,)
        In EPSG:4326.

    Returns
    -------
    ndarray of bool, shape (n,)
        True also for a unit without a place, of which nothing can be said.

    Examples
    --------
    >>> inside_vietnam(np.array([shapely.Point(106, 21), shapely.Point(21, 106), None])).tolist()
    [True, False, True]
    """
    west, south, east, north = shapely.bounds(shapes).T
    lon, lat = (west + east) / 2, (south + north) / 2
    box = geo.VIETNAM
    inside = (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
    unplaced = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return np.asarray(inside | unplaced, dtype=np.bool_)


def require_vietnam(frame: gpd.GeoDataFrame, declared: gpd.GeoDataFrame, names: Sequence[str]) -> None:
    """Refuse a file whose units do not lie in Việt Nam, and say whether its axes are swapped.

    A few stray rows are let through here, to be set aside one by one later.

    Parameters
    ----------
    frame : GeoDataFrame
        In EPSG:4326.
    declared : GeoDataFrame
        The same rows in the file's own coordinate system.
    names : sequence of str
        Their names, for the message.

    Raises
    ------
    AxesSwapped
        When the units fall in Việt Nam once x and y are exchanged.
    CrsWrong
        When they do not even then.
    """
    shapes = frame.geometry.to_numpy()
    outside = np.flatnonzero(~inside_vietnam(shapes))
    if len(outside) <= _TOLERATED_OUTSIDE * len(frame):
        return
    if _inside_when_swapped(declared.iloc[outside]):
        raise refusals.axes_swapped(crs_name(declared))
    west, south, east, north = shapely.bounds(shapes[outside[0]])
    raise refusals.crs_wrong(
        crs_name(declared),
        len(outside),
        example=str(names[outside[0]]),
        lon=(west + east) / 2,
        lat=(south + north) / 2,
    )


def _inside_when_swapped(declared: gpd.GeoDataFrame) -> bool:
    west, south, east, north = shapely.bounds(declared.geometry.to_numpy()).T
    middles = shapely.points((south + north) / 2, (west + east) / 2)
    swapped = gpd.GeoDataFrame(geometry=middles, crs=declared.crs)
    return bool(inside_vietnam(geo.to_lonlat(swapped).geometry.to_numpy()).mean() > 0.5)
