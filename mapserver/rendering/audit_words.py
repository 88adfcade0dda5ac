"""What a record of the history is about, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from layers.access.roles import Role
from layers.wording import Text

__all__ = ["in_words"]

_NAMES: Mapping[str, Text] = MappingProxyType({
    "account": Text("Tài khoản", "Account"),
    "action": Text("Hành động", "Action"),
    "added": Text("Thêm mới", "Added"),
    "address": Text("Địa chỉ", "Address"),
    "after": Text("Sau mục", "Behind entry"),
    "area": Text("địa bàn", "area"),
    "as_of": Text("ranh giới ngày", "boundaries of"),
    "bbox": Text("khung", "box"),
    "category": Text("loại", "category"),
    "count": Text("Số mục", "Entries"),
    "days": Text("số ngày", "days"),
    "disabled": Text("đã khóa", "shut"),
    "ended": Text("Kết thúc", "Ended"),
    "filter": Text("Bộ lọc", "Filter"),
    "from": Text("từ", "from"),
    "label": Text("nhãn", "label"),
    "last": Text("Đến mục", "Up to entry"),
    "layer": Text("Lớp", "Layer"),
    "made": Text("Tạo mới", "Made"),
    "name": Text("tên", "name"),
    "next_key": Text("Khóa mới", "New key"),
    "record": Text("bản ghi", "record"),
    "role": Text("vai trò", "role"),
    "rows": Text("Số dòng", "Rows"),
    "scopes": Text("quyền", "rights"),
    "severity": Text("mức độ", "severity"),
    "status": Text("trạng thái", "status"),
    "since": Text("từ", "from"),
    "to": Text("đến", "to"),
    "token": Text("Mã truy cập", "Token"),
    "unit": Text("đơn vị", "unit"),
    "until": Text("đến", "to"),
    "what": Text("nội dung", "text"),
    "who": Text("người", "who"),
})  # fmt: skip
_VALUES: Mapping[str, Text] = MappingProxyType({
    "audit": Text("nhật ký", "history"),
    "cameras": Text("camera", "cameras"),
    "incidents": Text("vụ việc", "incidents"),
    "revoked": Text("thu hồi", "taken back"),
    "session": Text("phiên", "session"),
    **{str(role): role.label for role in Role},
})  # fmt: skip
# For programs that check seals; nobody reads them.
_LEFT_OUT = frozenset({"digest"})


def in_words(content: Mapping[str, object]) -> Text:
    """Say what a record is about.

    Parameters
    ----------
    content : mapping
        The record's `what`.

    Returns
    -------
    Text
        One line; names that are not known stay as they are.

    Examples
    --------
    >>> in_words({"account": "lan", "before": {"role": "viewer"}, "after": {"role": "analyst"}}).vi
    'Tài khoản: lan; vai trò: Người xem → Phân tích viên'
    """
    return Text("; ".join(_parts(content, "vi")), "; ".join(_parts(content, "en")))


def _parts(content: Mapping[str, object], language: str) -> Iterator[str]:
    before, after = content.get("before"), content.get("after")
    is_change = isinstance(before, dict) and isinstance(after, dict)
    # A seal names every entry it covers.
    left_out = _LEFT_OUT | ({"rows"} if "digest" in content else set()) | ({"before", "after"} if is_change else set())
    for name, value in content.items():
        if name == "changed" and value == ["password"]:
            yield Text("Đặt mật khẩu mới", "Another password").in_language(language)
        elif name not in left_out:
            yield f"{_name(name, language)}: {_value(value, language)}"
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _changes(before, after, language)


def _changes(before: Mapping[str, object], after: Mapping[str, object], language: str) -> Iterator[str]:
    for name in after:
        if before.get(name) != after[name]:
            was, is_now = _value(before.get(name), language), _value(after[name], language)
            yield f"{_name(name, language)}: {was} → {is_now}"


def _name(name: str, language: str) -> str:
    return _NAMES[name].in_language(language) if name in _NAMES else name


def _value(value: object, language: str) -> str:
    if value is None:
        return Text("toàn bộ", "everywhere").in_language(language)
    if isinstance(value, bool):
        return (Text("có", "yes") if value else Text("không", "no")).in_language(language)
    if isinstance(value, dict):
        # What is not so goes without saying.
        told = {name: one for name, one in value.items() if one is not False}
        return ", ".join(f"{_name(name, language)} {_value(one, language)}" for name, one in told.items()) or "–"
    if isinstance(value, list):
        return ", ".join(_value(one, language) for one in value) or "–"
    said = str(value)
    return _VALUES[said].in_language(language) if said in _VALUES else said
