"""What an import of boundaries found, did, or would do: the answer of the command line and of the page."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd

from layers.boundaries.placing import CrsFinding
from layers.boundaries.reading import SourceFile
from layers.boundaries.report import ImportReport
from layers.boundaries.versions import VersionPlan
from layers.errors import AnttError
from mapserver.errors import as_json

__all__ = ["BoundaryResult", "Incoming", "Outlook"]

_SAMPLE_NAMES = 8


@dataclass(frozen=True)
class Incoming:
    """A boundary file read, mended and checked, before anything is planned.

    Parameters
    ----------
    source : SourceFile
        The file as read.
    frame : GeoDataFrame
        Its units, keeping `catalog.UNITS.schema`.
    report : ImportReport
        What was found.
    wards : GeoDataFrame or None
        Of beats, the wards they were placed in.
    """

    source: SourceFile
    frame: gpd.GeoDataFrame
    report: ImportReport
    wards: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class Outlook:
    """What an import means for the units that are loaded.

    Parameters
    ----------
    scope : tuple of str
        Codes of the parents the file speaks for.
    closing : tuple of (str, str)
        Code and name of the versions that end.
    staying : int
        Versions in force at the level on the first day that stay as they are.
    """

    scope: tuple[str, ...] = ()
    closing: tuple[tuple[str, str], ...] = ()
    staying: int = 0


@dataclass(frozen=True)
class BoundaryResult:
    """What an import of boundaries found and did.

    Parameters
    ----------
    incoming : Incoming
        The file as read and checked.
    plan : VersionPlan
        Unit versions added, ended and already loaded; empty when the import is refused.
    outlook : Outlook
        What that means for the units that are loaded.
    refusal : AnttError or None
        Why the import cannot be done as asked, where only that was looked at.
    """

    incoming: Incoming
    plan: VersionPlan
    outlook: Outlook = Outlook()
    refusal: AnttError | None = None

    @property
    def report(self) -> ImportReport:
        """What was found."""
        return self.incoming.report

    @property
    def source(self) -> SourceFile:
        """The file as read."""
        return self.incoming.source

    def as_json(self, language: str = "vi") -> dict[str, object]:
        """Write the result as plain values.

        Parameters
        ----------
        language : str
            Language of the reasons, ``vi`` or ``en``.

        Returns
        -------
        dict
            The report with what was done.
        """
        texts = self.source.encoding
        return self.report.to_json(language) | {
            "inserted": len(self.plan.insert),
            "closed": len(self.plan.close),
            "filled": len(self.plan.fill),
            "unchanged": len(self.plan.unchanged),
            "ended": list(self.plan.ended),
            "scope": list(self.outlook.scope),
            "closing": [{"code": code, "name": name} for code, name in self.outlook.closing],
            "staying": self.outlook.staying,
            "area_km2": round(float(self.incoming.frame["area_km2"].sum()), 4),
            "columns": dict(self.source.columns),
            "dropped_columns": list(self.source.dropped_columns),
            "crs": (self.source.finding or CrsFinding(None, self.source.crs)).to_json(language),
            "encoding": {"used": texts.used, "score": texts.score},
            "encodings": [vars(reading) | {"sample": list(reading.sample)} for reading in texts.readings],
            "sample_names": self.incoming.frame["name"].head(_SAMPLE_NAMES).to_list(),
            "refusal": self.refusal and as_json(self.refusal, language),
        }
