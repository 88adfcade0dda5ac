"""What can be wrong with a PostGIS store, looked for one by one."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql

from layers.catalog import LAYERS
from layers.store.postgis_connections import Row
from layers.store.postgis_layout import has_reference, table, wanting
from layers.store.postgis_sql import compose, named, plain
from layers.wording import Text

__all__ = ["problems_of"]

Connection = psycopg.Connection[Row]

_TRIGGERS = ["antt_count", "antt_history", "antt_history_insert", "antt_refuse_truncate", "antt_tell"]
# So that a store in ruins is told in a page, not in a book.
_SHOWN_MAX = 20

_MEANING = {
    "missing_index": Text("Thiếu chỉ mục {name}", "The index {name} is missing or broken"),
    "idle_trigger": Text("Trigger {name} thiếu hoặc bị tắt", "The trigger {name} is missing or switched off"),
    "unproven_constraint": Text("Ràng buộc {name} chưa được kiểm tra", "The constraint {name} is not validated"),
    "missing_version": Text("Lớp {name} không có phiên bản dữ liệu", "The layer {name} has no data version"),
    "silent_import": Text("Lần nhập {name} đang dở, đã im lặng quá 5 phút",
                          "The import {name} is running but silent for more than 5 minutes"),
    "orphan_quarantine": Text("{count} dòng cách ly không thuộc lần nhập nào ({name})",
                              "{count} quarantined rows belong to no import ({name})"),
    "orphan_incidents": Text("{count} vụ việc thuộc lần nhập {name} không có trong sổ nhập",
                             "{count} incidents are of the import {name}, which is not in the ledger"),
    "overlapping_units": Text("Đơn vị {name} có phiên bản trùng thời gian", "Versions of unit {name} overlap in time"),
    "reversed_units": Text("Đơn vị {name} hết hiệu lực trước khi có hiệu lực", "The unit {name} ends before it begins"),
    "reversed_incidents": Text("{count} vụ việc của nguồn {name} kết thúc trước khi bắt đầu",
                               "{count} incidents of {name} end before they begin"),
    "doubled_reference": Text("Số hồ sơ {name} có {count} vụ việc", "The reference {name} has {count} incidents"),
    "off_the_earth": Text("{count} hình của lớp {name} rỗng hoặc ngoài phạm vi kinh vĩ độ",
                          "{count} shapes of {name} are empty or off the earth"),
    "empty_required": Text("{count} dòng thiếu giá trị bắt buộc {name}", "{count} rows lack the required {name}"),
}  # fmt: skip


def problems_of(connection: Connection) -> list[str]:
    """Look for everything that can be wrong.

    Parameters
    ----------
    connection : psycopg.Connection
        To a store.

    Returns
    -------
    list of str
        Vietnamese / English; empty when the store is sound.
    """
    if wanting(connection):
        return ["Kho chưa ở bố cục mới nhất: chạy `antt store migrate` / The layout is not the newest: migrate"]
    return [*_of_the_whole(connection), *_of_each_layer(connection)]


def _of_the_whole(connection: Connection) -> Iterator[str]:
    keys = [layer.key for layer in LAYERS]
    indexes = [f"{key}_geom" for key in keys]
    indexes += [f"{layer.key}_reference" for layer in LAYERS if has_reference(layer)]
    values = {"missing_index": {"names": indexes}, "missing_version": {"layers": keys}}
    values["idle_trigger"] = {"layers": keys, "names": _TRIGGERS}
    for check in _MEANING:
        if "{table}" not in named("checks.sql")[check]:
            yield from _told(check, connection.execute(plain("checks.sql", check), values.get(check)).fetchall())


def _of_each_layer(connection: Connection) -> Iterator[str]:
    for layer in LAYERS:
        key = sql.Literal(layer.key)
        looking = compose(named("checks.sql")["off_the_earth"], table=table(layer), name=key)
        yield from _told("off_the_earth", connection.execute(looking).fetchall())
        for column in layer.schema.columns:
            if column.required:
                name, place = sql.Literal(f"{layer.key}.{column.name}"), sql.Identifier(column.name)
                looking = compose(named("checks.sql")["empty_required"], table=table(layer), name=name, column=place)
                yield from _told("empty_required", connection.execute(looking).fetchall())


def _told(check: str, rows: list[Row]) -> Iterator[str]:
    meaning = _MEANING[check]
    for name, count in rows[:_SHOWN_MAX]:
        yield f"{meaning.vi.format(name=name, count=count)} / {meaning.en.format(name=name, count=count)}"
    if len(rows) > _SHOWN_MAX:
        yield f"… {len(rows) - _SHOWN_MAX} nữa / more: {check}"
