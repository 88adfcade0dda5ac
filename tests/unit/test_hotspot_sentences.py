"""The sentence beside a map says what the numbers say, in both languages."""

from __future__ import annotations

import numpy as np
import shapely

from layers.hotspots.density import kernel_density
from layers.hotspots.local import local_gistar
from layers.hotspots.neighbours import Neighbours, lattice_neighbours
from layers.hotspots.sentences import OutOfSample, cell_sentence, density_sentence, map_sentence
from layers.hotspots.study_area import StudyArea, area_of_units
from layers.wording import Text

ROW, COLUMN = np.divmod(np.arange(400), 20)
QUEEN = lattice_neighbours(ROW, COLUMN)
COUNTS = np.where((ROW < 3) & (COLUMN < 3), 1_041, 1)
UNITS = area_of_units([shapely.box(0, 0, 10_000, 10_000)])


def test_a_hotspot_says_count_certainty_and_what_it_was_worth() -> None:
    said = cell_sentence(local_gistar(COUNTS, QUEEN, seed=1), 21, days=90, tried=OutOfSample(6, 0.05, 0.31))
    assert said.vi == (
        "Ô này có 1.041 vụ trong 90 ngày, cùng các ô liền kề cao hơn hẳn phần còn lại của khu vực (q < 0,001); "
        "kiểm nghiệm 6 tháng: 5 % diện tích này bắt được 31 % số vụ kỳ sau."
    )
    assert said.en == (
        "This cell has 1,041 incidents in 90 days, together with its neighbours clearly more than the rest of the "
        "area (q < 0.001); tried over 6 months: 5% of the area caught 31% of the next period's incidents."
    )


def test_a_cell_that_proves_nothing_says_so() -> None:
    said = cell_sentence(local_gistar(COUNTS, QUEEN, seed=1), 210, days=90)
    assert said.vi == "Ô này có 1 vụ trong 90 ngày, chưa đủ cơ sở để coi là khác phần còn lại của khu vực (q = 1,000)."
    assert said.en.startswith("This cell has 1 incident in 90 days, not enough")


def test_a_cell_without_neighbours_says_that_it_was_not_tested() -> None:
    alone = Neighbours(np.append(QUEEN.starts, QUEEN.starts[-1]), QUEEN.cells)
    said = cell_sentence(local_gistar(np.append(COUNTS, 5), alone, seed=1), 400, days=30)
    assert said.vi == "Ô này có 5 vụ trong 30 ngày, không giáp vùng nào nên không kiểm định được."


def test_a_map_says_area_share_and_what_was_left_out() -> None:
    said = map_sentence(local_gistar(COUNTS, QUEEN, seed=1), UNITS, days=90, outside=12)
    assert said.vi.startswith("9.760 vụ trong 90 ngày, phạm vi 1 đơn vị đã nạp: ")
    assert " trong 400 ô là điểm nóng, chứa 96 % số vụ (Gi*, tỷ lệ báo động sai tối đa 5 %)." in said.vi
    assert said.vi.endswith("12 vụ ngoài phạm vi không được tính.")
    assert said.en.endswith("12 outside the area are not counted.")


def test_a_map_without_a_hotspot_says_so() -> None:
    quiet = local_gistar(np.full(400, 2), QUEEN, seed=1)
    said = map_sentence(quiet, StudyArea(UNITS.geometry, Text("tệp vung.geojson", "the file vung.geojson")), days=7)
    assert "không ô nào trong 400 ô đủ cơ sở để coi là điểm nóng" in said.vi
    assert said.vi.endswith("Mọi ô có cùng số vụ nên không thể có điểm nóng.")


def test_a_density_says_that_it_proves_nothing() -> None:
    x, y = np.array([4_000.0, 6_000.0]), np.array([5_000.0, 5_000.0])
    grid = kernel_density(x, y, bandwidth_m=500, cell_m=100, bounds_m=(0, 0, 10_000, 10_000))
    said = density_sentence(grid, days=30)
    assert said.vi == (
        "Mật độ của 2 vụ trong 30 ngày, bán kính làm mịn 500 m, cao nhất 1 vụ/km²; "
        "bản đồ mật độ chưa chứng minh nơi nào là điểm nóng."
    )
