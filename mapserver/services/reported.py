"""The units that incidents without a place name."""

from __future__ import annotations

from dataclasses import dataclass

from layers.catalog import INCIDENTS, LINEAGE, UNITS
from layers.incidents.reported_units import known_units
from layers.index.identity import ascending, find, hash_ids
from layers.store import Query
from mapserver.services.reader import Reader
from mapserver.services.tables import IncidentTable

__all__ = ["reported_names"]


@dataclass(frozen=True)
class _Reported:
    names: tuple[str | None, ...]

    @property
    def nbytes(self) -> int:
        return 8 * len(self.names)


def reported_names(reader: Reader, table: IncidentTable, *, with_withdrawn: bool) -> tuple[str | None, ...]:
    """Find the unit version that each incident without a place names.

    Parameters
    ----------
    reader : Reader
        The store, and what its viewer may see of it.
    table : IncidentTable
        What that reader gave.
    with_withdrawn : bool
        Whether withdrawn incidents are in the table.

    Returns
    -------
    tuple of str or None
        Outside names ``code@valid_from`` along the last rows of the table, those without a place.
    """
    versions = reader.store.versions()
    # Which rows a narrowed table has depends on lineage as well.
    read = (versions[UNITS.key], versions[LINEAGE.key], table.version)
    key = ("reported", *read, table.salt, with_withdrawn, reader.narrowed_to)
    held = reader.selections.get_or_make(key, lambda: _read(reader, table))
    assert isinstance(held, _Reported)  # noqa: S101 - tells mypy what this key holds
    return held.names


def _read(reader: Reader, table: IncidentTable) -> _Reported:
    identity, day = table.identity[table.placed_count :], table.day[table.placed_count :]
    told = reader.store.read(INCIDENTS, Query(columns=("reported_unit",), geometry=False))
    told = told[told["reported_unit"].notna()]
    place = find(identity, ascending(identity), hash_ids(told["id"], salt=table.salt))
    texts: list[str | None] = [None] * len(identity)
    for row, text in zip(place[place >= 0].tolist(), told["reported_unit"][place >= 0], strict=True):
        texts[row] = str(text)
    versions = reader.all_units()
    return _Reported(known_units(texts, day, versions[versions["level"] == "commune"]))
