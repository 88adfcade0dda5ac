"""The desk at which incidents are written by hand: who writes, and the checks of an import on every field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from layers.catalog import UNITS, categories, category_of
from layers.errors import InvalidParameter
from layers.geo import VIETNAM, Bounds
from layers.incidents.ingest import IngestOptions, SeenRows, ingest_chunk
from layers.incidents.reasons import reason_at, reason_text
from layers.incidents.tables import Chunk
from layers.incidents.times import read_moments
from layers.incidents.values import SEVERITIES, STATUSES, clean_cells, mask_personal, severity_slug, status_slug
from layers.store import Store
from layers.store.base import Author
from layers.wording import Text, nfc
from mapserver.services.own_ground import OwnGround

__all__ = ["HAND_FIELDS", "HAND_SOURCE", "Desk", "Fields", "checked_row", "masked_reason", "refuse_unlisted", "text_of"]

HAND_SOURCE = "nhap_tay"
# What a person may write; everything else of a record is the program's.
HAND_FIELDS: tuple[str, ...] = (
    "category", "occurred_from", "occurred_to", "reported_at", "lon", "lat", "location_accuracy_m", "severity",
    "status", "reported_unit", "channel",
)  # fmt: skip

Fields = Mapping[str, str | None]

_LONGEST_REASON = 500

# What the code of a reason begins with -> the field at which a form says it.
_FIELD_OF_REASON = {
    "time": "occurred_from", "date": "occurred_from", "end": "occurred_to", "reported": "reported_at",
    "coordinates": "lon", "axes": "lon", "outside": "lon", "accuracy": "location_accuracy_m",
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """Where, by whom and under which rules records are written.

    Parameters
    ----------
    store : Store
        The store of record.
    author : Author
        Who writes, and when; the reason is added to each change.
    timezone : str
        IANA name of the zone of moments that state none.
    region : Bounds
        Degrees; once boundaries are loaded a place outside is refused.
    ground : OwnGround, optional
        What the author sees exactly: a record is written only there, before and after the change. Everything
        when left out.
    """

    store: Store
    author: Author
    timezone: str
    region: Bounds = VIETNAM
    ground: OwnGround | None = None


def text_of(fields: Fields, name: str) -> str:
    """Read one field as it was written.

    Parameters
    ----------
    fields : mapping of str to str or None
        Name -> text.
    name : str
        The field.

    Returns
    -------
    str
        Without spaces at its ends; empty where the field is missing or None.

    Examples
    --------
    >>> text_of({"lon": " 106.3 "}, "lon"), text_of({"lon": None}, "lon"), text_of({}, "lon")
    ('106.3', '', '')
    """
    return (fields.get(name) or "").strip()


def masked_reason(reason: str) -> str:
    """Make a reason fit for the history.

    Parameters
    ----------
    reason : str
        As written; may be empty.

    Returns
    -------
    str
        Form NFC, identity-card and telephone numbers masked, at most 500 characters.

    Examples
    --------
    >>> masked_reason("  dân báo   0912345678 ")
    'dân báo •••'
    """
    return mask_personal(nfc(reason))[:_LONGEST_REASON]


def refuse_unlisted(fields: Fields, kept: Mapping[str, object]) -> None:
    """Refuse a severity or a status that is not in the list.

    A file may bring words of its source; at a desk a new word is a slip of the pen.

    Parameters
    ----------
    fields : mapping of str to str or None
        Names of `HAND_FIELDS` -> text as written.
    kept : mapping of str to object
        The record as it is: its own words may stay.

    Raises
    ------
    InvalidParameter
        When one is not known.
    """
    for name, listed, slug_of in (("severity", SEVERITIES, severity_slug), ("status", STATUSES, status_slug)):
        found = slug_of(text_of(fields, name))
        if found is not None and found not in listed and found != kept.get(name):
            known = ", ".join(f"{slug} ({title.vi})" for slug, title in listed.items())
            raise InvalidParameter(
                Text(f"Không có giá trị “{text_of(fields, name)}” cho {name}.",
                     f"There is no {name} “{text_of(fields, name)}”."),
                Text(f"Các giá trị có: {known}.", f"Values: {known}."),
                details={"fields": [name]},
            )  # fmt: skip


def checked_row(desk: Desk, fields: Fields, *, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Pass fields through the checks of an import.

    Parameters
    ----------
    desk : Desk
        Where and by whom.
    fields : mapping of str to str or None
        Names of `HAND_FIELDS` -> text as written.
    rng : numpy.random.Generator
        Source of the id.

    Returns
    -------
    GeoDataFrame
        The one row that comes out, in the layer's schema.

    Raises
    ------
    InvalidParameter
        When a field is not usable; its details hold the reasons' codes and the fields they are about.
    """
    cells = {name: text_of(fields, name) for name in HAND_FIELDS if name != "occurred_to"}
    category = cells["category"]
    if category and category_of(category) is None:
        listed = ", ".join(entry.slug for entry in categories())
        raise InvalidParameter(
            Text(f"Không có loại vụ việc “{category}”.", f"There is no category “{category}”."),
            Text(f"Các loại có: {listed}.", f"Categories: {listed}."),
            details={"fields": ["category"]},
        )
    cells["occurred_at"] = cells.pop("occurred_from")
    options = IngestOptions(
        HAND_SOURCE,
        {name: name for name in cells},
        timezone=desk.timezone,
        now=desk.author.at,
        region=desk.region if desk.store.count(UNITS) else None,
    )
    result = ingest_chunk(Chunk.from_frame(pd.DataFrame([cells], index=[1])), options, SeenRows(), rng=rng)
    if result.accepted.empty:
        raise _unusable([code for codes in result.quarantined["reasons"] for code in codes])
    row = result.accepted
    _refuse_future(desk, row["occurred_from"].iloc[0])
    if text_of(fields, "occurred_to"):
        row["occurred_to"] = pd.Series([_end(desk, fields, start=row["occurred_from"].iloc[0])])
    row["content_hash"] = f"{int(result.fingerprints[0]):016x}"
    return row


