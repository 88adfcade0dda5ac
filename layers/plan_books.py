"""The books of planning: plans, what was done in each, and what people said about it (ADR 22)."""

from __future__ import annotations

from layers.schema import GeometryKind, Kind, Layer, LayerSchema, column
from layers.wording import Text

__all__ = ["PLANS", "PLAN_COMMENTS", "PLAN_OPS"]

PLANS = Layer(
    "plans",
    Text("Phương án địa giới", "Boundary plans"),
    LayerSchema(
        (
            column("name", Kind.TEXT, "Tên phương án", "Name", required=True),
            column("level", Kind.TEXT, "Cấp", "Level", required=True),
            column("parent", Kind.TEXT, "Mã tỉnh hoặc xã, phường", "Code of the province or ward", required=True),
            column("parent_name", Kind.TEXT, "Tỉnh hoặc xã, phường", "Province or ward", required=True),
            column("base_as_of", Kind.DATE, "Ranh giới gốc ngày", "Base borders of", required=True),
            column("base_mark", Kind.TEXT, "Dấu của ranh giới gốc", "Mark of the base", required=True),
            column("state", Kind.TEXT, "Trạng thái", "State", required=True),
            column("author", Kind.TEXT, "Người lập", "Author", required=True),
            column("created_at", Kind.MOMENT, "Lập lúc", "Created at", required=True),
            column("branched_from", Kind.TEXT, "Tách từ phương án", "Branched from"),
            column("entries", Kind.INTEGER, "Số thao tác đã ghi", "Number of entries", required=True),
            column("last_at", Kind.MOMENT, "Sửa lần cuối lúc", "Last changed at", required=True),
            column("effective_on", Kind.DATE, "Có hiệu lực từ", "Effective on"),
            column("decree", Kind.TEXT, "Văn bản", "Decree"),
            column("state_by", Kind.TEXT, "Người chuyển trạng thái", "State set by"),
            column("state_at", Kind.MOMENT, "Chuyển trạng thái lúc", "State set at"),
            column("state_reason", Kind.TEXT, "Lý do", "Reason"),
            column("approved_mark", Kind.TEXT, "Dấu của ranh giới được duyệt", "Mark of what was approved"),
            column("frozen_hash", Kind.TEXT, "Mã kiểm ranh giới ban hành", "Hash of what was published"),
        ),
        GeometryKind.NONE,
    ),
    time_column=None,
    style="book",
)

# Only ever added to: undoing is one more row.
PLAN_OPS = Layer(
    "plan_ops",
    Text("Thao tác của phương án", "Entries of plans"),
    LayerSchema(
        (
            column("plan_id", Kind.TEXT, "Phương án", "Plan", required=True),
            column("number", Kind.INTEGER, "Số thứ tự", "Number", required=True),
            column("kind", Kind.TEXT, "Thao tác", "Kind", required=True),
            column("author", Kind.TEXT, "Người thực hiện", "Author", required=True),
            column("at", Kind.MOMENT, "Lúc", "At", required=True),
            column("reason", Kind.TEXT, "Lý do", "Reason"),
            column("entry", Kind.TEXT, "Nội dung (JSON)", "Content (JSON)", required=True),
        ),
        GeometryKind.NONE,
    ),
    time_column=None,
    style="book",
)

PLAN_COMMENTS = Layer(
    "plan_comments",
    Text("Ý kiến về phương án", "Comments on plans"),
    LayerSchema(
        (
            column("plan_id", Kind.TEXT, "Phương án", "Plan", required=True),
            column("author", Kind.TEXT, "Người nêu ý kiến", "Author", required=True),
            column("at", Kind.MOMENT, "Lúc", "At", required=True),
            column("text", Kind.TEXT, "Ý kiến", "Comment", required=True),
            column("entry_number", Kind.INTEGER, "Về thao tác số", "On entry number"),
            column("unit", Kind.TEXT, "Về đơn vị", "On unit"),
            column("arc", Kind.TEXT, "Về đoạn ranh giới", "On border"),
            column("settled_by", Kind.TEXT, "Người đánh dấu đã xử lý", "Settled by"),
            column("settled_at", Kind.MOMENT, "Đã xử lý lúc", "Settled at"),
        ),
        GeometryKind.NONE,
    ),
    time_column=None,
    style="book",
)
