"""Coordinate systems that a boundary file of Việt Nam may be in, and the way from them to longitude, latitude."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers import geo
from layers.wording import Text

__all__ = ["VN2000_EPSG", "System", "likely_systems"]

_LONLAT = 4326
VN2000_EPSG = 4756
_WEB_MERCATOR = 3857
# VN-2000 and WGS 84, UTM zones 48 and 49.
_UTM = (3405, 3406, 32648, 32649)
_VN2000 = Text("VN-2000", "VN-2000")
_UNSHIFTED = Text("WGS 84 chiếu như VN-2000", "WGS 84 projected as VN-2000")
_TITLES = {
    _LONLAT: Text("WGS 84, kinh độ và vĩ độ", "WGS 84, longitude and latitude"),
    VN2000_EPSG: Text("VN-2000, kinh độ và vĩ độ", "VN-2000, longitude and latitude"),
    _WEB_MERCATOR: Text("Web Mercator", "Web Mercator"),
    3405: Text("VN-2000, UTM múi 48 (6°)", "VN-2000, UTM zone 48 (6°)"),
    3406: Text("VN-2000, UTM múi 49 (6°)", "VN-2000, UTM zone 49 (6°)"),
    32648: Text("WGS 84, UTM múi 48", "WGS 84, UTM zone 48"),
    32649: Text("WGS 84, UTM múi 49", "WGS 84, UTM zone 49"),
}


@dataclass(frozen=True)
class System:
    """A coordinate system, read with or without the change of datum.

    Parameters
    ----------
    epsg : int
        EPSG code.
    keeps_datum : bool
        Whether the numbers are in fact of WGS 84, only projected as this VN-2000 system
        projects: a file made without the seven parameters, some 224 m off when read by its code.
    """

    epsg: int
    keeps_datum: bool = False

    @property
    def name(self) -> str:
        """The name shown to people."""
        return f"EPSG:{self.epsg} (WGS 84)" if self.keeps_datum else f"EPSG:{self.epsg}"

    @property
    def title(self) -> Text:
        """What the system is, for people: its datum with its zone or central meridian."""
        meridian = geo.TM3_MERIDIAN_BY_EPSG.get(self.epsg)
        if meridian is not None:
            degrees, minutes = divmod(round(meridian * 60), 60)
            where = f"{degrees}°{minutes:02d}′"
            datum = _UNSHIFTED if self.keeps_datum else _VN2000
            return Text(
                f"{datum.vi}, kinh tuyến trục {where}, múi 3°", f"{datum.en}, central meridian {where}, 3° zone"
            )
        return _TITLES.get(self.epsg, Text(self.name, self.name))

    def to_lonlat(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring places to longitude and latitude.

        Parameters
        ----------
        xy : ndarray of float, shape (n, 2)
            East and north in metres, or longitude and latitude in degrees.

        Returns
        -------
        ndarray of float, shape (n, 2)
            Degrees; not finite where a place cannot be projected.

        Examples
        --------
        >>> System(5897).to_lonlat(np.array([[500_000.0, 2_320_000.0]])).round(3).tolist()
        [[105.002, 20.973]]
        """
        target = VN2000_EPSG if self.keeps_datum else _LONLAT
        x, y = geo.transform_xy(xy[:, 0], xy[:, 1], from_epsg=self.epsg, to_epsg=target)
        return np.column_stack((x, y))


def likely_systems(xy: NDArray[np.float64]) -> list[System]:
    """Name the systems that numbers of this size may be in.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        Places of a file in its own system.

    Returns
    -------
    list of System
        Geographic ones for degrees; else all VN-2000 zones of three and six degrees and WGS 84 / UTM.
        At equal evidence the earlier is the likelier.

    Examples
    --------
    >>> [system.name for system in likely_systems(np.array([[105.8, 21.0]]))]
    ['EPSG:4326', 'EPSG:4756']
    >>> len(likely_systems(np.array([[585_000.0, 2_324_000.0]])))
    41
    """
    if bool((np.nanmedian(np.abs(xy), axis=0) <= 180).all()):
        return [System(_LONLAT), System(VN2000_EPSG)]
    zones = list(geo.TM3_MERIDIAN_BY_EPSG)
    plain = [System(epsg) for epsg in (*zones, *_UTM, _WEB_MERCATOR)]
    return [*plain, *(System(epsg, keeps_datum=True) for epsg in zones)]
