"""The sentences of clusters, near repeats, emerging hotspots and repeat places, made from the numbers alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np

from layers.hotspots.clusters import Cluster, Clusters
from layers.hotspots.emerging import PATTERN_NAMES, EmergingHotspots, Pattern
from layers.hotspots.figures import decimal, percent, q_value, whole
from layers.hotspots.local import FALSE_DISCOVERY_RATE
from layers.hotspots.near_repeat import NearRepeat
from layers.hotspots.repeats import RepeatPlaces
from layers.hotspots.sentences import THIS_CELL, left_out
from layers.hotspots.study_area import StudyArea
from layers.records import vi_date
from layers.wording import Text

__all__ = [
    "cluster_sentence",
    "clusters_sentence",
    "emerging_cell_sentence",
    "emerging_sentence",
    "near_repeat_sentence",
    "repeat_sentence",
    "repeats_sentence",
    "ring_sentence",
]

_EPOCH = dt.date(1970, 1, 1)


def cluster_sentence(cluster: Cluster) -> Text:
    """Say what one cluster holds.

    Parameters
    ----------
    cluster : Cluster
        Its days are days since 1970-01-01.

    Returns
    -------
    Text
        One sentence.
    """
    first, last = (_EPOCH + dt.timedelta(days=int(day)) for day in (cluster.first_day, cluster.last_day))
    count, area = whole(cluster.count), decimal(cluster.area_m2 / 1e6, 2)
    return Text(
        f"Cụm này có {count.vi} vụ từ {vi_date(first)} đến {vi_date(last)}, trên {area.vi} km².",
        f"This cluster holds {count.en} incidents from {first} to {last} on {area.en} km².",
    )


def clusters_sentence(found: Clusters, area: StudyArea, *, days: int, outside: int) -> Text:
    """Say what a map of clusters shows, and that it is no test.

    Parameters
    ----------
    found : Clusters
        The clusters.
    area : StudyArea
        What was searched.
    days : int
        Length of the period.
    outside : int
        Incidents that lie outside the area and are not counted.

    Returns
    -------
    Text
        One sentence, and one more when incidents were left out.
    """
    total = len(found.labels)
    number, share = whole(len(found.clusters)), percent(1 - found.noise_count / total)
    eps, least, eps_days = (found.evidence.parameters[name] for name in ("eps_m", "min_points", "eps_days"))
    soon = Text("", "") if eps_days is None else Text(f" và {eps_days:g} ngày", f" and {eps_days:g} days")
    also = left_out(outside)
    return Text(
        " ".join([(f"{whole(total).vi} vụ trong {days} ngày, phạm vi {area.said.vi}: {number.vi} cụm, gồm {share.vi} "
                  f"số vụ (từ {least} vụ trong {eps:g} m{soon.vi}). Cụm chỉ mô tả việc đã xảy ra, chưa phải kiểm "
                  "định."), *also[0]]),
        " ".join([(f"{whole(total).en} incidents in {days} days over {area.said.en}: {number.en} clusters with "
                  f"{share.en} of them ({least} or more within {eps:g} m{soon.en}). Clusters describe the past; "
                  "they are no test."), *also[1]]),
    )  # fmt: skip


def emerging_cell_sentence(
    found: EmergingHotspots, cell: int, *, count: int, days: int, subject: Text = THIS_CELL
) -> Text:
    """Say what became of one cell.

    Parameters
    ----------
    found : EmergingHotspots
        Of the map.
    cell : int
        The number of the cell.
    count : int
        Incidents in it over all steps.
    days : int
        Length of all steps.
    subject : Text
        What the cell is called.

    Returns
    -------
    Text
        One sentence.
    """
    hot, cold = found.hot[cell], found.cold[cell]
    kind = Text("điểm nóng", "hotspot") if hot is not Pattern.NONE else Text("điểm lạnh", "cold spot")
    pattern = PATTERN_NAMES[hot if hot is not Pattern.NONE else cold]
    last = q_value(float(found.q[cell, -1])) if np.isfinite(found.q[cell, -1]) else Text("q –", "q –")
    said = Text("chưa đủ cơ sở để nói về xu hướng", "not enough to speak of a trend")
    if hot is not Pattern.NONE or cold is not Pattern.NONE:
        said = Text(f"{kind.vi} {pattern.vi} (bước cuối {last.vi})", f"{pattern.en} {kind.en} (last step {last.en})")
    return Text(
        f"{subject.vi} có {whole(count).vi} vụ trong {days} ngày: {said.vi}.",
        f"{subject.en} has {whole(count).en} incidents in {days} days: {said.en}.",
    )


def emerging_sentence(
    found: EmergingHotspots, area: StudyArea, *, total: int, step_days: float, outside: int, early: int = 0
) -> Text:
    """Say what a map of emerging hotspots shows.

    Parameters
    ----------
    found : EmergingHotspots
        Of the map.
    area : StudyArea
        What it covers.
    total : int
        Incidents in all steps.
    step_days : float
        Length of a step.
    outside : int
        Incidents that lie outside the area and are not counted.
    early : int
        Incidents before the first step, which are not counted.

    Returns
    -------
    Text
        One sentence, and one more for each kind of incidents that were left out.
    """
    held = Counter(pattern for pattern in found.hot if pattern is not Pattern.NONE)
    rows = [(number, PATTERN_NAMES[pattern]) for pattern, number in held.most_common()]
    vi = ", ".join(f"{number} {name.vi}" for number, name in rows) or "chưa ô nào đủ cơ sở để coi là điểm nóng"
    en = ", ".join(f"{number} {name.en}" for number, name in rows) or "no cell can be called a hotspot"
    head = Text(f"{sum(held.values())} điểm nóng: ", f"{sum(held.values())} hotspots: ") if rows else Text("", "")
    steps, rate = found.z.shape[1], percent(FALSE_DISCOVERY_RATE)
    also = [said + more for said, more in zip(left_out(outside), _before_the_steps(early), strict=True)]
    return Text(
        " ".join([(f"{whole(total).vi} vụ trong {steps} bước {step_days:g} ngày, phạm vi {area.said.vi}: {head.vi}{vi} "
                  f"(Gi* từng bước, tỷ lệ báo động sai tối đa {rate.vi})."), *also[0]]),
        " ".join([(f"{whole(total).en} incidents in {steps} steps of {step_days:g} days over {area.said.en}: "
                  f"{head.en}{en} (Gi* of each step, at most {rate.en} false discoveries expected)."), *also[1]]),
    )  # fmt: skip


def _before_the_steps(early: int) -> tuple[list[str], list[str]]:
    if not early:
        return [], []
    number = whole(early)
    return (
        [f"{number.vi} vụ trước bước đầu tiên không được tính."],
        [f"{number.en} before the first step are not counted."],
    )


def ring_sentence(found: NearRepeat, ring: int, span: int) -> Text:
    """Say what one field of the table of near repeats means.

    Parameters
    ----------
    found : NearRepeat
        The table.
    ring, span : int
        Row and column.

    Returns
    -------
    Text
        One sentence.
    """
    where, when = _how_far(found.bands.distance_m, ring), _how_soon(found.bands.days, span)
    pairs, ratio, q = int(found.observed[ring, span]), float(found.ratio[ring, span]), float(found.q[ring, span])
    if q <= FALSE_DISCOVERY_RATE:
        times = decimal(ratio)
        said = Text(f"gấp {times.vi} lần ngẫu nhiên ({q_value(q).vi})",
                    f"{times.en} times what chance brings ({q_value(q).en})")  # fmt: skip
    else:
        said = Text(f"không hơn ngẫu nhiên rõ rệt ({q_value(q).vi})", f"not clearly more than chance ({q_value(q).en})")
    return Text(
        f"Có {whole(pairs).vi} cặp vụ {where.vi}, {when.vi}: {said.vi}.",
        f"{whole(pairs).en} pairs of incidents lie {where.en}, {when.en}: {said.en}.",
    )


def _how_far(edges_m: tuple[float, ...], ring: int) -> Text:
    # A ring leaves out what the rings inside it hold, and the sentence must not claim it.
    metres, inner_m = edges_m[ring], edges_m[ring - 1] if ring else None
    if not metres:
        return Text("tại cùng một nơi", "at the same place")
    if inner_m is None:
        return Text(f"cách nhau đến {metres:g} m", f"up to {metres:g} m apart")
    if not inner_m:
        return Text(f"khác nơi, cách nhau đến {metres:g} m", f"at two places up to {metres:g} m apart")
    return Text(f"cách nhau trên {inner_m:g} đến {metres:g} m", f"more than {inner_m:g} and up to {metres:g} m apart")


def _how_soon(edges_days: tuple[float, ...], span: int) -> Text:
    days = edges_days[span]
    if not span:
        return Text(f"trong {days:g} ngày", f"within {days:g} days")
    after = edges_days[span - 1]
    return Text(f"cách trên {after:g} đến {days:g} ngày", f"more than {after:g} and up to {days:g} days apart")


def near_repeat_sentence(found: NearRepeat, area: StudyArea, *, outside: int) -> Text:
    """Say whether incidents draw others after them.

    Parameters
    ----------
    found : NearRepeat
        The table.
    area : StudyArea
        What it covers.
    outside : int
        Incidents that lie outside the area and are not counted.

    Returns
    -------
    Text
        The strongest field, or that there is none.
    """
    clear = (found.q <= FALSE_DISCOVERY_RATE) & np.isfinite(found.ratio)
    said = Text("Chưa thấy vụ việc lặp lại gần nhiều hơn ngẫu nhiên.", "No near repeats beyond chance were found.")
    if clear.any():
        strongest = np.where(clear, found.ratio, -1.0)
        ring, span = np.unravel_index(int(strongest.argmax()), strongest.shape)
        said = ring_sentence(found, int(ring), int(span))
    total, also = whole(found.incident_count), left_out(outside)
    return Text(
        " ".join([f"{total.vi} vụ, phạm vi {area.said.vi}. {said.vi}", *also[0]]),
        " ".join([f"{total.en} incidents over {area.said.en}. {said.en}", *also[1]]),
    )


def repeat_sentence(count: int, *, days: int) -> Text:
    """Say how often something happened at one place.

    Parameters
    ----------
    count : int
        Incidents.
    days : int
        Length of the period.

    Returns
    -------
    Text
        One sentence.
    """
    return Text(
        f"Nơi này có {whole(count).vi} vụ trong {days} ngày.",
        f"This place has {whole(count).en} incidents in {days} days.",
    )


def repeats_sentence(found: RepeatPlaces, area: StudyArea, *, days: int, outside: int) -> Text:
    """Say how few places hold how many incidents.

    Parameters
    ----------
    found : RepeatPlaces
        The places.
    area : StudyArea
        What was searched.
    days : int
        Length of the period.
    outside : int
        Incidents that lie outside the area and are not counted.

    Returns
    -------
    Text
        One sentence, and one for each thing a reader must know.
    """
    held = found.concentration
    places, at_them = held.repeated()
    share, total, also = percent(held.places_share(0.8)), whole(held.incident_count), left_out(outside)
    caution = [] if found.caution is None else [found.caution]
    return Text(
        " ".join([(f"{total.vi} vụ trong {days} ngày, phạm vi {area.said.vi}: {whole(places).vi} nơi có từ hai vụ trở "
                  f"lên, gồm {whole(at_them).vi} vụ; {share.vi} số nơi có vụ việc chiếm 80 % số vụ."),
                  *also[0], *(each.vi for each in caution)]),
        " ".join([(f"{total.en} incidents in {days} days over {area.said.en}: {whole(places).en} places have two or "
                  f"more, {whole(at_them).en} in all; {share.en} of the places with any hold 80% of the incidents."),
                  *also[1], *(each.en for each in caution)]),
    )  # fmt: skip
