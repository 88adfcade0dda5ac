"""`antt published`: the counts that readers without the right to exact places are served from."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import click

from layers.records import vi_date
from layers.wording import Text
from mapserver.cli.run import Run, command_options
from mapserver.cli.stores import reading_store
from mapserver.cli.tables import figure
from mapserver.clock import utc_now
from mapserver.services.published import Report, release, report, terms_of
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader

__all__ = ["published"]

_AUDIT_FAILED = 7


@click.group()
def published() -> None:
    """Số liệu công bố, số nhỏ được giữ lại. / Published counts, small ones withheld."""


@published.command("release")
@command_options
def release_(run: Run) -> None:
    """Công bố các tháng đã đến hạn. / Publish the months that are due."""
    terms, now = terms_of(run.settings), utc_now()
    with reading_store(run) as store:
        publication = Publication(store)
        made = release(Reader(store, run.settings.timezone), publication, terms, now=now)
        summed = report(publication, terms, today=_today(run, now))
    count = len(made.months)
    run.say(
        Text(f"Đã công bố thêm {count} tháng.", f"Published {count} more months.")
        if count
        else Text(
            f"Không có tháng nào đến hạn; lần sau từ {vi_date(summed.next_release)}.",
            f"No month is due; the next release is on {summed.next_release}.",
        )
    )
    _say(run, summed)
    if made.late:
        run.say(
            Text(
                f"  {figure(made.late, 0, 'vi')} vụ nhập sau khi tháng đã công bố: không đưa vào số liệu công bố.",
                f"  {figure(made.late, 0, 'en')} incidents were entered after their month was published: left out.",
            )
        )
    run.result(summed.as_json() | {"added": count, "late": made.late, "store": run.store_shown})


@published.command()
@command_options
def show(run: Run) -> None:
    """Cho biết đã công bố những gì. / Tell what was published."""
    summed = _report(run)
    _say(run, summed)
    run.result(summed.as_json() | {"store": run.store_shown})


@published.command("audit")
@command_options
def audit_(run: Run) -> int:
    """Kiểm tra xem số liệu công bố có làm lộ số nhỏ không. / Check that no small count can be derived."""
    summed = _report(run)
    for fault in summed.found.faults:
        run.say(fault)
    if summed.found.faults:
        number = len(summed.found.faults)
        run.say(Text(f"Không đạt: {number} chỗ có thể bị suy ra.", f"Failed: {number} counts could be derived."))
    else:
        run.say(Text("Đạt: không suy ra được số nào bị giữ lại.", "Passed: no count left out can be derived."))
    _say(run, summed)
    run.result(summed.as_json() | {"store": run.store_shown})
    return _AUDIT_FAILED if summed.found.faults else 0


def _report(run: Run) -> Report:
    terms = terms_of(run.settings)
    with reading_store(run) as store:
        return report(Publication(store), terms, today=_today(run, utc_now()))


def _say(run: Run, summed: Report) -> None:
    if not summed.months:
        run.say(Text("Chưa công bố tháng nào.", "Nothing is published yet."))
        return
    for text in _sentences(summed):
        run.say(text)


def _sentences(summed: Report) -> tuple[Text, ...]:
    first, last = summed.months[0], summed.months[-1]
    kept, reached = summed.kept, summed.found.k_reached
    in_cells, in_totals = (100 * part / max(kept.incidents, 1) for part in (kept.in_cells, kept.in_totals))
    return (
        Text(
            f"  {len(summed.months)} tháng, từ {first.month}/{first.year} đến {last.month}/{last.year}; "
            f"ngưỡng {summed.k} vụ, ô {summed.cell_m} m; số nhỏ nhất suy ra được: {_or_none(reached, 'không có')}.",
            f"  {len(summed.months)} months, {first:%Y-%m} to {last:%Y-%m}; "
            f"threshold {summed.k}, cells of {summed.cell_m} m; smallest count derivable: {_or_none(reached, 'none')}.",
        ),
        Text(
            f"  Ô lưới: công bố {figure(kept.cells, 0, 'vi')}, giữ lại {figure(kept.cells_suppressed, 0, 'vi')}; "
            f"thể hiện {figure(in_cells, 1, 'vi')} % số vụ.",
            f"  Cells: {figure(kept.cells, 0, 'en')} published, {figure(kept.cells_suppressed, 0, 'en')} left out; "
            f"they show {figure(in_cells, 1, 'en')} % of the incidents.",
        ),
        Text(
            f"  Đơn vị: công bố {figure(kept.totals, 0, 'vi')}, giữ lại {figure(kept.totals_small, 0, 'vi')} vì nhỏ "
            f"và {figure(kept.totals_withheld, 0, 'vi')} để không suy ra được ô; "
            f"thể hiện {figure(in_totals, 1, 'vi')} % số vụ.",
            f"  Units: {figure(kept.totals, 0, 'en')} published, {figure(kept.totals_small, 0, 'en')} left out as small"
            f" and {figure(kept.totals_withheld, 0, 'en')} that would tell a cell; "
            f"they show {figure(in_totals, 1, 'en')} % of the incidents.",
        ),
        Text(
            f"  Lần công bố tiếp theo: từ {vi_date(summed.next_release)}.",
            f"  Next release: {summed.next_release}.",
        ),
    )


def _or_none(number: int | None, words: str) -> str:
    return words if number is None else str(number)


def _today(run: Run, now: dt.datetime) -> dt.date:
    return now.astimezone(ZoneInfo(run.settings.timezone)).date()
