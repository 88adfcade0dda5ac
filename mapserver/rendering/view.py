"""One map definition, from which the live page, the notebook cell and print are all made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from layers.geo import Bounds
from layers.records import Filter
from layers.wording import Text

__all__ = ["LayerView", "MapView"]


@dataclass(frozen=True)
class LayerView:
    """How one layer stands on the map.

    Parameters
    ----------
    key : str
        Its name in addresses, such as ``density`` or ``safezones:camera_an_ninh``.
    title : Text
        Its name in the layer tree and the legend.
    kind : str
        ``areas``, ``choropleth``, ``raster``, ``points`` or ``symbols``.
    url : str
        Where its data come from.
    visible : bool
        Whether it is drawn.
    symbol : str or None
        Name of its drawn symbol.
    ramp : tuple of str
        Class colours, light to dark.
    """

    key: str
    title: Text
    kind: str
    url: str
    visible: bool
    symbol: str | None = None
    ramp: tuple[str, ...] = ()


@dataclass(frozen=True)
class MapView:
    """A map before it is drawn: what, where, when, and how it says itself.

    Parameters
    ----------
    place : Text
        Name of the area shown, such as a province.
    filter : Filter
        What was asked for.
    sentence : Text
        The filter in words.
    vintage : Text
        The boundaries used, in words.
    vintages : tuple of date
        First days of every loaded boundary version.
    extent : Bounds
        The box to open on, degrees.
    first_day, last_day : date or None
        First and last day with an incident.
    layers : tuple of LayerView
        In drawing order, lowest last.
    notices : tuple of Text
        What every picture must say, such as that boundaries are schematic.
    """

    place: Text
    filter: Filter
    sentence: Text
    vintage: Text
    vintages: tuple[dt.date, ...]
    extent: Bounds
    first_day: dt.date | None
    last_day: dt.date | None
    layers: tuple[LayerView, ...]
    notices: tuple[Text, ...]

    def shows(self, key: str) -> bool:
        """Say whether a layer is drawn.

        Parameters
        ----------
        key : str
            A layer's key.

        Returns
        -------
        bool
            False for a layer that is hidden or absent.
        """
        return any(layer.key == key and layer.visible for layer in self.layers)
