"""One plain sentence for a map and one for each hotspot, made from the numbers alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from layers.hotspots.density import DensityGrid
from layers.hotspots.figures import percent, q_value, whole
from layers.hotspots.local import FALSE_DISCOVERY_RATE, LocalResult
from layers.hotspots.methods import METHOD_NAMES
from layers.hotspots.study_area import StudyArea
from layers.wording import Text

__all__ = ["THIS_CELL", "OutOfSample", "cell_sentence", "density_sentence", "left_out", "map_sentence"]

THIS_CELL = Text("Ô này", "This cell")

_NAMES = METHOD_NAMES | {"gi": Text("Gi", "Gi")}

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


def cell_sentence(
    result: LocalResult, cell: int, *, days: int, tried: OutOfSample | None = None, subject: Text = THIS_CELL
) -> Text:
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
    subject : Text
        What the cell is called.

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
        evidence = Text("không giáp vùng nào nên không kiểm định được", "without neighbours, so it cannot be tested")
    else:
        evidence = Text(f"{said.vi} ({q_value(q).vi})", f"{said.en} ({q_value(q).en})")
    proof = _tried(tried)
    noun = "incident" if count == 1 else "incidents"
    return Text(
        f"{subject.vi} có {whole(count).vi} vụ trong {days} ngày, {evidence.vi}{proof.vi}.",
        f"{subject.en} has {whole(count).en} {noun} in {days} days, {evidence.en}{proof.en}.",
    )


def map_sentence(
    result: LocalResult, area: StudyArea, *, days: int, outside: int = 0, noun: Text = Text("ô", "cells")
) -> Text:
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
    noun : Text
        What the cells are called, many of them.

    Returns
    -------
    Text
        One sentence, and one for each thing a reader must know.
    """
    hot = int(result.hot.sum())
    caught, total = int(result.counts[result.hot].sum()), int(result.counts.sum())
    share = percent(caught / total)
    cells, name, rate = whole(len(result.counts)), _NAMES[result.statistic], percent(FALSE_DISCOVERY_RATE)
    found = Text(
        f"{hot} trong {cells.vi} {noun.vi} là điểm nóng, chứa {share.vi} số vụ" if hot
        else f"không {noun.vi} nào trong {cells.vi} {noun.vi} đủ cơ sở để coi là điểm nóng",
        f"{hot} of {cells.en} {noun.en} are hotspots and hold {share.en} of the incidents" if hot
        else f"none of {cells.en} {noun.en} can be called a hotspot",
    )  # fmt: skip
    also = left_out(outside)
    return Text(
        " ".join([(f"{whole(total).vi} vụ trong {days} ngày, phạm vi {area.said.vi}: {found.vi} "
                  f"({name.vi}, tỷ lệ báo động sai tối đa {rate.vi})."),
                  *also[0], *(note.vi for note in result.notes)]),
        " ".join([(f"{whole(total).en} incidents in {days} days over {area.said.en}: {found.en} "
                  f"({name.en}, at most {rate.en} false discoveries expected)."),
                  *also[1], *(note.en for note in result.notes)]),
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
    peak, count = whole(round(float(grid.values.max()))), whole(grid.count)
    also = left_out(grid.outside)
    return Text(
        " ".join([(f"Mật độ của {count.vi} vụ trong {days} ngày, bán kính làm mịn {grid.bandwidth_m:.0f} m, cao nhất "
                  f"{peak.vi} vụ/km²; bản đồ mật độ chưa chứng minh nơi nào là điểm nóng."), *also[0]]),
        " ".join([(f"Density of {count.en} incidents in {days} days with a bandwidth of {grid.bandwidth_m:.0f} m, at "
                  f"most {peak.en} per km²; a density alone does not prove a hotspot."), *also[1]]),
    )  # fmt: skip


def left_out(outside: int) -> tuple[list[str], list[str]]:
    """Say that incidents lie outside the study area.

    Parameters
    ----------
    outside : int
        How many.

    Returns
    -------
    tuple of list of str
        A sentence in Vietnamese and in English; none where none lie outside.
    """
    if not outside:
        return [], []
    number = whole(outside)
    return [f"{number.vi} vụ ngoài phạm vi không được tính."], [f"{number.en} outside the area are not counted."]


def _tried(tried: OutOfSample | None) -> Text:
    if tried is None:
        return Text("", "")
    area, hits = percent(tried.area_share), percent(tried.hit_rate)
    return Text(
        f"; kiểm nghiệm {tried.months} tháng: {area.vi} diện tích này bắt được {hits.vi} số vụ kỳ sau",
        f"; tried over {tried.months} months: {area.en} of the area caught {hits.en} of the next period's incidents",
    )
