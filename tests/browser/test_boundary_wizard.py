"""A messy Shapefile is brought into an empty store on the page, step by step, and its faults are repaired there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect

from layers.catalog import REPAIRS, UNITS
from layers.geo import area_m2
from layers.store import open_store
from tests.browser.conftest import PHONE, Watched
from tests.conftest import ROOT
from tests.messy_files import faulty_cells, official, with_planted_faults

pytestmark = pytest.mark.browser

WALL: ViewportSize = {"width": 1440, "height": 900}
# Long enough for a check on a machine that is busy with other tests.
LONGEST_MS = 60_000


@pytest.fixture
def empty_store(tmp_path: Path) -> Path:
    path = tmp_path / "kho.gpkg"
    open_store(str(path)).close()
    return path


@pytest.fixture
def nasty_file(tmp_path: Path) -> list[str]:
    """Hải Phòng in EPSG:5897 without a .prj, names in the ABC fonts, strips of 3 m cut out and claimed twice."""
    wards = gpd.read_file(ROOT / "data/boundaries/hai_phong_schematic.geojson").to_crs(5897)
    nasty, planted = with_planted_faults(wards)
    assert len(planted) == 8
    file = official(nasty, tmp_path / "ranh_gioi_xa.shp")
    return [str(part) for part in sorted(file.parent.glob(f"{file.stem}.*"))]


def title(page: Page) -> Locator:
    return page.locator("#bd-step-title")


def go_on(page: Page, name: str, *, then: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(title(page)).to_have_text(then, timeout=LONGEST_MS)


def waits(page: Page, number: int) -> None:
    expect(page.locator("#bd-counts")).to_contain_text(f"{number} chỗ chờ quyết định", timeout=LONGEST_MS)


def take_picture(page: Page, folder: Path, name: str) -> None:
    path = Path(os.environ.get("ANTT_PICTURES", folder)) / f"{name}.png"
    page.screenshot(path=path)
    pixels = np.asarray(Image.open(path).convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3) // 8, axis=0)) > 100


def test_a_messy_shapefile_is_imported_and_repaired_on_the_page(
    open_page: Callable[..., Watched],
    serve: Callable[[Path], str],
    empty_store: Path,
    nasty_file: list[str],
    tmp_path: Path,
) -> None:
    page = open_page(f"{serve(empty_store)}/boundaries", size=WALL).page
    step_1_the_file(page, nasty_file)
    step_2_the_text(page, tmp_path)
    step_3_the_coordinate_system(page, tmp_path)
    step_4_dates_and_columns(page)
    step_5_the_result(page)
    the_queue_shows_each_fault(page, tmp_path)
    people_decide_about_each(page)
    assert_store_is_repaired(empty_store)


def step_1_the_file(page: Page, files: list[str]) -> None:
    """The file is sent with its companions; nothing is said about its fonts or its place."""
    expect(page.get_by_role("button", name="Kiểm tra tệp")).to_be_disabled()
    page.set_input_files("#bd-file", files)
    expect(page.locator(".bd-chosen")).to_contain_text("ranh_gioi_xa.shp")
    go_on(page, "Kiểm tra tệp", then="Chữ")


def step_2_the_text(page: Page, pictures: Path) -> None:
    """The names read well in the ABC fonts; what the other encoding would make of them stands beside."""
    names = page.locator("#bd-names")
    expect(names).to_contain_text("Lê Thanh Nghị")
    expect(page.get_by_role("radio", name="TCVN3 (ABC)")).to_be_checked()
    expect(page.get_by_role("row", name="TCVN3")).to_contain_text("100 %")
    expect(page.get_by_role("row", name="Windows-1258")).to_contain_text("Lª Thanh")
    take_picture(page, pictures, "wizard-text")
    page.get_by_role("radio", name="Windows-1258").check()
    expect(names).to_contain_text("Lª Thanh", timeout=LONGEST_MS)
    page.get_by_role("radio", name="TCVN3 (ABC)").check()
    expect(names).to_contain_text("Lê Thanh Nghị", timeout=LONGEST_MS)
    go_on(page, "Tiếp tục", then="Hệ tọa độ")


def step_3_the_coordinate_system(page: Page, pictures: Path) -> None:
    """The zone was found by the published seats; the next zone is 26 km off."""
    expect(page.locator("#bd-crs-used")).to_contain_text("EPSG:5897 – VN-2000, kinh tuyến trục 105°00′")
    expect(page.locator("#bd-step")).to_contain_text("so với trụ sở đã công bố của 114 đơn vị")
    expect(page.get_by_role("row", name="EPSG:9208").first).to_contain_text("25,9 km")
    take_picture(page, pictures, "wizard-crs")
    go_on(page, "Tiếp tục", then="Ngày và cột")


def step_4_dates_and_columns(page: Page) -> None:
    """The columns were guessed; the day is needed before anything can be said about what ends."""
    first_day, decree = page.get_by_label("Có hiệu lực từ ngày"), page.get_by_label("Văn bản quy định ranh giới")
    expect(page.get_by_label("Mã cấp trên")).to_have_value("province_c")
    page.get_by_role("button", name="Tiếp tục").click()
    expect(title(page)).to_have_text("Ngày và cột")
    first_day.fill("32/7/2025")
    first_day.press("Tab")
    expect(page.get_by_text("Ngày không đúng").first).to_be_visible()
    first_day.fill("1/7/2025")
    # Typed while the check that the date started is under way.
    decree.press_sequentially("Nghị quyết 1669/NQ-UBTVQH15")
    outlook = page.locator("#bd-outlook")
    expect(outlook).to_contain_text("Sẽ thay đổi từ 1/7/2025", timeout=LONGEST_MS)
    expect(outlook).to_contain_text("Thêm 114 đơn vị.")
    expect(outlook).to_contain_text("Kết thúc 0 đơn vị")
    expect(decree).to_have_value("Nghị quyết 1669/NQ-UBTVQH15")
    go_on(page, "Tiếp tục", then="Kết quả kiểm tra")


def step_5_the_result(page: Page) -> None:
    """Every planted fault is listed, none was repaired in silence, nothing is written yet."""
    figures = page.locator("#bd-figures")
    expect(figures).to_contain_text("114đơn vị")
    expect(figures).to_contain_text("4khe hở")
    expect(figures).to_contain_text("4chồng lấn")
    expect(page.locator("#bd-step")).to_contain_text("8 chỗ cần người quyết định sau khi nhập")
    page.get_by_role("button", name="Nhập 114 đơn vị").click()


def the_queue_shows_each_fault(page: Page, pictures: Path) -> None:
    """A card for each fault, with its place, its units, and who proposes what and why."""
    waits(page, 8)
    expect(page.get_by_label("Ranh giới ngày")).to_have_value("1/7/2025")
    cards = page.get_by_role("article")
    expect(cards).to_have_count(8)
    expect(cards.first).to_contain_text("Đề xuất giao cho")
    expect(cards.first).to_contain_text("° B,")
    page.get_by_label("Lý do").fill("Biên bản số 12")
    take_picture(page, pictures, "repair-cards")


def people_decide_about_each(page: Page) -> None:
    """One is left by the keyboard, one goes to the other unit, one is accepted, the others all together."""
    cards = page.get_by_role("article")
    cards.first.focus()
    page.keyboard.press("j")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("l")
    waits(page, 7)
    cards.first.get_by_role("button", name="Giao cho").click()
    waits(page, 6)
    cards.first.focus()
    page.keyboard.press("Enter")
    waits(page, 5)
    page.get_by_label("Đến diện tích").fill("100000")
    page.get_by_role("button", name="Chấp nhận tất cả").click()
    waits(page, 0)
    expect(page.locator("#bd-counts")).to_contain_text("1 để nguyên · 8 đã quyết định")
    expect(page.get_by_text("không còn chỗ nào chờ quyết định")).to_be_visible()


def assert_store_is_repaired(path: Path) -> None:
    """All but the card that was left fits together, no unit moved by more than its fault, and the reason is kept."""
    store = open_store(str(path))
    units, decided = store.read(UNITS).set_index("code"), store.read(REPAIRS)
    store.close()
    assert sorted(decided["decision"].value_counts().to_dict().items()) == [("accept", 6), ("change", 1), ("leave", 1)]
    assert set(decided["why"]) == {"Biên bản số 12"}
    assert set(units["decree"]) == {"Nghị quyết 1669/NQ-UBTVQH15"}
    true = gpd.read_file(ROOT / "data/boundaries/hai_phong_schematic.geojson").set_index("code").loc[units.index]
    moved = np.abs(area_m2(units.geometry.to_list()) - area_m2(true.geometry.to_list()))
    assert moved.max() <= 1.01 * decided["area_m2"].max()
    (left,) = decided.loc[decided["decision"] == "leave", "units"]
    sound = units[~units.index.isin(left.split())]
    assert shapely.coverage_is_valid(sound.geometry.to_numpy())


def test_a_file_without_a_place_is_settled_by_hand(
    open_page: Callable[..., Watched], serve: Callable[[Path], str], empty_store: Path, tmp_path: Path
) -> None:
    file = official(faulty_cells().assign(province_code="31").to_crs(9210), tmp_path / "la.shp")
    page = open_page(f"{serve(empty_store)}/boundaries", size=PHONE).page
    page.set_input_files("#bd-file", [str(part) for part in file.parent.glob("la.*")])
    go_on(page, "Kiểm tra tệp", then="Hệ tọa độ")
    expect(page.get_by_role("alert")).to_contain_text("la.shp")
    page.get_by_label("Hệ khác").fill("EPSG:9210")
    go_on(page, "Tiếp tục", then="Ngày và cột")
    expect(page.get_by_role("alert")).to_be_hidden()
    page.get_by_role("button", name="Hệ tọa độ").click()
    expect(page.locator("#bd-step")).to_contain_text("không kiểm tra được")


def test_a_drawing_is_refused_with_the_way_to_convert_it(
    open_page: Callable[..., Watched], serve: Callable[[Path], str], empty_store: Path, tmp_path: Path
) -> None:
    drawing = tmp_path / "ranh.dwg"
    drawing.write_bytes(b"AC1032")
    watched = open_page(f"{serve(empty_store)}/boundaries")
    watched.page.set_input_files("#bd-file", str(drawing))
    watched.page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(watched.page.get_by_role("alert")).to_contain_text("QGIS")
    assert [problem for problem in watched.problems if "422" not in problem] == []
    watched.problems.clear()


def test_the_page_is_reached_from_the_map_and_speaks_english(
    open_page: Callable[..., Watched], sample_address: str
) -> None:
    page = open_page(f"{sample_address}/?lang=en").page
    page.locator("summary", has_text="Boundaries").click()
    page.get_by_role("link", name="Import and repair").click()
    expect(page.get_by_role("heading", name="Unit boundaries")).to_be_visible()
    page.get_by_role("tab", name="Repairs").click()
    expect(page.locator("#bd-counts")).to_contain_text("wait for a decision", timeout=LONGEST_MS)
    page.get_by_role("tab", name="Repairs").press("ArrowLeft")
    expect(page.get_by_role("tab", name="Import")).to_be_focused()
    page.get_by_role("link", name="Map").click()
    expect(page.locator("#antt-map")).to_be_visible()
