"""Which column of a boundary file is which: guessed from its header, or told by the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from layers.errors import InvalidParameter, SchemaMismatch
from layers.wording import Text, nfc, slug

__all__ = ["FIELDS", "NEEDED", "candidates", "require"]

# Field -> headers used for it, most telling first, as slugs.
FIELDS: dict[str, tuple[str, ...]] = {
    "code": (
        "code", "ma_xa", "ma_phuong_xa", "ma_px", "ma_don_vi", "ma_dvhc", "ma", "commune_code", "ward_code",
        "unit_code", "ma_tinh_xa", "ma_so", "commune_id", "ward_id", "gso_code",
    ),
    "name": (
        "name", "ten_xa", "ten_phuong_xa", "ten_px", "ten_don_vi", "ten_dvhc", "ten", "commune_name",
        "ward_name", "unit_name", "ten_goi", "commune_vn", "name_vi", "phuong_xa", "xa_phuong",
    ),
    "unit_type": (
        "unit_type", "loai", "loai_don_vi", "loai_dvhc", "loai_xa", "loai_hinh", "kieu", "type", "kind",
    ),
    "parent": (
        "province_code", "ma_tinh", "ma_tp", "ma_tinh_tp", "ma_tinh_thanh", "parent", "parent_code",
        "province_id", "ma_cap_tren",
    ),
    "parent_name": (
        "province_name", "ten_tinh", "ten_tp", "ten_tinh_tp", "tinh", "tinh_thanh", "tinh_thanh_pho",
        "tinh_tp", "parent_name", "province_vn", "province", "thanh_pho",
    ),
    "area_km2_published": (
        "area_km2_published", "area_km2", "dien_tich_km2", "dien_tich", "d_tich", "dien_tich_tu_nhien",
        "dien_tich_tn", "dien_tich_cong_bo",
    ),
    "population": ("population", "dan_so", "so_dan", "quy_mo_dan_so", "dan_so_nguoi", "pop", "nhan_khau"),
    "formed_from": (
        "formed_from", "before_merger", "hop_thanh_tu", "truoc_sap_nhap", "truoc_sap_xep", "sap_nhap_tu",
        "hinh_thanh_tu",
    ),
    "decree": ("decree", "nghi_quyet", "so_nghi_quyet", "van_ban", "nghi_dinh"),
}  # fmt: skip

NEEDED = ("code", "name")

_DBF_NAME_LENGTH = 10


def candidates(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """Find, for each field, the columns that may hold it.

    Parameters
    ----------
    headers : sequence of str
        The file's own column names.
    mapping : mapping of str to str
        Field -> column, as told by the user; what it names is not guessed.

    Returns
    -------
    dict of str to list of str
        Field -> the file's columns, the best first; only fields with at least one.

    Raises
    ------
    InvalidParameter
        When `mapping` names a field that does not exist.
    SchemaMismatch
        When `mapping` names a column that the file does not have.

    Examples
    --------
    >>> candidates(["Mã xã", "TEN", "SHAPE_Area"], {})
    {'code': ['Mã xã'], 'name': ['TEN']}
    >>> candidates(["ma", "ten"], {"parent": "ma"})
    {'parent': ['ma'], 'name': ['ten']}
    """
    found = {field: [_told(field, column, headers)] for field, column in mapping.items()}
    taken = {column for columns in found.values() for column in columns}
    free = [header for header in headers if header not in taken]
    for field, words in FIELDS.items():
        if field not in found:
            guessed = [header for word in words for header in free if _means(header, word)]
            found |= {field: list(dict.fromkeys(guessed))} if guessed else {}
    return found


def _means(header: str, word: str) -> bool:
    key = slug(header)
    # A shapefile cuts its column names at ten characters.
    cut = len(header) == _DBF_NAME_LENGTH and key == word[:_DBF_NAME_LENGTH].rstrip("_")
    return cut or key.replace("_", "") == word.replace("_", "")


def _told(field: str, column: str, headers: Sequence[str]) -> str:
    if field not in FIELDS:
        known = ", ".join(FIELDS)
        raise InvalidParameter(
            Text(f"Không có trường “{field}” để ghép cột.", f"There is no field “{field}” to map."),
            Text(f"Các trường: {known}.", f"Fields: {known}."),
        )
    for header in headers:
        if nfc(header) == nfc(column):
            return header
    for header in headers:
        if slug(header) == slug(column):
            return header
    raise SchemaMismatch(
        Text(f"Tệp không có cột “{column}”.", f"The file has no column “{column}”."),
        _columns_of_file(headers),
    )


def require(found: Iterable[str], headers: Sequence[str]) -> None:
    """Refuse a file in which no code or no name column was found.

    Parameters
    ----------
    found : iterable of str
        Fields that have a column.
    headers : sequence of str
        The file's own column names, for the message.

    Raises
    ------
    SchemaMismatch
        When a needed field is missing; the hint lists the file's columns.
    """
    missing = [field for field in NEEDED if field not in set(found)]
    if not missing:
        return
    words = {"code": Text("mã đơn vị", "unit code"), "name": Text("tên đơn vị", "unit name")}
    vi = " và ".join(words[field].vi for field in missing)
    en = " or ".join(words[field].en for field in missing)
    raise SchemaMismatch(
        Text(f"Không tìm thấy cột {vi} trong tệp.", f"No {en} column was found in the file."),
        _columns_of_file(headers, missing),
    )


def _columns_of_file(headers: Sequence[str], missing: Sequence[str] = NEEDED) -> Text:
    listed = ", ".join(headers) or "–"
    example = " ".join(f"--map {field}=…" for field in missing)
    return Text(
        f"Các cột của tệp: {listed}. Chỉ rõ cột bằng {example}.",
        f"Columns of the file: {listed}. Name the column with {example}.",
    )