def _unusable(codes: list[str], field: str | None = None) -> InvalidParameter:
    reasons = [reason_text(code) for code in codes]
    fields = [field or _FIELD_OF_REASON.get(code.partition("_")[0], "") for code in codes]
    return InvalidParameter(
        Text(" ".join(reason.vi for reason in reasons), " ".join(reason.en for reason in reasons)),
        Text("Sửa lại rồi ghi lần nữa; chưa ghi gì vào kho.", "Correct it and write again; nothing was kept."),
        details={"reasons": codes, "fields": [name for name in fields if name]},
    )


def _refuse_future(desk: Desk, moment: pd.Timestamp) -> None:
    # An import allows a day for clocks in other zones; a person at a desk needs none.
    if moment > pd.Timestamp(desk.author.at):
        raise _unusable(["time_in_future"])


def _end(desk: Desk, fields: Fields, *, start: pd.Timestamp) -> pd.Timestamp:
    cells = clean_cells(pa.array([text_of(fields, "occurred_to")]))
    latest = desk.author.at + dt.timedelta(days=1)
    found = read_moments(cells, None, timezone=desk.timezone, latest=latest)
    if found.faults[0]:
        raise _unusable([reason_at(int(found.faults[0]))], "occurred_to")
    never = np.iinfo(np.int64).min
    # A day without its hour is taken to its end.
    micros = found.start_us[0] if found.end_us[0] == never else found.end_us[0]
    end = pd.Timestamp(int(micros), unit="us", tz="UTC")
    if end <= start:
        raise InvalidParameter(
            Text("“Xảy ra đến” phải sau “xảy ra từ”.", "“Occurred to” must come after “occurred from”."),
            Text("Kiểm tra lại hai thời điểm.", "Check both moments."),
            details={"fields": ["occurred_to"]},
        )
    return end
