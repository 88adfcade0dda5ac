"""Which column of a file holds what: guessed from Vietnamese and English headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from layers.errors import InvalidParameter
from layers.wording import Text, fold, slug

__all__ = ["FIELDS", "PLACE_WORDINGS", "dropped", "guess_mapping", "header_row", "with_overrides"]

# Field -> folded headers, the surest first. A header is also taken when it begins with a
# wording of two words or more ("Ngày xảy ra vụ việc").
_WORDINGS: dict[str, tuple[str, ...]] = {
    "source_ref": (
        "source_ref", "so_ho_so", "ma_ho_so", "ma_vu_viec", "ma_vu", "so_vu", "so_tin_bao", "incident_id",
        "incident_number", "case_number", "case_id", "event_id", "objectid", "ma", "uuid", "id",
    ),
    "occurred_at": (
        "occurred_at", "occurred_from", "ngay_gio_xay_ra", "ngay_xay_ra", "occurred_on", "occurred_date",
        "date_occurred", "date_of_occurrence", "thoi_diem_xay_ra", "thoi_gian_xay_ra", "thoi_diem",
        "ngay_gio", "ngay_thang", "ngay", "datetime", "date_time", "timestamp", "date", "occurred",
        "thoi_gian", "time",
    ),
    "occurred_time": (
        "occurred_time", "gio_xay_ra", "thoi_gian_xay_ra", "time_of_day", "time_occurred", "gio",
        "gio_phut", "thoi_gian", "time", "hour",
    ),
    "occurred_to": (
        "occurred_to", "thoi_diem_ket_thuc", "thoi_gian_ket_thuc", "ngay_ket_thuc", "ket_thuc", "occurred_until",
    ),
    "reported_at": (
        "reported_at", "ngay_tiep_nhan", "thoi_gian_tiep_nhan", "ngay_bao_tin", "ngay_bao", "ngay_trinh_bao",
        "date_reported", "report_date", "reported_on",
    ),
    "category": (
        "category_source", "category", "loai_vu_viec", "loai_vu", "loai_toi_pham", "loai_viec", "loai_hinh",
        "toi_danh", "hanh_vi", "offense", "offence", "crime_type", "primary_type", "loai", "nhom", "type",
    ),
    "severity": ("severity", "muc_do", "muc_do_nghiem_trong", "tinh_chat"),
    "status": ("status", "trang_thai", "tinh_trang", "ket_qua", "ket_qua_xu_ly"),
    "lon": ("lon", "lng", "long", "longitude", "kinh_do", "x", "toa_do_x", "geometry_x", "easting"),
    "lat": ("lat", "latitude", "vi_do", "y", "toa_do_y", "geometry_y", "northing"),
    "coordinates": ("coordinates", "toa_do", "vi_tri", "lat_lon", "latlng", "lat_lng", "location"),
    "reported_unit": (
        "reported_unit", "phuong_xa", "xa_phuong", "phuong", "xa", "don_vi", "don_vi_hanh_chinh", "dia_ban",
        "ward", "commune", "unit", "ten_phuong_xa",
    ),
    "location_accuracy_m": ("location_accuracy_m", "sai_so", "sai_so_m", "accuracy_m", "accuracy"),
    "channel": ("channel", "kenh", "kenh_tiep_nhan", "nguon_tin"),
}  # fmt: skip

FIELDS: tuple[str, ...] = tuple(_WORDINGS)
PLACE_WORDINGS = {name: _WORDINGS[name] for name in ("lon", "lat", "coordinates")}

_INSTEAD = {"coordinates": ("lon", "lat"), "lon": ("coordinates",), "lat": ("coordinates",)}
_HEADER_ROWS = 20


def guess_mapping(columns: Sequence[str], wordings: Mapping[str, Sequence[str]] = _WORDINGS) -> dict[str, str]:
    """Guess which column holds which field, whatever the case and the accents.

    Parameters
    ----------
    columns : sequence of str
        Headers as written in the file.
    wordings : mapping of str to sequence of str, optional
        Field -> headers it is known by, as slugs, the surest first.

    Returns
    -------
    dict of str to str
        Field -> column; fields not found are left out, each column serves once.

    Examples
    --------
    >>> guess_mapping(["Ngày xảy ra", "Giờ", "Loại vụ việc", "Kinh độ", "Vĩ độ", "Ghi chú"])
    {'occurred_at': 'Ngày xảy ra', 'occurred_time': 'Giờ', 'category': 'Loại vụ việc', 'lon': 'Kinh độ', \
'lat': 'Vĩ độ'}
    """
    slug_of = {column: slug(column) for column in columns}
    found: dict[str, str] = {}
    for whole in (True, False):
        for name, wanted in wordings.items():
            free = {column: key for column, key in slug_of.items() if column not in found.values()}
            column = None if name in found else _match(wanted, free, whole=whole)
            if column is not None:
                found[name] = column
    if "lon" in found and "lat" in found:
        found.pop("coordinates", None)
    return {name: found[name] for name in wordings if name in found}


def _match(wanted: Sequence[str], free: Mapping[str, str], *, whole: bool) -> str | None:
    for wording in wanted:
        for column, key in free.items():
            begins = "_" in wording and key.startswith(f"{wording}_")
            if key == wording if whole else begins:
                return column
    return None


def with_overrides(
    mapping: Mapping[str, str],
    overrides: Mapping[str, str],
    columns: Sequence[str],
    *,
    fields: Sequence[str] = FIELDS,
) -> dict[str, str]:
    """Let the user's own mapping win over the guess.

    Parameters
    ----------
    mapping : mapping of str to str
        Field -> column, as guessed.
    overrides : mapping of str to str
        Field -> column, as stated; an empty column takes the field away.
    columns : sequence of str
        The file's headers.
    fields : sequence of str, optional
        The fields that there are; those of incidents when left out.

    Returns
    -------
    dict of str to str
        Field -> column.

    Raises
    ------
    InvalidParameter
        When a field or a column is not known; the hint lists what is.

    Examples
    --------
    >>> with_overrides({"category": "Nhóm"}, {"category": "hanh vi"}, ["Nhóm", "Hành vi"])
    {'category': 'Hành vi'}
    """
    result = dict(mapping)
    for name, wanted in overrides.items():
        if name not in fields:
            raise _unknown(Text("trường", "field"), name, fields)
        column = _column_named(wanted, columns)
        for other in [key for key, taken in result.items() if taken == column or key in _INSTEAD.get(name, ())]:
            result.pop(other)
        result[name] = column
    return {name: column for name, column in result.items() if column}


def _column_named(wanted: str, columns: Sequence[str]) -> str:
    if not wanted or wanted in columns:
        return wanted
    alike = [column for column in columns if fold(column) == fold(wanted)]
    if len(alike) != 1:
        raise _unknown(Text("cột", "column"), wanted, columns)
    return alike[0]


def _unknown(what: Text, name: str, known: Sequence[str]) -> InvalidParameter:
    listed = ", ".join(known)
    return InvalidParameter(
        Text(f"Không có {what.vi} “{name}”.", f"There is no {what.en} “{name}”."),
        Text(f"Các {what.vi} dùng được: {listed}.", f"Known: {listed}."),
    )


def dropped(columns: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """List the columns that do not enter the program.

    Parameters
    ----------
    columns : sequence of str
        The file's headers.
    mapping : mapping of str to str
        Field -> column.

    Returns
    -------
    list of str
        Headers that no field uses, in the order of the file.

    Examples
    --------
    >>> dropped(["lon", "Họ tên"], {"lon": "lon"})
    ['Họ tên']
    """
    used = set(mapping.values())
    return [column for column in columns if column not in used]


def header_row(rows: Iterable[Sequence[str]]) -> int:
    """Find the header below the title lines that office sheets begin with.

    Parameters
    ----------
    rows : iterable of sequence of str
        The first rows of a sheet.

    Returns
    -------
    int
        Position of the row that names most fields, if it names two or more; else of the
        first row that is not empty; 0 when all are.

    Examples
    --------
    >>> header_row([["DANH SÁCH VỤ VIỆC", ""], ["Ngày", "Loại"], ["1/7/2025", "Trộm cắp"]])
    1
    """
    first, best, most = None, 0, 1
    for position, cells in zip(range(_HEADER_ROWS), rows, strict=False):
        named = len(guess_mapping([cell for cell in cells if cell]))
        if named > most:
            best, most = position, named
        if first is None and any(cells):
            first = position
    return best if most > 1 else (first or 0)
