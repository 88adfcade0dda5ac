"""Which HTTP status and which exit code each failure has: two tables, nothing else decides."""

from __future__ import annotations

from layers import errors as failures
from layers.errors import AnttError

__all__ = ["EXIT_CODE", "HTTP_STATUS", "as_json", "exit_code", "http_status"]

HTTP_STATUS: dict[type[AnttError], int] = {
    failures.InvalidParameter: 422,
    failures.NotFound: 404,
    failures.FileMissing: 422,
    failures.FileUnreadable: 422,
    failures.EmptyInput: 422,
    failures.SchemaMismatch: 422,
    failures.GeometryWrong: 422,
    failures.CrsMissing: 422,
    failures.CrsWrong: 422,
    failures.AxesSwapped: 422,
    failures.NoCoordinates: 422,
    failures.TooLarge: 413,
    failures.OutputUnwritable: 409,
    failures.StoreUnreachable: 503,
    failures.StoreBusy: 503,
    failures.StoreFull: 507,
    failures.PortBusy: 503,
    failures.Forbidden: 403,
    failures.SignInRefused: 401,
    failures.TooManyTries: 429,
    failures.StaleVersion: 412,
    failures.Conflict: 409,
    failures.VersionMissing: 428,
    failures.CheckFailed: 409,
    AnttError: 500,
}

EXIT_CODE: dict[type[AnttError], int] = {
    failures.InvalidParameter: 2,
    failures.NotFound: 2,
    failures.FileMissing: 3,
    failures.FileUnreadable: 3,
    failures.EmptyInput: 3,
    failures.SchemaMismatch: 3,
    failures.GeometryWrong: 3,
    failures.CrsMissing: 3,
    failures.CrsWrong: 3,
    failures.AxesSwapped: 3,
    failures.NoCoordinates: 3,
    failures.TooLarge: 3,
    failures.OutputUnwritable: 3,
    failures.StoreUnreachable: 4,
    failures.StoreBusy: 4,
    failures.StoreFull: 4,
    failures.PortBusy: 4,
    failures.Forbidden: 5,
    failures.SignInRefused: 5,
    failures.TooManyTries: 5,
    failures.StaleVersion: 5,
    failures.Conflict: 5,
    failures.VersionMissing: 2,
    failures.CheckFailed: 7,
    AnttError: 70,
}


def http_status(problem: AnttError) -> int:
    """Find the HTTP status of a failure.

    Parameters
    ----------
    problem : AnttError
        The failure.

    Returns
    -------
    int
        The status of its class.
    """
    return HTTP_STATUS[type(problem)]


def exit_code(problem: AnttError) -> int:
    """Find the exit code of a failure.

    Parameters
    ----------
    problem : AnttError
        The failure.

    Returns
    -------
    int
        The code of its class; the documented list is in `docs/errors.md`.
    """
    return EXIT_CODE[type(problem)]


def as_json(problem: AnttError, language: str) -> dict[str, object]:
    """Say a failure as one JSON object.

    Parameters
    ----------
    problem : AnttError
        The failure.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    dict
        ``code``, ``message`` and ``hint``, and the details of the failure under their own names.
    """
    return {
        **problem.details,
        "code": problem.code,
        "message": problem.message.in_language(language),
        "hint": problem.hint.in_language(language),
    }
