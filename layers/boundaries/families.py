"""Ancestors and descendants of unit versions, followed along the links of lineage."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd

from layers.errors import InvalidParameter, NotFound
from layers.records import UnitRef
from layers.wording import Text

__all__ = ["Families", "Relative", "Version"]


@dataclass(frozen=True)
class Version:
    """One version of a unit, without its shape.

    Parameters
    ----------
    code, name, unit_type : str
        As official.
    parent_name : str
        The province, for old units behind the district; may be empty.
    valid_from : str
        ISO date.
    valid_to : str or None
        ISO date, the first day no longer in force.
    formed_from : str
        What it was formed from, in words; may be empty.
    decree : str or None
        The document that made it.
    first_day_assumed : bool
        Whether its first day is no fact: a table of lineage told only when it ended.
    """

    code: str
    name: str
    unit_type: str
    parent_name: str
    valid_from: str
    valid_to: str | None
    formed_from: str
    decree: str | None
    first_day_assumed: bool = False

    @property
    def reference(self) -> str:
        """The outside name, ``code@valid_from``."""
        return f"{self.code}@{self.valid_from}"

    def in_force(self, as_of: dt.date) -> bool:
        """Tell whether it is in force on a day.

        Parameters
        ----------
        as_of : date
            The day.

        Returns
        -------
        bool
            Half-open: not on `valid_to` itself.
        """
        day = as_of.isoformat()
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Relative:
    """A version that another came from or went into.

    Parameters
    ----------
    version : Version
        The relative.
    steps : int
        1 for a direct one, 2 for one behind it.
    link : mapping of str to object
        The link nearest to it: ``kind``, shares, methods, ``confidence``, ``decree``, ``effective_on``.
    """

    version: Version
    steps: int
    link: Mapping[str, object]

    def as_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            The version and its link.
        """
        version = self.version
        return {
            "unit": version.reference,
            "code": version.code,
            "name": version.name,
            "unit_type": version.unit_type,
            "parent_name": version.parent_name,
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
            "steps": self.steps,
            **self.link,
        }


