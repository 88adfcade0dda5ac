"""One plain sentence for a map and one for each hotspot, made from the numbers alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from layers.hotspots.density import DensityGrid
from layers.hotspots.local import FALSE_DISCOVERY_RATE, LocalResult
from layers.hotspots.study_area import StudyArea
from layers.wording import Text

__all__ = ["OutOfSample", "cell_sentence", "density_sentence", "map_sentence"]

_NAMES = {
    "gistar": Text("Gi*", "Gi*"),
    "gi": Text("Gi", "Gi"),
    "moran": Text("Moran cục bộ", "local Moran"),
}

_SAID = {
    "hot": Text("cùng các ô liền kề cao hơn hẳn phần còn lại của khu vực",
                "together with its neighbours clearly more than the rest of the area"),
    "cold": Text("cùng các ô liền kề thấp hơn hẳn phần còn lại của khu vực",
                 "together with its neighbours clearly fewer than the rest of the area"),
    "high_low": Text("là ô cao giữa các ô liền kề thấp rõ rệt", "a high cell among clearly low neighbours"),
    "low_high": Text("là ô thấp giữa các ô liền kề cao rõ rệt", "a low cell among clearly high neighbours"),
    "": Text("chưa đủ cơ sở để coi là khác phần còn lại của khu vực",
             "not enough to call it different from the rest of the area"),
}  # fmt: skip


@dataclass(frozen=True)
class OutOfSample:
    """What a back-test found: how much of the next periods' incidents a part of the area caught.

    Parameters
    ----------
    months : int
        How long it was tried.
    area_share, hit_rate : float
        Parts of the area and of the incidents, 0 to 1.
    """

    months: int
    area_share: float
    hit_rate: float


def cell_sentence(result: LocalResult, cell: int, *, days: int, tried: OutOfSample | None = None) -> Text:
    """Say what one cell's numbers mean.

    Parameters
    ----------
    result : LocalResult
        Of the map.
    cell : int
        The number of the cell.
    days : int
        Length of the period.
    tried : OutOfSample, optional
        The back-test of the method, when there is one.

    Returns
    -------
    Text
        One sentence.

    Examples
    --------
    >>> import numpy as np
    >>> from layers.hotspots.local import local_gistar
    >>> from layers.hotspots.neighbours import lattice_neighbours
    >>> row, column = np.divmod(np.arange(100), 10)
    >>> counts = np.where((row < 3) & (column < 3), 41, 1)
    >>> print(cell_sentence(local_gistar(counts, lattice_neighbours(row, column), seed=1), 11, days=90).vi)
    Ô này có 41 vụ trong 90 ngày, cùng các ô liền kề cao hơn hẳn phần còn lại của khu vực (q < 0,001).
    """
    count, q = int(result.counts[cell]), float(result.q[cell])
    said = _SAID[str(result.pattern[cell])]
    if math.isnan(q):
        evidence = Text("không có ô liền kề nên không kiểm định được", "without neighbours, so it cannot be tested")
    else:
        evidence = Text(f"{said.vi} ({_q(q).vi})", f"{said.en} ({_q(q).en})")
    proof = _tried(tried)
    noun = "incident" if count == 1 else "incidents"
    return Text(
        f"Ô này có {_whole(count).vi} vụ trong {days} ngày, {evidence.vi}{proof.vi}.",
        f"This cell has {_whole(count).en} {noun} in {days} days, {evidence.en}{proof.en}.",
    )


def map_sentence(result: LocalResult, area: StudyArea, *, days: int, outside: int = 0) -> Text:
    """Say what a map of hotspots shows and how far to trust it.

    Parameters
    ----------
    result : LocalResult
        Of the map.
    area : StudyArea
        What it covers.
    days : int
        Length of the period.
    outside : int
        Incidents that lie outside the area and are not counted.

    Returns
    -------
    Text
        One sentence, and one for each thing a reader must know.
    """
    hot = int(result.hot.sum())
    caught, total = int(result.counts[result.hot].sum()), int(result.counts.sum())
    share = _percent(caught / total)
    cells, name, rate = _whole(len(result.counts)), _NAMES[result.statistic], _percent(FALSE_DISCOVERY_RATE)
    found = Text(
        f"{hot} trong {cells.vi} ô là điểm nóng, chứa {share.vi} số vụ" if hot
        else f"không ô nào trong {cells.vi} ô đủ cơ sở để coi là điểm nóng",
        f"{hot} of {cells.en} cells are hotspots and hold {share.en} of the incidents" if hot
        else f"none of {cells.en} cells can be called a hotspot",
    )  # fmt: skip
    left_out = _left_out(outside)
    return Text(
        " ".join([(f"{_whole(total).vi} vụ trong {days} ngày, phạm vi {area.said.vi}: {found.vi} "
                  f"({name.vi}, tỷ lệ báo động sai tối đa {rate.vi})."),
                  *left_out[0], *(note.vi for note in result.notes)]),
        " ".join([(f"{_whole(total).en} incidents in {days} days over {area.said.en}: {found.en} "
                  f"({name.en}, at most {rate.en} false discoveries expected)."),
                  *left_out[1], *(note.en for note in result.notes)]),
    )  # fmt: skip


def density_sentence(grid: DensityGrid, *, days: int) -> Text:
    """Say what a density map shows, and that it proves nothing by itself.

    Parameters
    ----------
    grid : DensityGrid
        The surface.
    days : int
        Length of the period.

    Returns
    -------
    Text
        One sentence, and one more when incidents were left out.
    """
    peak, count = _whole(round(float(grid.values.max()))), _whole(grid.count)
    left_out = _left_out(grid.outside)
    return Text(
        " ".join([(f"Mật độ của {count.vi} vụ trong {days} ngày, bán kính làm mịn {grid.bandwidth_m:.0f} m, cao nhất "
                  f"{peak.vi} vụ/km²; bản đồ mật độ chưa chứng minh nơi nào là điểm nóng."), *left_out[0]]),
        " ".join([(f"Density of {count.en} incidents in {days} days with a bandwidth of {grid.bandwidth_m:.0f} m, at "
                  f"most {peak.en} per km²; a density alone does not prove a hotspot."), *left_out[1]]),
    )  # fmt: skip


def _left_out(outside: int) -> tuple[list[str], list[str]]:
    if not outside:
        return [], []
    number = _whole(outside)
    return [f"{number.vi} vụ ngoài phạm vi không được tính."], [f"{number.en} outside the area are not counted."]


def _tried(tried: OutOfSample | None) -> Text:
    if tried is None:
        return Text("", "")
    area, hits = _percent(tried.area_share), _percent(tried.hit_rate)
    return Text(
        f"; kiểm nghiệm {tried.months} tháng: {area.vi} diện tích này bắt được {hits.vi} số vụ kỳ sau",
        f"; tried over {tried.months} months: {area.en} of the area caught {hits.en} of the next period's incidents",
    )


def _q(q: float) -> Text:
    if q < 0.001:
        return Text("q < 0,001", "q < 0.001")
    return Text(f"q = {q:.3f}".replace(".", ","), f"q = {q:.3f}")


def _whole(number: int) -> Text:
    grouped = f"{number:,}"
    return Text(grouped.replace(",", "."), grouped)


def _percent(share: float) -> Text:
    return Text(f"{100 * share:.0f} %", f"{100 * share:.0f}%")
