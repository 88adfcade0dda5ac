"""The books: layers without places, kept, versioned, copied and checked like every other layer (ADR 16)."""

from __future__ import annotations

from layers.schema import GeometryKind, Kind, Layer, LayerSchema, column
from layers.wording import Text

__all__ = ["LINEAGE", "REPAIRS", "STANDARDS"]

LINEAGE = Layer(
    "lineage",
    Text("Kế thừa giữa đơn vị cũ và mới", "Lineage of units"),
    LayerSchema(
        (
            column("from_version", Kind.TEXT, "Đơn vị cũ (mã@từ ngày)", "From version", required=True),
            column("to_version", Kind.TEXT, "Đơn vị mới (mã@từ ngày)", "To version", required=True),
            column("kind", Kind.TEXT, "Kiểu", "Kind", required=True),
            column("effective_on", Kind.DATE, "Có hiệu lực từ", "Effective on", required=True),
            column("area_share", Kind.REAL, "Phần diện tích", "Area share"),
            column("population_share", Kind.REAL, "Phần dân số", "Population share"),
            column("method", Kind.TEXT, "Cách tính diện tích", "Method of the area share", required=True),
            column("population_method", Kind.TEXT, "Cách tính dân số", "Method of the people share", required=True),
            column("confidence", Kind.TEXT, "Độ tin cậy", "Confidence", required=True),
            column("decree", Kind.TEXT, "Văn bản", "Decree"),
            column("note", Kind.TEXT, "Ghi chú của bảng", "Note of the table"),
            column("source", Kind.TEXT, "Nguồn", "Source"),
        ),
        GeometryKind.NONE,
    ),
    time_column=None,
    style="book",
)

STANDARDS = Layer(
    "standards",
    Text("Tiêu chuẩn đơn vị hành chính", "Standards of units"),
    LayerSchema(
        (
            column("document", Kind.TEXT, "Văn bản", "Document", required=True),
            column("in_force_from", Kind.DATE, "Hiệu lực từ", "In force from", required=True),
            column("in_force_to", Kind.DATE, "Hết hiệu lực từ", "No longer from"),
            column("unit_type", Kind.TEXT, "Loại đơn vị", "Unit type", required=True),
            column("setting", Kind.TEXT, "Khu vực", "Setting", required=True),
            column("province_kind", Kind.TEXT, "Thuộc tỉnh hay thành phố", "Kind of province"),
            column("min_area_km2", Kind.REAL, "Diện tích tối thiểu (km²)", "Smallest area (km²)", required=True),
            column("min_population", Kind.INTEGER, "Dân số tối thiểu", "Fewest people", required=True),
            column("source", Kind.TEXT, "Nguồn (văn bản, điều)", "Source (document, article)"),
            column("confirmed", Kind.TEXT, "Mức đối chiếu", "How it was checked"),
            column("unchecked_vi", Kind.TEXT, "Chưa kiểm được", "Not checked (Vietnamese)"),
            column("unchecked_en", Kind.TEXT, "Chưa kiểm được (tiếng Anh)", "Not checked"),
        ),
        GeometryKind.NONE,
    ),
    time_column=None,
    style="book",
)

# What was decided about each gap, overlap and T-junction; the cards themselves follow from the units.
REPAIRS = Layer(
    "repairs",
    Text("Quyết định sửa ranh giới", "Repairs decided"),
    LayerSchema(
        (
            column("key", Kind.TEXT, "Mã chỗ lỗi", "Key", required=True),
            column("kind", Kind.TEXT, "Loại lỗi", "Kind", required=True),
            column("units", Kind.TEXT, "Các đơn vị", "Units", required=True),
            column("area_m2", Kind.REAL, "Diện tích (m²)", "Area (m²)", required=True),
            column("decision", Kind.TEXT, "Quyết định", "Decision", required=True),
            column("given_to", Kind.TEXT, "Giao cho", "Given to"),
            column("proposed", Kind.TEXT, "Chương trình đề xuất", "Proposed"),
            column("who", Kind.TEXT, "Người quyết định", "Decided by", required=True),
            column("why", Kind.TEXT, "Lý do", "Why"),
            column("decided_at", Kind.MOMENT, "Lúc", "Decided at", required=True),
            column("lon", Kind.REAL, "Kinh độ", "Longitude"),
            column("lat", Kind.REAL, "Vĩ độ", "Latitude"),
        ),
        GeometryKind.NONE,
    ),
    time_column=None,
    style="book",
)
