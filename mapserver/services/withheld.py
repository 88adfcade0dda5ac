"""What a page says of what it does not show to whoever has no right to exact places."""

from __future__ import annotations

import datetime as dt

from layers.access.viewer import Viewer
from layers.catalog import INCIDENTS
from layers.masking.cube import MonthOfCube
from mapserver.rendering.person import Withheld
from mapserver.services.published_files import Publication

__all__ = ["withheld_from"]

_LONGER_THAN_A_MONTH = dt.timedelta(days=31)


def withheld_from(viewer: Viewer, publication: Publication) -> Withheld | None:
    """Tell what a viewer is given instead of incidents, and where not.

    Parameters
    ----------
    viewer : Viewer
        Who looks.
    publication : Publication
        What was published.

    Returns
    -------
    Withheld or None
        None for whoever sees every incident exactly.

    Raises
    ------
    FileUnreadable
        When what was published is damaged.
    """
    own = viewer.exact_area(INCIDENTS.key)
    if own is None:
        return None
    current = publication.current()
    months: tuple[MonthOfCube, ...] = () if current is None else tuple(current.cube.months)
    days = [month.first_day for month in months]
    return Withheld(
        k=min((month.rule.k for month in months), default=0),
        first_day=min(days, default=None),
        # The day before the first of the next month.
        last_day=(max(days) + _LONGER_THAN_A_MONTH).replace(day=1) - dt.timedelta(days=1) if days else None,
        own=tuple(sorted(own)),
    )
