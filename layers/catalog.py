"""The layers of the map: one declaration each, and the code lists they use.

Import, storage, drawing, legend, table and export are derived from these declarations,
so a new point layer is one declaration here and nothing else.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from layers.errors import NotFound
from layers.schema import Column, GeometryKind, Kind, LayerSchema
from layers.wording import Text, fold

__all__ = [
    "CAMERAS",
    "INCIDENTS",
    "LAYERS",
    "SAFEZONES",
    "SCHEMATIC",
    "SYNTHETIC",
    "UNITS",
    "Category",
    "Layer",
    "SafezoneKind",
    "categories",
    "category_of",
    "group_of",
    "layer",
    "safezone_kinds",
]


# Marks in a `source` column that every picture must repeat in words.
SCHEMATIC = "so_do_minh_hoa"
SYNTHETIC = "du_lieu_mo_phong"


@dataclass(frozen=True)
class Layer:
    """One layer of the map.

    Parameters
    ----------
    key : str
        Its name in stores, addresses and files.
    title : Text
        Its name for people.
    schema : LayerSchema
        Its column contract.
    time_column : str or None
        The column that a period filters, None where the layer has no time.
    style : str
        How it is drawn: ``area``, ``incident`` or ``symbol``.
    """

    key: str
    title: Text
    schema: LayerSchema
    time_column: str | None
    style: str


@dataclass(frozen=True)
class Category:
    """One category of incidents.

    Parameters
    ----------
    slug : str
        Stable ASCII key.
    group : str
        Slug of the group of the police statistics it is counted in.
    title : Text
        Its name for people.
    sensitive : bool
        Whether its points are never shown to the public.
    synonyms : tuple of str
        Folded words that files use for it.
    """

    slug: str
    group: str
    title: Text
    sensitive: bool
    synonyms: tuple[str, ...]


@dataclass(frozen=True)
class SafezoneKind:
    """One kind of community-safety model.

    Parameters
    ----------
    slug : str
        Stable ASCII key.
    title : Text
        Its name for people.
    symbol : str
        Name of its drawn symbol.
    """

    slug: str
    title: Text
    symbol: str


def _column(name: str, kind: Kind, *title: str, required: bool = False) -> Column:
    return Column(name, kind, Text(*title), required)


UNITS = Layer(
    "units",
    Text("Ranh giới đơn vị hành chính", "Administrative units"),
    LayerSchema(
        (
            _column("code", Kind.TEXT, "Mã", "Code", required=True),
            _column("name", Kind.TEXT, "Tên", "Name", required=True),
            _column("unit_type", Kind.TEXT, "Loại", "Type", required=True),
            _column("level", Kind.TEXT, "Cấp", "Level", required=True),
            _column("parent", Kind.TEXT, "Mã tỉnh", "Province code"),
            _column("parent_name", Kind.TEXT, "Tỉnh, thành phố", "Province"),
            _column("valid_from", Kind.DATE, "Từ ngày", "Valid from", required=True),
            _column("valid_to", Kind.DATE, "Đến trước ngày", "Valid to"),
            _column("decree", Kind.TEXT, "Văn bản", "Decree"),
            _column("area_km2_published", Kind.REAL, "Diện tích công bố (km²)", "Published area (km²)"),
            _column("area_km2", Kind.REAL, "Diện tích đo (km²)", "Measured area (km²)"),
            _column("population", Kind.INTEGER, "Dân số", "Population"),
            _column("formed_from", Kind.TEXT, "Hợp thành từ", "Formed from"),
            _column("source", Kind.TEXT, "Nguồn", "Source"),
        ),
        GeometryKind.AREA,
    ),
    time_column=None,
    style="area",
)

INCIDENTS = Layer(
    "incidents",
    Text("Vụ việc", "Incidents"),
    LayerSchema(
        (
            _column("source", Kind.TEXT, "Nguồn", "Source", required=True),
            _column("source_ref", Kind.TEXT, "Số hồ sơ", "Source reference", required=True),
            _column("occurred_from", Kind.MOMENT, "Xảy ra từ", "Occurred from", required=True),
            _column("occurred_to", Kind.MOMENT, "Xảy ra đến", "Occurred to"),
            _column("reported_at", Kind.MOMENT, "Báo lúc", "Reported at"),
            _column("category", Kind.TEXT, "Loại vụ việc", "Category", required=True),
            _column("category_source", Kind.TEXT, "Loại theo nguồn", "Category as written"),
            _column("severity", Kind.TEXT, "Mức độ", "Severity"),
            _column("status", Kind.TEXT, "Trạng thái", "Status"),
            _column("location_accuracy_m", Kind.REAL, "Sai số vị trí (m)", "Location accuracy (m)"),
            _column("location_method", Kind.TEXT, "Cách xác định vị trí", "Location method"),
            _column("reported_unit", Kind.TEXT, "Đơn vị ghi nhận", "Reported unit"),
            _column("channel", Kind.TEXT, "Kênh tiếp nhận", "Channel"),
            _column("sensitivity", Kind.TEXT, "Độ nhạy cảm", "Sensitivity"),
            _column("import_id", Kind.TEXT, "Lần nhập", "Import"),
            _column("content_hash", Kind.TEXT, "Mã nội dung", "Content hash"),
            _column("withdrawn", Kind.TEXT, "Lý do rút", "Withdrawn because"),
        ),
        GeometryKind.POINT,
    ),
    time_column="occurred_from",
    style="incident",
)

SAFEZONES = Layer(
    "safezones",
    Text("Mô hình bảo đảm an ninh, trật tự", "Community-safety models"),
    LayerSchema(
        (
            _column("kind", Kind.TEXT, "Loại mô hình", "Kind", required=True),
            _column("name", Kind.TEXT, "Tên", "Name", required=True),
            _column("established_on", Kind.DATE, "Thành lập", "Established on"),
            _column("status", Kind.TEXT, "Trạng thái", "Status"),
            _column("households", Kind.INTEGER, "Số hộ", "Households"),
            _column("members", Kind.INTEGER, "Thành viên", "Members"),
            _column("review_due", Kind.DATE, "Hạn rà soát", "Review due"),
            _column("score", Kind.REAL, "Điểm", "Score"),
        ),
        GeometryKind.ANY,
    ),
    time_column=None,
    style="symbol",
)

CAMERAS = Layer(
    "cameras",
    Text("Camera giám sát", "Cameras"),
    LayerSchema(
        (
            _column("name", Kind.TEXT, "Tên", "Name", required=True),
            _column("azimuth_deg", Kind.REAL, "Hướng (độ)", "Azimuth (degrees)"),
            _column("field_of_view_deg", Kind.REAL, "Góc nhìn (độ)", "Field of view (degrees)"),
            _column("range_m", Kind.REAL, "Tầm nhìn (m)", "Range (m)"),
            _column("status", Kind.TEXT, "Trạng thái", "Status"),
            _column("last_heard_at", Kind.MOMENT, "Tín hiệu gần nhất", "Last heard"),
        ),
        GeometryKind.POINT,
        geometry_required=True,
    ),
    time_column=None,
    style="symbol",
)

LAYERS: tuple[Layer, ...] = (UNITS, INCIDENTS, SAFEZONES, CAMERAS)


def layer(key: str) -> Layer:
    """Find a layer by its key.

    Parameters
    ----------
    key : str
        Such as ``"incidents"``.

    Returns
    -------
    Layer
        The declaration.

    Raises
    ------
    NotFound
        When no layer has the key.
    """
    for declared in LAYERS:
        if declared.key == key:
            return declared
    known = ", ".join(declared.key for declared in LAYERS)
    raise NotFound(
        Text(f"Không có lớp “{key}”.", f"There is no layer “{key}”."),
        Text(f"Các lớp có: {known}.", f"Layers: {known}."),
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("layers").joinpath("codelists", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def categories() -> tuple[Category, ...]:
    """Read the shipped list of incident categories.

    Returns
    -------
    tuple of Category
        Groups and their subcategories in the order of the list.
    """
    return tuple(
        Category(
            row["slug"],
            row["parent"] or row["slug"],
            Text(row["title_vi"], row["title_en"]),
            row["sensitive"] == "1",
            tuple(row["synonyms"].split("|")),
        )
        for row in _rows("categories.csv")
    )


@cache
def _slug_by_word() -> dict[str, str]:
    words: dict[str, str] = {}
    for category in categories():
        for word in (category.slug, fold(category.title.vi), fold(category.title.en), *category.synonyms):
            words.setdefault(word, category.slug)
    return words


def category_of(text: str) -> str | None:
    """Find the category that a file's own word means.

    Parameters
    ----------
    text : str
        As written in the file.

    Returns
    -------
    str or None
        A slug; None when the word is not in the list.

    Examples
    --------
    >>> category_of("Trộm cắp tài sản"), category_of("ROBBERY"), category_of("lạ")
    ('trom_cap', 'cuop', None)
    """
    return _slug_by_word().get(fold(text))


def group_of(slug: str) -> str:
    """Find the group of the police statistics a category is counted in.

    Parameters
    ----------
    slug : str
        A category's slug.

    Returns
    -------
    str
        The group's slug; ``khac`` for an unknown one.

    Examples
    --------
    >>> group_of("trom_cap"), group_of("ma_tuy"), group_of("?")
    ('trat_tu_xa_hoi', 'ma_tuy', 'khac')
    """
    return {category.slug: category.group for category in categories()}.get(slug, "khac")


@cache
def safezone_kinds() -> tuple[SafezoneKind, ...]:
    """Read the shipped list of community-safety models.

    Returns
    -------
    tuple of SafezoneKind
        In the order of the list.
    """
    return tuple(
        SafezoneKind(row["slug"], Text(row["title_vi"], row["title_en"]), row["symbol"])
        for row in _rows("safezone_kinds.csv")
    )
