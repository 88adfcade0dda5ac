"""The layers of the map: one declaration each, and the code lists they use.

Import, storage, drawing, legend, table and export are derived from these declarations,
so a new point layer is one declaration here and nothing else.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from layers.books import LINEAGE, REPAIRS, STANDARDS
from layers.errors import NotFound
from layers.plan_books import PLAN_COMMENTS, PLAN_OPS, PLANS
from layers.schema import GeometryKind, Kind, Layer, LayerSchema, column
from layers.wording import Text, fold

__all__ = [
    "CAMERAS",
    "INCIDENTS",
    "LAYERS",
    "LINEAGE",
    "PEOPLE_POINTS",
    "PLANS",
    "PLAN_COMMENTS",
    "PLAN_OPS",
    "REPAIRS",
    "SAFEZONES",
    "SCHEMATIC",
    "STANDARDS",
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


UNITS = Layer(
    "units",
    Text("Ranh giới đơn vị hành chính", "Administrative units"),
    LayerSchema(
        (
            column("code", Kind.TEXT, "Mã", "Code", required=True),
            column("name", Kind.TEXT, "Tên", "Name", required=True),
            column("unit_type", Kind.TEXT, "Loại", "Type", required=True),
            column("level", Kind.TEXT, "Cấp", "Level", required=True),
            column("parent", Kind.TEXT, "Mã tỉnh", "Province code"),
            column("parent_name", Kind.TEXT, "Tỉnh, thành phố", "Province"),
            column("valid_from", Kind.DATE, "Từ ngày", "Valid from", required=True),
            column("valid_to", Kind.DATE, "Đến trước ngày", "Valid to"),
            column("decree", Kind.TEXT, "Văn bản", "Decree"),
            column("area_km2_published", Kind.REAL, "Diện tích công bố (km²)", "Published area (km²)"),
            column("area_km2", Kind.REAL, "Diện tích đo (km²)", "Measured area (km²)"),
            column("population", Kind.INTEGER, "Dân số", "Population"),
            column("formed_from", Kind.TEXT, "Hợp thành từ", "Formed from"),
            column("source", Kind.TEXT, "Nguồn", "Source"),
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
            column("source", Kind.TEXT, "Nguồn", "Source", required=True),
            column("source_ref", Kind.TEXT, "Số hồ sơ", "Source reference", required=True),
            column("occurred_from", Kind.MOMENT, "Xảy ra từ", "Occurred from", required=True),
            column("occurred_to", Kind.MOMENT, "Xảy ra đến", "Occurred to"),
            column("reported_at", Kind.MOMENT, "Báo lúc", "Reported at"),
            column("category", Kind.TEXT, "Loại vụ việc", "Category", required=True),
            column("category_source", Kind.TEXT, "Loại theo nguồn", "Category as written"),
            column("severity", Kind.TEXT, "Mức độ", "Severity"),
            column("status", Kind.TEXT, "Trạng thái", "Status"),
            column("location_accuracy_m", Kind.REAL, "Sai số vị trí (m)", "Location accuracy (m)"),
            column("location_method", Kind.TEXT, "Cách xác định vị trí", "Location method"),
            column("reported_unit", Kind.TEXT, "Đơn vị ghi nhận", "Reported unit"),
            column("channel", Kind.TEXT, "Kênh tiếp nhận", "Channel"),
            column("sensitivity", Kind.TEXT, "Độ nhạy cảm", "Sensitivity"),
            column("import_id", Kind.TEXT, "Lần nhập", "Import"),
            column("content_hash", Kind.TEXT, "Mã nội dung", "Content hash"),
            column("withdrawn", Kind.TEXT, "Lý do rút", "Withdrawn because"),
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
            column("kind", Kind.TEXT, "Loại mô hình", "Kind", required=True),
            column("name", Kind.TEXT, "Tên", "Name", required=True),
            column("established_on", Kind.DATE, "Thành lập", "Established on"),
            column("status", Kind.TEXT, "Trạng thái", "Status"),
            column("households", Kind.INTEGER, "Số hộ", "Households"),
            column("members", Kind.INTEGER, "Thành viên", "Members"),
            column("review_due", Kind.DATE, "Hạn rà soát", "Review due"),
            column("score", Kind.REAL, "Điểm", "Score"),
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
            column("name", Kind.TEXT, "Tên", "Name", required=True),
            column("azimuth_deg", Kind.REAL, "Hướng (độ)", "Azimuth (degrees)"),
            column("field_of_view_deg", Kind.REAL, "Góc nhìn (độ)", "Field of view (degrees)"),
            column("range_m", Kind.REAL, "Tầm nhìn (m)", "Range (m)"),
            column("status", Kind.TEXT, "Trạng thái", "Status"),
            column("last_heard_at", Kind.MOMENT, "Tín hiệu gần nhất", "Last heard"),
        ),
        GeometryKind.POINT,
        geometry_required=True,
    ),
    time_column=None,
    style="symbol",
)

# Numbers of people by block, never a person; plans count them on ground that changes hands.
PEOPLE_POINTS = Layer(
    "people",
    Text("Dân cư theo tổ dân phố", "People by block"),
    LayerSchema(
        (
            column("name", Kind.TEXT, "Tên", "Name"),
            column("people", Kind.INTEGER, "Số người", "People", required=True),
            column("households", Kind.INTEGER, "Số hộ", "Households"),
            column("source", Kind.TEXT, "Nguồn", "Source"),
        ),
        GeometryKind.POINT,
        geometry_required=True,
    ),
    time_column=None,
    style="point",
)

LAYERS: tuple[Layer, ...] = (
    UNITS, INCIDENTS, SAFEZONES, CAMERAS, LINEAGE, STANDARDS, REPAIRS, PLANS, PLAN_OPS, PLAN_COMMENTS,
    PEOPLE_POINTS,
)  # fmt: skip


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
