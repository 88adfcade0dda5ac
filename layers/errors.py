"""What can go wrong, as a small vocabulary: one root, one line for each failure.

Every failure carries a stable `code`, a message that says what happened and a hint that
says what to do, both in Vietnamese and English. Which HTTP status and which exit code a
failure has is not decided here: see the two tables in `mapserver.errors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from layers.wording import Text

__all__ = [
    "AnttError",
    "AxesSwapped",
    "CheckFailed",
    "Conflict",
    "CrsMissing",
    "CrsWrong",
    "EmptyInput",
    "FileMissing",
    "FileUnreadable",
    "Forbidden",
    "GeometryWrong",
    "InvalidParameter",
    "NoCoordinates",
    "NotFound",
    "OutputUnwritable",
    "PortBusy",
    "SchemaMismatch",
    "SignInRefused",
    "StaleVersion",
    "StoreBusy",
    "StoreFull",
    "StoreUnreachable",
    "TooLarge",
    "TooManyTries",
    "VersionMissing",
]


class AnttError(Exception):
    """The root of every failure the program foresees.

    Parameters
    ----------
    message : Text
        What happened, in both languages.
    hint : Text, optional
        What to do next, in both languages.
    details : mapping, optional
        Plain values that belong to the failure, such as both versions of a record.
    """

    code: ClassVar[str] = "fault"

    def __init__(
        self, message: Text, hint: Text = Text("", ""), *, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message.en)
        self.message = message
        self.hint = hint
        self.details = dict(details or {})


class InvalidParameter(AnttError):
    """A parameter is not understood or not allowed; the message says what is."""

    code = "invalid_parameter"


class NotFound(AnttError):
    """A named thing does not exist."""

    code = "not_found"


class FileMissing(AnttError):
    """A file that was named is not there."""

    code = "file_missing"


class FileUnreadable(AnttError):
    """A file is there but is not of a kind that can be read."""

    code = "file_unreadable"


class EmptyInput(AnttError):
    """An input holds no record."""

    code = "empty_input"


class SchemaMismatch(AnttError):
    """An input lacks columns that are needed, or a frame breaks its column contract."""

    code = "schema_mismatch"


class GeometryWrong(AnttError):
    """Geometry of another kind than expected, or none where it is needed."""

    code = "geometry_wrong"


class CrsMissing(AnttError):
    """A file does not say its coordinate system and none was given."""

    code = "crs_missing"


class CrsWrong(AnttError):
    """Positions fall outside Việt Nam: the coordinate system is not the one stated."""

    code = "crs_wrong"


class AxesSwapped(AnttError):
    """Latitude and longitude are in each other's place."""

    code = "axes_swapped"


class NoCoordinates(AnttError):
    """No row of a table has a usable place."""

    code = "no_coordinates"


class TooLarge(AnttError):
    """An input or a request is larger than the limit."""

    code = "too_large"


class OutputUnwritable(AnttError):
    """An output file cannot be written where it was asked for."""

    code = "output_unwritable"


class StoreUnreachable(AnttError):
    """The store cannot be opened or reached."""

    code = "store_unreachable"


class StoreBusy(AnttError):
    """Another process holds the store; trying again will do."""

    code = "store_busy"


class StoreFull(StoreUnreachable):
    """The disk that holds the store has no room left; nothing of the last call was kept."""

    code = "store_full"


class PortBusy(AnttError):
    """The port asked for is taken by another program."""

    code = "port_busy"


class Forbidden(AnttError):
    """The action is not allowed here or to this person."""

    code = "forbidden"


class SignInRefused(AnttError):
    """Nobody is recognised by what was shown; the message never says which part of it was wrong."""

    code = "sign_in_refused"


class TooManyTries(AnttError):
    """Something was asked for too often; the details say after how many seconds it may be asked again."""

    code = "too_many_tries"


class Conflict(AnttError):
    """The change contradicts what the store holds."""

    code = "conflict"


class StaleVersion(Conflict):
    """The record was changed by somebody else in the meantime."""

    code = "stale_version"


class VersionMissing(AnttError):
    """A change does not say which version of the record it was based on."""

    code = "version_missing"


class CheckFailed(AnttError):
    """A check or verification found a problem."""

    code = "check_failed"