class Families:
    """Every unit version and the links between them.

    Parameters
    ----------
    units : GeoDataFrame
        Every unit version; geometries are not looked at.
    links : GeoDataFrame
        Lineage, keeping `catalog.LINEAGE.schema`.
    """

    def __init__(self, units: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> None:
        self.versions = {version.reference: version for version in _versions(units, links)}
        self._into: dict[str, list[tuple[str, Mapping[str, object]]]] = defaultdict(list)
        self._from: dict[str, list[tuple[str, Mapping[str, object]]]] = defaultdict(list)
        self._codes: dict[str, list[Version]] = defaultdict(list)
        for version in self.versions.values():
            self._codes[version.code].append(version)
        for link in _link_records(links):
            old, new = str(link.pop("from_version")), str(link.pop("to_version"))
            if old in self.versions and new in self.versions:
                self._into[old].append((new, link))
                self._from[new].append((old, link))

    def successors(self, reference: str) -> list[Version]:
        """Name what a version directly went into.

        Parameters
        ----------
        reference : str
            Its outside name.

        Returns
        -------
        list of Version
            In the order of the table.
        """
        return [self.versions[name] for name, _link in self._into.get(reference, ())]

    def ancestors(self, reference: str) -> list[Relative]:
        """Name every version that a version came from.

        Parameters
        ----------
        reference : str
            Its outside name.

        Returns
        -------
        list of Relative
            Nearest first; each version once.
        """
        return self._followed(reference, self._from)

    def descendants(self, reference: str) -> list[Relative]:
        """Name every version that a version went into.

        Parameters
        ----------
        reference : str
            Its outside name.

        Returns
        -------
        list of Relative
            Nearest first; each version once.
        """
        return self._followed(reference, self._into)

    def versions_of(self, code: str) -> list[Version]:
        """Name everything that a code ever stood for.

        Parameters
        ----------
        code : str
            The official code.

        Returns
        -------
        list of Version
            Oldest first; empty for a code that was never used.
        """
        return sorted(self._codes.get(code, ()), key=lambda version: version.valid_from)

    def origins(self, reference: str) -> list[Version]:
        """Name what a version was directly made from.

        Parameters
        ----------
        reference : str
            Its outside name.

        Returns
        -------
        list of Version
            In the order of the table.
        """
        return [self.versions[name] for name, _link in self._from.get(reference, ())]

    def candidates(self, asked: UnitRef, as_of: dt.date) -> list[Version]:
        """Name the versions that an outside name could mean.

        Parameters
        ----------
        asked : UnitRef
            A code, or a code with the first day of its version.
        as_of : date
            The day that makes a bare code certain.

        Returns
        -------
        list of Version
            One where it is certain: the version of that day, the one in force on `as_of`, or the only one
            there ever was. Otherwise every version of the code, oldest first.

        Raises
        ------
        NotFound
            When there is none.
        """
        known = self.versions_of(asked.code)
        if asked.valid_from is not None:
            known = [version for version in known if version.reference == str(asked)]
        elif len(known) > 1:
            known = [version for version in known if version.in_force(as_of)] or known
        if not known:
            raise NotFound(
                Text(f"Không có đơn vị {asked}.", f"There is no unit {asked}."),
                Text("Tìm tên hoặc mã bằng ô tìm kiếm trên bản đồ, hoặc `antt boundaries search`.",
                     "Search for its name or code on the map, or with `antt boundaries search`."),
            )  # fmt: skip
        return known

    def find(self, asked: UnitRef, as_of: dt.date) -> Version:
        """Find the version that an outside name means.

        A bare code is taken only where it means one thing: the version in force on the day, or else
        the only one there ever was.

        Parameters
        ----------
        asked : UnitRef
            A code, or a code with the first day of its version.
        as_of : date
            The day that makes a bare code certain.

        Returns
        -------
        Version
            The version.

        Raises
        ------
        NotFound
            When there is none.
        InvalidParameter
            When a bare code could mean several.
        """
        known = self.candidates(asked, as_of)
        if len(known) > 1:
            listed = ", ".join(f"{version.reference} ({version.name})" for version in known)
            raise InvalidParameter(
                Text(f"Mã {asked} chỉ nhiều đơn vị: {listed}.", f"The code {asked} means several units: {listed}."),
                Text("Viết cả ngày: mã@từ-ngày.", "Write its first day as well: code@date."),
            )
        return known[0]

    def _followed(self, reference: str, links: Mapping[str, list[tuple[str, Mapping[str, object]]]]) -> list[Relative]:
        found: dict[str, Relative] = {}
        edge, steps = [reference], 0
        while edge:
            steps += 1
            further = []
            for name, link in (next_one for near in edge for next_one in links.get(near, ())):
                if name not in found and name != reference:
                    found[name] = Relative(self.versions[name], steps, link)
                    further.append(name)
            edge = further
        return list(found.values())


def _versions(units: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> list[Version]:
    names = ["code", "name", "unit_type", "parent_name", "valid_from", "valid_to", "formed_from", "decree", "source"]
    columns = (units[name].tolist() for name in names)
    # What a table made because it names an old unit has that table as its source.
    told = {(old, source) for old, source in zip(links["from_version"], links["source"], strict=True) if source}
    return [
        Version(
            code, name, unit_type, _text(parent), start, end if isinstance(end, str) else None, _text(formed),
            decree if isinstance(decree, str) else None, (f"{code}@{start}", source) in told,
        )
        for code, name, unit_type, parent, start, end, formed, decree, source in zip(*columns, strict=True)
    ]  # fmt: skip


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _link_records(links: gpd.GeoDataFrame) -> list[dict[str, object]]:
    names = [name for name in links.columns if name not in {"id", "row_version", "geometry", "source"}]
    plain = links[names].astype(object)
    records: list[dict[str, object]] = plain.where(plain.notna(), None).to_dict("records")
    return records
