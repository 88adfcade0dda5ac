"""What every answer says of itself: boundaries, period, filters, records without a place, versions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.catalog import SCHEMATIC
from layers.records import Filter
from layers.wording import Text
from mapserver.services.selecting import sentence
from mapserver.services.tables import IncidentTable, UnitTable

__all__ = ["Provenance", "notices", "provenance"]


@dataclass(frozen=True)
class Provenance:
    """Where a number comes from.

    Parameters
    ----------
    asked : Filter
        What was asked for, with `as_of` set.
    sentence : Text
        The same in words.
    placed, unplaced, outside : int
        Incidents taken with and without a place; those with a place in no unit.
    versions : dict of str to int
        Data version of each layer.
    notices : tuple of Text
        What every picture must say.
    """

    asked: Filter
    sentence: Text
    placed: int
    unplaced: int
    outside: int
    versions: dict[str, int]
    notices: tuple[Text, ...]

    def as_json(self, language: str) -> dict[str, object]:
        """Write it as the `meta` member of an answer.

        Parameters
        ----------
        language : str
            ``vi`` or ``en``.

        Returns
        -------
        dict
            Plain values.
        """
        period = self.asked.period
        return {
            "as_of": str(self.asked.as_of),
            "from": period.since and str(period.since),
            "to": period.until and str(period.until),
            "categories": list(self.asked.categories),
            "severity": list(self.asked.severities),
            "status": list(self.asked.statuses),
            "unit": self.asked.unit and str(self.asked.unit),
            "bbox": self.asked.bounds and list(self.asked.bounds),
            "sentence": self.sentence.in_language(language),
            "total": self.placed + self.unplaced,
            "placed": self.placed,
            "unplaced": self.unplaced,
            "outside": self.outside,
            "versions": self.versions,
            "notices": [notice.in_language(language) for notice in self.notices],
        }


def notices(units: UnitTable, incidents: IncidentTable | None = None) -> tuple[Text, ...]:
    """Collect what every picture must say of its data.

    Parameters
    ----------
    units : UnitTable
        The units shown.
    incidents : IncidentTable, optional
        The incidents shown.

    Returns
    -------
    tuple of Text
        Most important first.
    """
    said: list[Text] = []
    if len(units.frame) and units.frame["source"].eq(SCHEMATIC).any():
        said.append(
            Text("Sơ đồ, không có giá trị pháp lý về địa giới", "Schematic, without legal value for boundaries")
        )
    elif len(units.frame) and units.frame.geometry.isna().all():
        said.append(
            Text("Ngày này chỉ biết tên đơn vị, chưa có ranh giới: không vẽ và không đếm theo vị trí được",
                 "Units of this day are known by name only: without borders nothing is drawn or counted by place")
        )  # fmt: skip
    elif len(units.frame):
        said.append(Text("Ranh giới tham khảo, không có giá trị pháp lý về địa giới",
                         "Boundaries for reference, without legal value"))  # fmt: skip
    if incidents is not None and incidents.published is not None:
        said.append(_of_published(incidents))
    if incidents is not None and incidents.synthetic:
        said.append(Text("Dữ liệu mô phỏng", "Synthetic data"))
    return tuple(said)


def _of_published(incidents: IncidentTable) -> Text:
    if not incidents.least_count:
        return Text("Chưa có số liệu công bố", "No published counts yet")
    k = incidents.least_count
    said = Text(f"số liệu công bố theo ô và theo tháng; số nhỏ hơn {k} được giữ kín",
                f"published counts by cell and month; numbers below {k} are withheld")  # fmt: skip
    if incidents.published is not None and incidents.published.all():
        return Text(said.vi[:1].upper() + said.vi[1:], said.en[:1].upper() + said.en[1:])
    return Text(f"Ngoài phần được xem chính xác: {said.vi}", f"Beyond what may be seen exactly: {said.en}")


def provenance(
    asked: Filter,
    *,
    units: UnitTable,
    table: IncidentTable,
    mask: NDArray[np.bool_],
    versions: dict[str, int],
) -> Provenance:
    """Say where the numbers of one answer come from.

    Parameters
    ----------
    asked : Filter
        With `as_of` set.
    units : UnitTable
        The units in force.
    table : IncidentTable
        All n incidents.
    mask : ndarray of bool, shape (n,)
        Those taken.
    versions : dict of str to int
        Data version of each layer.

    Returns
    -------
    Provenance
        The facts.
    """
    # Rows without a place come last.
    placed, unplaced = mask[: table.placed_count], mask[table.placed_count :]
    return Provenance(
        asked=asked,
        sentence=sentence(asked, units),
        placed=int(np.count_nonzero(placed)),
        unplaced=int(np.count_nonzero(unplaced)),
        outside=int(np.count_nonzero(placed & (table.unit[: len(placed)] < 0))),
        versions=versions,
        notices=notices(units, table),
    )
