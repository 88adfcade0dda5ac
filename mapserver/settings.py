"""The settings: one frozen table of name, type, default and help, read once at the start."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from layers.errors import InvalidParameter
from layers.wording import Text

__all__ = ["SETTINGS", "Region", "Setting", "Settings", "from_environment"]


@dataclass(frozen=True)
class Setting:
    """One row of the settings table.

    Parameters
    ----------
    name : str
        Field of `Settings`.
    read : callable
        Turns text into the value; raises ValueError when it cannot.
    default : str
        The value as text.
    help : Text
        What it is for.
    """

    name: str
    read: Callable[[str], object]
    default: str
    help: Text

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return f"ANTT_{self.name.upper()}"


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise ValueError(text) from problem
    return text


def _positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return read


def _yes_or_no(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(text)
    return text == "yes"


def _slugs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _host_names(text: str) -> tuple[str, ...]:
    names = tuple(part.lower().strip("[]") for part in _slugs(text))
    if not all(_HOST_NAME.fullmatch(name) for name in names):
        raise ValueError(text)
    return names


def _networks(text: str) -> tuple[str, ...]:
    return tuple(str(ip_network(part)) for part in _slugs(text))


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read


Region = tuple[float, float, float, float]

# A name or an IP address, without a port.
_HOST_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f.]*:[0-9a-f:.]*")

# As layers.geo.VIETNAM, written again because that module takes half a second to import.
_VIETNAM: Region = (102.0, 6.0, 118.0, 23.6)


def _region(text: str) -> Region:
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(text)
    return west, south, east, north


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "store",
        str,
        "antt.gpkg",
        Text("Kho dữ liệu: đường dẫn tệp GeoPackage.", "The store: path of a GeoPackage file."),
    ),
    Setting(
        "timezone",
        _zone,
        "Asia/Ho_Chi_Minh",
        Text("Múi giờ xác định một “ngày”.", "The time zone that defines a “day”."),
    ),
    Setting("lang", _one_of("vi", "en"), "vi", Text("Ngôn ngữ mặc định: vi hoặc en.", "Default language: vi or en.")),
    Setting(
        "cache_mb",
        _positive,
        "64",
        Text("Bộ nhớ đệm tối đa của một tiến trình (MB).", "Largest cache of one process (MB)."),
    ),
    Setting(
        "max_upload_mb",
        _positive,
        "200",
        Text("Tệp tải lên lớn nhất được nhận (MB).", "Largest file taken from an upload (MB)."),
    ),
    Setting(
        "region",
        _region,
        ",".join(map(str, _VIETNAM)),
        Text(
            "Khu vực của kho: tây,nam,đông,bắc (độ). Khi đã có ranh giới, vụ việc ngoài khu vực bị giữ lại.",
            "The store's region: west,south,east,north (degrees). Once boundaries are loaded, "
            "incidents beyond it are set aside.",
        ),
    ),
    Setting(
        "quarantine_days",
        _positive,
        "90",
        Text("Số ngày giữ nội dung các dòng bị giữ lại.", "Days that the content of rows set aside is kept."),
    ),
    Setting(
        "session_idle_minutes",
        _positive,
        "60",
        Text("Phiên đăng nhập kết thúc sau bấy nhiêu phút không dùng.", "A session ends after so many idle minutes."),
    ),
    Setting(
        "session_hours",
        _positive,
        "12",
        Text("Phiên đăng nhập kéo dài tối đa bấy nhiêu giờ.", "A session ends after so many hours at the latest."),
    ),
    Setting(
        "cube_k",
        _whole(3, 1000),
        "5",
        Text("Số vụ nhỏ nhất được công bố (từ 3).", "Smallest count of incidents that is published (3 or more)."),
    ),
    Setting(
        "cube_cell_m",
        _whole(100, 100_000),
        "500",
        Text("Cạnh ô lưới của số liệu công bố (m, từ 100).", "Side of the cells of published counts (m, 100 or more)."),
    ),
    Setting(
        "cube_release_day",
        _whole(1, 28),
        "10",
        Text(
            "Ngày trong tháng công bố số liệu tháng trước (1–28).",
            "Day of the month on which the month before is published (1–28).",
        ),
    ),
    Setting(
        "cube_sensitive",
        _slugs,
        "",
        Text(
            "Loại vụ việc không bao giờ công bố, thêm vào các loại nhạy cảm có sẵn (mã, cách nhau dấu phẩy).",
            "Categories never published, besides those marked as sensitive (slugs, separated by commas).",
        ),
    ),
    Setting(
        "residents",
        _yes_or_no,
        "no",
        Text(
            "Cho người chưa đăng nhập xem số liệu đã công bố: yes hoặc no.",
            "Whether whoever is not signed in may see the published counts: yes or no.",
        ),
    ),
    Setting(
        "audit_key_file",
        str,
        "~/.config/antt/audit.key",
        Text(
            "Tệp khóa niêm phong nhật ký, ngoài thư mục giữ kho; tự tạo khi cần lần đầu. Cần sao lưu riêng.",
            "The key file that seals the history, outside the store's folder; made when first needed. "
            "Back it up by itself.",
        ),
    ),
    Setting(
        "secret_key",
        str.strip,
        "",
        Text(
            "Khóa bí mật của máy chủ, ít nhất 32 byte ngẫu nhiên: ký khóa của mọi biểu mẫu để trang khác không giả "
            "được; bắt buộc khi mở ra ngoài máy này. Đổi khóa thì trang đang mở phải tải lại; phiên đăng nhập vẫn còn.",
            "The server's secret key, at least 32 random bytes: it signs the keys of all forms, so that no other page "
            "can forge one; needed to serve beyond this machine. With another key open pages must be loaded anew; "
            "sessions go on.",
        ),
    ),
    Setting(
        "host_names",
        _host_names,
        "",
        Text(
            "Tên máy chủ hoặc địa chỉ mà người dùng gõ, cách nhau dấu phẩy; tên khác bị từ chối.",
            "Names or addresses that people type, separated by commas; other names are refused.",
        ),
    ),
    Setting(
        "trusted_proxies",
        _networks,
        "",
        Text(
            "Địa chỉ hoặc dải mạng của proxy phía trước, cách nhau dấu phẩy; chỉ tin X-Forwarded-* từ đó.",
            "Addresses or networks of the proxy in front, separated by commas; X-Forwarded-* is believed from there.",
        ),
    ),
    Setting(
        "rate_per_minute",
        _whole(60, 100_000),
        "1200",
        Text(
            "Số yêu cầu mỗi phút của một tài khoản, hoặc của một địa chỉ khi chưa đăng nhập (từ 60).",
            "Requests a minute of one account, or of one address without an account (60 or more).",
        ),
    ),
    Setting(
        "log",
        _one_of("faults", "requests"),
        "faults",
        Text(
            "Nhật ký kỹ thuật ra stderr: faults (chỉ lỗi) hoặc requests (thêm mỗi yêu cầu một dòng JSON).",
            "The technical log on stderr: faults alone, or requests: also one JSON line for each request.",
        ),
    ),
)


@dataclass(frozen=True)
class Settings:
    """The settings of one run.

    Parameters
    ----------
    store : str
        Address of the store.
    timezone : str
        IANA name of the time zone that defines a day.
    lang : str
        ``vi`` or ``en``.
    cache_mb : int
        Megabytes each process may keep in its cache.
    max_upload_mb : int
        Megabytes of the largest file taken from an upload.
    region : tuple of float
        The store's region: west, south, east, north, degrees.
    quarantine_days : int
        Days that the content of rows set aside is kept.
    session_idle_minutes, session_hours : int
        A session ends after so many idle minutes, and after so many hours at the latest.
    cube_k : int
        Smallest count of incidents that is published.
    cube_cell_m : int
        Side of the cells of published counts, metres.
    cube_release_day : int
        Day of the month on which the month before is published.
    cube_sensitive : tuple of str
        Slugs of categories never published, besides those marked as sensitive.
    residents : bool
        Whether whoever is not signed in may see the published counts.
    audit_key_file : str
        Path of the key file that seals the history.
    secret_key : str
        The server's secret; empty when it serves this machine alone.
    host_names : tuple of str
        Names it is asked under, beside those of this machine.
    trusted_proxies : tuple of str
        Networks of the proxies whose ``X-Forwarded-*`` is believed.
    rate_per_minute : int
        Requests a minute of one account, or of one address without an account.
    log : str
        ``faults`` or ``requests``.
    """

    store: str = "antt.gpkg"
    timezone: str = "Asia/Ho_Chi_Minh"
    lang: str = "vi"
    cache_mb: int = 64
    max_upload_mb: int = 200
    region: Region = _VIETNAM
    quarantine_days: int = 90
    session_idle_minutes: int = 60
    session_hours: int = 12
    cube_k: int = 5
    cube_cell_m: int = 500
    cube_release_day: int = 10
    cube_sensitive: tuple[str, ...] = ()
    residents: bool = False
    audit_key_file: str = "~/.config/antt/audit.key"
    secret_key: str = field(default="", repr=False)
    host_names: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    rate_per_minute: int = 1200
    log: str = "faults"


def from_environment(environment: Mapping[str, str], **given: object) -> Settings:
    """Read the settings; what is given on the command line comes before the environment.

    Parameters
    ----------
    environment : mapping of str to str
        Usually `os.environ`.
    **given : object
        Values already read; None means not given.

    Returns
    -------
    Settings
        The frozen settings.

    Raises
    ------
    InvalidParameter
        When a variable's value is not understood.

    Examples
    --------
    >>> settings = from_environment({"ANTT_LANG": "en"}, store="city.gpkg")
    >>> settings.store, settings.lang, settings.cache_mb
    ('city.gpkg', 'en', 64)
    """
    values: dict[str, Any] = {setting.name: _read(setting, environment) for setting in SETTINGS}
    values |= {name: value for name, value in given.items() if value is not None}
    return Settings(**values)


def _read(setting: Setting, environment: Mapping[str, str]) -> object:
    text = environment.get(setting.variable, setting.default)
    try:
        return setting.read(text)
    except ValueError as problem:
        raise InvalidParameter(
            Text(f"Giá trị “{text}” của {setting.variable} không dùng được.",
                 f"The value “{text}” of {setting.variable} cannot be used."),
            setting.help,
        ) from problem  # fmt: skip
