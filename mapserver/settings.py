"""The settings: one frozen table of name, type, default and help, read once at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


def _language(text: str) -> str:
    if text not in {"vi", "en"}:
        raise ValueError(text)
    return text


def _positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


Region = tuple[float, float, float, float]

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
    Setting("lang", _language, "vi", Text("Ngôn ngữ mặc định: vi hoặc en.", "Default language: vi or en.")),
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
    """

    store: str = "antt.gpkg"
    timezone: str = "Asia/Ho_Chi_Minh"
    lang: str = "vi"
    cache_mb: int = 64
    max_upload_mb: int = 200
    region: Region = _VIETNAM
    quarantine_days: int = 90


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
