"""The administrator's pages of the history: search it, take it away as a file, check it, print its head."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from typing import BinaryIO, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request, send_file

from layers.errors import AnttError, InvalidParameter
from layers.store.system_audit import Action, Record
from layers.wording import Text, storable
from mapserver.rendering.account_pages import OfficePage
from mapserver.rendering.audit_pages import AuditAnswer, AuditLine, HeadShown, render_audit, render_audit_check
from mapserver.rendering.audit_words import in_words
from mapserver.services.audit import ACTIONS, Head, head_in
from mapserver.services.audit_search import KINDS, Wanted, days, find_newest, find_records, stream_records
from mapserver.services.audit_verdict import verify_history
from mapserver.web import params
from mapserver.web.people import office_answer, person_now
from mapserver.web.state import State
from mapserver.web.witness import record

__all__ = ["bp"]

bp = Blueprint("audit_pages", __name__, url_prefix="/audit")

_FIELDS = ("who", "action", "what", "from", "to")
_ON_A_PAGE = 50
_WRITTEN_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MIMETYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FROM = {
    "this_machine": Text("Máy chủ", "This machine"),
    "office": Text("Mạng cơ quan", "Office"),
    "outside": Text("Bên ngoài", "Outside"),
}


@bp.get("")
def listed() -> Response:
    """List the records that are asked for, newest first.

    Returns
    -------
    Response
        HTML.
    """
    params.only(request.args, usual=frozenset({*_FIELDS, "lang", "before"}))
    state, asked = State.of(current_app), _asked()
    try:
        found, failure = find_newest(state.audit, _wanted(asked), before=_before(), at_most=_ON_A_PAGE), None
    except InvalidParameter as problem:
        found, failure = None, problem
    lines = [] if found is None else [_line(one) for one in found.records]
    text = render_audit(
        OfficePage(_language(), "/audit", person_now(), failure),
        lines,
        asked,
        actions=[(str(action), ACTIONS[action]) for action in Action],
        links=_links(asked, None if found is None else found.older_than),
    )
    return office_answer(text, failure=failure)


@bp.get("/records.<any(csv, xlsx, json):kind>")
def records(kind: str) -> Response:
    """Send the records that are asked for as a file; that is recorded first.

    Parameters
    ----------
    kind : str
        ``csv``, ``xlsx`` or ``json``.

    Returns
    -------
    Response
        A file, oldest record first.
    """
    params.only(request.args, usual=frozenset({*_FIELDS, "lang"}))
    state, asked, language = State.of(current_app), _asked(), _language()
    found = list(find_records(state.audit, _wanted(asked)))
    named = {name: value for name, value in asked.items() if value}
    record(Action.EXPORT, {"layer": "audit", "filter": named, "rows": len(found)})
    # Closed, and so deleted, when the answer has been sent.
    out = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=1_000_000))  # noqa: SIM115
    stream_records(found, kind, out, language=language)
    out.seek(0)
    return send_file(out, _MIMETYPES[kind], as_attachment=True, download_name=f"nhat-ky.{kind}")


@bp.get("/check")
def check() -> Response:
    """Check the history, against a head that was kept elsewhere when one is given, and show the head of now.

    Returns
    -------
    Response
        HTML that prints as the page to sign.
    """
    params.only(request.args, usual=frozenset({"lang", "head"}))
    state, kept = State.of(current_app), request.args.get("head", "").strip()
    failure: AnttError | None = None
    compared = head_in(kept)
    if kept and compared is None:
        failure = InvalidParameter(
            Text("Không đọc được đầu chuỗi vừa nhập.", "The head that was typed cannot be read."),
            Text("Nhập số bản ghi, dấu hai chấm và 64 chữ số như trên bản in.",
                 "Type the number, a colon and the 64 digits as they are printed."),
        )  # fmt: skip
    verdict = verify_history(state.store, state.audit, compared)
    findings = tuple(one.said for one in verdict.findings)
    answer = AuditAnswer(
        verdict.records, verdict.sealed, verdict.unsealed, findings, verdict.sealed_anew_at, compared is not None
    )
    page = OfficePage(_language(), "/audit/check", person_now(), failure)
    return office_answer(render_audit_check(page, answer, _head(), kept=kept), failure=failure)


def _asked() -> dict[str, str]:
    return {name: storable(request.args.get(name, "")).strip() for name in _FIELDS}


def _wanted(asked: dict[str, str]) -> Wanted:
    named = asked["action"]
    if named and named not in set(Action):
        raise InvalidParameter(
            Text(f"Không có hành động “{named}”.", f"There is no action “{named}”."),
            Text("Chọn trong danh sách.", "Choose from the list."),
        )
    zone = State.of(current_app).whole_reader.timezone
    span = days(_day("from"), _day("to"), zone)
    return Wanted(asked["who"], Action(named) if named else None, asked["what"], **span)


def _day(name: str) -> dt.date | None:
    # As people here write it; in links also the other way round.
    written = _WRITTEN_DAY.fullmatch(request.args.get(name, "").strip())
    if written is None:
        return params.day_of(request.args, name)
    day, month, year = map(int, written.groups())
    try:
        return dt.date(year, month, day)
    except ValueError as problem:
        raise InvalidParameter(
            Text(f"Không có ngày {written[0]}.", f"There is no day {written[0]}."),
            Text("Viết ngày/tháng/năm, ví dụ 20/10/2026.", "Write day/month/year, such as 20/10/2026."),
        ) from problem


def _before() -> int | None:
    return params.counter_of(request.args.get("before", ""))


def _links(asked: dict[str, str], older_than: int | None) -> dict[str, str]:
    kept = {name: value for name, value in asked.items() if value} | {"lang": _language()}
    links = {kind: f"/audit/records.{kind}?{urlencode(kept)}" for kind in KINDS}
    links["older"] = "" if older_than is None else f"/audit?{urlencode(kept | {'before': older_than})}"
    links["newest"] = "" if _before() is None else f"/audit?{urlencode(kept)}"
    return links


def _line(one: Record) -> AuditLine:
    try:
        what = in_words(one.content)
    except ValueError:
        # Bent by hand; it is shown as it stands, and the check says so.
        what = Text(one.what, one.what)
    action = ACTIONS.get(one.action, Text(one.action, one.action))
    return AuditLine(
        one.seq, _local(one.at), one.who, action, what, one.why, _FROM.get(one.address, Text("–", "–"))
    )  # fmt: skip


def _head() -> HeadShown | None:
    state = State.of(current_app)
    last = state.audit.last()
    if last is None:
        return None
    now = _local(state.clock().isoformat())
    head = str(Head(last.seq, last.mac))
    return HeadShown(head, last.seq, _local(last.at), now, last.key_id, state.store.address)


def _local(at: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return at
    return f"{moment.astimezone(State.of(current_app).whole_reader.timezone):%d/%m/%Y %H:%M:%S}"


def _language() -> str:
    return params.language_of(request.args, State.of(current_app).settings.lang)
