"""The administrator's pages of the history: searched, checked, its head printed. Complete without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layers.wording import Text
from mapserver.rendering.account_pages import OfficePage, rendered

__all__ = ["AuditAnswer", "AuditLine", "HeadShown", "render_audit", "render_audit_check"]


@dataclass(frozen=True)
class AuditLine:
    """One record as it is listed.

    Parameters
    ----------
    seq : int
        Its place in the chain.
    at, who : str
        Local time, and the account.
    action, what : Text
        What was done, to what.
    why : str
        The reason given.
    address : Text
        Where from.
    """

    seq: int
    at: str
    who: str
    action: Text
    what: Text
    why: str
    address: Text


@dataclass(frozen=True)
class HeadShown:
    """The end of the chain, as it is printed and kept elsewhere.

    Parameters
    ----------
    head : str
        Number and keyed hash of the last record.
    seq : int
        Its number.
    at, printed_at : str
        Local time of the last record and of the page.
    key_id, store : str
        Name of the key, and of the store.
    """

    head: str
    seq: int
    at: str
    printed_at: str
    key_id: str
    store: str


@dataclass(frozen=True)
class AuditAnswer:
    """What a check has found.

    Parameters
    ----------
    records, sealed, unsealed : int
        Records of the chain; entries of the map data's history under seals, and behind the last one.
    findings : sequence of Text
        Empty when all is as it was written.
    sealed_anew_at : int or None
        Record since which seals are held against the store.
    compared : bool
        Whether a head that was kept elsewhere was compared.
    """

    records: int
    sealed: int
    unsealed: int
    findings: Sequence[Text]
    sealed_anew_at: int | None
    compared: bool


def render_audit(
    page: OfficePage,
    lines: Sequence[AuditLine],
    asked: Mapping[str, str],
    *,
    actions: Sequence[tuple[str, Text]],
    links: Mapping[str, str],
) -> str:
    """Render the search of the history.

    Parameters
    ----------
    page : OfficePage
        The page.
    lines : sequence of AuditLine
        What was found, newest first.
    asked : mapping of str to str
        The fields as they were sent.
    actions : sequence of tuple of str and Text
        Stable name and title of each action.
    links : mapping of str to str
        Addresses of the files, and of the ``newest`` and the ``older`` page; empty where there is none.

    Returns
    -------
    str
        An HTML document.
    """
    words = {"lines": lines, "asked": asked, "actions": actions, "links": links}
    return rendered("audit.html", page, words, keep={name: value for name, value in asked.items() if value})


def render_audit_check(page: OfficePage, answer: AuditAnswer, head: HeadShown | None, *, kept: str) -> str:
    """Render the result of a check, with the head to print.

    Parameters
    ----------
    page : OfficePage
        The page.
    answer : AuditAnswer
        What was found.
    head : HeadShown or None
        None when there is no record yet.
    kept : str
        The head that was typed for comparison.

    Returns
    -------
    str
        An HTML document.
    """
    words = {"answer": answer, "head": head, "kept": kept}
    return rendered("audit_check.html", page, words, keep={"head": kept} if kept else None)
