"""How a file of incidents is to be understood, checked before its first row is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from layers.errors import InvalidParameter, NoCoordinates, SchemaMismatch
from layers.geo import VIETNAM, Bounds
from layers.incidents.columns import FIELDS
from layers.incidents.places import check_epsg
from layers.incidents.times import check_timezone
from layers.wording import Text, fold, nfc

__all__ = ["IngestOptions"]


@dataclass(frozen=True)
class IngestOptions:
    """How a file of incidents is to be understood.

    Parameters
    ----------
    source : str
        Name of the source; with the reference it identifies an incident.
    mapping : mapping of str to str
        Field -> column.
    timezone : str
        IANA name of the zone of moments that state none.
    now : datetime
        The moment of the import, with its zone.
    epsg : int
        Coordinate system of the coordinates.
    region : Bounds or None
        Degrees; a place outside is quarantined. None takes the whole Earth.
    category_words : mapping of str to str
        Words of this source -> category slug; they win over the shipped list.
    import_id : str or None
        The import that the rows belong to.

    Raises
    ------
    InvalidParameter
        When the zone, the coordinate system, a field or the source is not usable.
    SchemaMismatch
        When no column says when.
    NoCoordinates
        When no column says where.
    """

    source: str
    mapping: Mapping[str, str]
    timezone: str
    now: dt.datetime
    epsg: int = 4326
    region: Bounds | None = VIETNAM
    category_words: Mapping[str, str] = field(default_factory=dict)
    import_id: str | None = None

    def __post_init__(self) -> None:
        unknown = sorted(set(self.mapping) - set(FIELDS))
        if unknown or not nfc(self.source) or self.now.tzinfo is None:
            listed = ", ".join(unknown) or "source, now"
            raise InvalidParameter(
                Text(f"Tham số nhập không hợp lệ: {listed}.", f"Import parameters not usable: {listed}."),
                Text(f"Các trường: {', '.join(FIELDS)}.", f"Fields: {', '.join(FIELDS)}."),
            )
        check_timezone(self.timezone)
        check_epsg(self.epsg)
        self._check_fields()
        folded = {fold(word): slug for word, slug in self.category_words.items()}
        object.__setattr__(self, "category_words", folded)

    @property
    def has_coordinates(self) -> bool:
        """Whether the file has columns of coordinates."""
        return "coordinates" in self.mapping or {"lon", "lat"} <= set(self.mapping)

    def _check_fields(self) -> None:
        if "occurred_at" not in self.mapping:
            raise SchemaMismatch(
                Text("Không thấy cột ngày xảy ra.", "No column says when the incidents happened."),
                Text("Chỉ ra cột bằng --map occurred_at=CỘT.", "Name it with --map occurred_at=COLUMN."),
            )
        if not self.has_coordinates and "reported_unit" not in self.mapping:
            raise NoCoordinates(
                Text("Không thấy cột tọa độ hay cột phường, xã.", "No column holds coordinates or a ward."),
                Text(
                    "Chỉ ra cột bằng --map lon=CỘT --map lat=CỘT, hoặc --map reported_unit=CỘT.",
                    "Name them with --map lon=COLUMN --map lat=COLUMN, or --map reported_unit=COLUMN.",
                ),
            )
