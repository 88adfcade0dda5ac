"""The printed sheet, looked at as its reader does: its words, its measures, its bytes."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from matplotlib.figure import Figure
from matplotlib.text import Text as Artist
from PIL import Image
from pypdf import PdfReader

from layers import geo
from layers.catalog import safezone_kinds
from layers.errors import EmptyInput, InvalidParameter
from layers.hotspots.density import kernel_density
from layers.wording import Text
from mapserver.rendering.print_data import IncidentPoints, PrintData
from mapserver.rendering.print_fonts import load_fonts
from mapserver.rendering.print_labels import Wanted, place_labels
from mapserver.rendering.print_map import draw, to_bytes
from mapserver.rendering.print_shapes import parse_symbols, shipped_symbols
from mapserver.rendering.print_sheet import Box

EPSG = 9213
NAMES = [
    "Lê Thanh Nghị",
    "Tân Hưng",
    "Thành Đông",
    "Hải Dương",
    "Tứ Minh",
    "Việt Hoà",
    "Nam Đồng",
    "Ái Quốc",
    "Thạch Khôi",
]
HANOI_TIME = dt.timezone(dt.timedelta(hours=7))


def _units() -> gpd.GeoDataFrame:
    cells = [shapely.box(106.30 + 0.03 * east, 20.90 + 0.03 * north, 106.33 + 0.03 * east, 20.93 + 0.03 * north)
             for north in range(3) for east in range(3)]  # fmt: skip
    return gpd.GeoDataFrame(
        {"code": [f"{10530 + row}" for row in range(9)], "name": NAMES, "unit_type": "Phường",
         "valid_from": "2025-07-01"},
        geometry=cells, crs=4326,
    )  # fmt: skip


def _insets() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"role": ["mainland", "hoang_sa", "truong_sa"], "name": ["Việt Nam", "Hoàng Sa", "Trường Sa"]},
        geometry=[shapely.box(104, 9, 108, 23), shapely.box(111, 15.7, 112.8, 17.1), shapely.box(111.8, 7, 115, 11.4)],
        crs=4326,
    )


def _data() -> PrintData:
    rng = np.random.default_rng(11)
    lon, lat = rng.normal(106.34, 0.01, 300), rng.normal(20.95, 0.01, 300)
    x, y = geo.transform_xy(lon, lat, from_epsg=4326, to_epsg=EPSG)
    bounds = (x.min() - 2_000, y.min() - 2_000, x.max() + 2_000, y.max() + 2_000)
    counts = np.array([94, 60, 51, 30, 20, 11, 5, 2, 0])
    kinds = [kind.slug for kind in safezone_kinds()]
    return PrintData(
        title=Text("Vụ việc tập trung ở đâu?", "Where do incidents gather?"),
        sentence=Text("Trộm cắp, 1/5/2026–31/7/2026", "Theft, 2026-05-01 to 2026-07-31"),
        place=Text("Thành phố Hải Phòng", "Hải Phòng"), units=_units(),
        period=Text("1/5/2026–31/7/2026", "2026-05-01 to 2026-07-31"),
        vintage=Text("ranh giới từ 1/7/2025", "boundaries from 2025-07-01"), total=1223, placed=1214, unplaced=9,
        insets=_insets(), source=Text("sổ thụ lý của đơn vị", "register"), data_version="units 3 · incidents 8",
        printed_at=dt.datetime(2026, 11, 21, 8, 5, tzinfo=HANOI_TIME), counts=counts, rates=counts / 3.0,
        incidents=IncidentPoints(lon, lat, np.array(["trom_cap", "ma_tuy", "chay_no"] * 100, dtype=object)),
        density=kernel_density(x, y, bandwidth_m=500, cell_m=100, bounds_m=bounds), density_epsg=EPSG,
        safezones=gpd.GeoDataFrame({"kind": kinds}, geometry=gpd.points_from_xy(lon[:6], lat[:6]), crs=4326),
        cameras=gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon[6:9], lat[6:9]), crs=4326),
        notices=(Text("Sơ đồ, không có giá trị pháp lý về địa giới", "Schematic"),
                 Text("Dữ liệu mô phỏng", "Synthetic")),
        visible=("units", "counts", "density", "safezones"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def data() -> PrintData:
    return _data()


@pytest.fixture(scope="module")
def figure(data: PrintData) -> Figure:
    return draw(data)


def _texts(figure: Figure) -> list[Artist]:
    found = [artist for artist in figure.findobj() if isinstance(artist, Artist)]
    return [text for text in found if text.get_text()]


def _words(figure: Figure) -> list[str]:
    return [text.get_text() for text in _texts(figure)]


def test_pdf_says_everything_in_words_that_can_be_searched(figure: Figure, tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    file.write_bytes(to_bytes(figure, "pdf"))
    said = re.sub(r"\s+", " ", PdfReader(file).pages[0].extract_text())
    for wanted in ("Lê Thanh Nghị", "Vụ việc tập trung ở đâu?", "Trộm cắp, 1/5/2026–31/7/2026", "1.223",
                   "9 vụ chưa rõ vị trí",
                   "ranh giới từ 1/7/2025", "sổ thụ lý của đơn vị", "units 3 · incidents 8", "08:05, 21/11/2026",
                   "Sơ đồ, không có giá trị pháp lý về địa giới", "Dữ liệu mô phỏng", "Hoàng Sa", "Trường Sa",
                   "31,3", "VN-2000 / TM-3", "Thành phố Hải Phòng"):  # fmt: skip
        assert wanted in said, wanted


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_same_sheet_same_bytes(data: PrintData, figure: Figure, kind: str) -> None:
    first = to_bytes(figure, kind, dpi=100)  # type: ignore[arg-type]
    assert to_bytes(draw(data), kind, dpi=100) == first  # type: ignore[arg-type]
    assert b"http" not in first


def test_png_is_a4_landscape_and_not_blank(figure: Figure) -> None:
    picture = Image.open(io.BytesIO(to_bytes(figure, "png", dpi=150)))
    assert picture.size == (1753, 1240)
    assert len(set(picture.convert("RGB").resize((200, 140)).get_flattened_data())) > 50


def test_scale_bar_is_true_on_the_ground_and_on_paper(figure: Figure) -> None:
    bar = figure.findobj(lambda artist: artist.get_gid() == "scale-bar")[0]
    label = next(text for text in _texts(figure) if text.get_gid() == "scale-bar-length")
    ends_px = bar.get_window_extent()
    window = figure.axes[1]
    middle = window.bbox.y0 + window.bbox.height / 2
    centre = window.bbox.x0 + window.bbox.width / 2
    half = ends_px.width / 2
    ground = window.transData.inverted().transform([(centre - half, middle), (centre + half, middle)])
    to_lonlat = pyproj.Transformer.from_crs(9212, 4326, always_xy=True)
    (lon1, lon2), (lat1, lat2) = to_lonlat.transform(ground[:, 0], ground[:, 1])
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(lon1, lat1, lon2, lat2)
    stated_km = float(label.get_text().replace(",", "."))
    assert metres == pytest.approx(stated_km * 1000, rel=1e-4)
    ratio = int(_scale(figure).rpartition(":")[2].replace(".", ""))
    paper_m = ends_px.width / figure.dpi * 0.0254
    assert paper_m * ratio == pytest.approx(metres, rel=2e-4)


def test_nothing_is_printed_under_seven_points(figure: Figure) -> None:
    assert min(float(text.get_fontsize()) for text in _texts(figure)) >= 7.0


def test_nothing_is_written_off_the_sheet(figure: Figure) -> None:
    for text in _texts(figure):
        extent = text.get_window_extent()
        assert extent.x0 >= 0, text.get_text()
        assert extent.x1 <= figure.bbox.width, text.get_text()
        assert extent.y0 >= 0, text.get_text()
        assert extent.y1 <= figure.bbox.height, text.get_text()


def test_table_lists_the_wards_with_most_incidents_first(figure: Figure) -> None:
    words = _words(figure)
    places = [words.index(name) for name in NAMES[:3]]
    assert places == sorted(places)
    assert "94" in words
    assert "31,3" in words


def test_legend_shows_only_what_is_drawn(data: PrintData, figure: Figure) -> None:
    everything = " ".join(_words(figure))
    assert "Mật độ vụ việc (vụ/km²)" in everything
    assert "Camera an ninh" in everything
    assert "Vụ việc theo nhóm" not in everything
    plain = " ".join(_words(draw(replace(data, visible=("units", "incidents")))))
    assert "Mật độ" not in plain
    assert "Số vụ trên 10.000 dân" not in plain
    assert "Camera an ninh" not in plain
    assert "Ma túy" in plain
    assert "Tai nạn giao thông" not in plain


def test_one_kind_of_model_can_be_shown_alone(data: PrintData) -> None:
    words = " ".join(_words(draw(replace(data, visible=("units", "safezones:dong_ho_tu_quan", "cameras")))))
    assert "Dòng họ tự quản" in words
    assert "Camera giám sát" in words
    assert "Câu lạc bộ pháp luật" not in words


def test_marking_and_english(data: PrintData) -> None:
    words = " ".join(_words(draw(replace(data, marking=Text("LƯU HÀNH NỘI BỘ", "INTERNAL")), language="en")))
    assert "INTERNAL" in words
    assert "9 without a place" in words
    assert "1,223" in words
    assert "Hoàng Sa" in words
    assert "vụ" not in words


def test_units_without_population_are_not_shown_as_zero(data: PrintData) -> None:
    assert data.rates is not None
    rates = np.where(np.arange(9) == 4, np.nan, data.rates)
    assert "chưa có dân số" in _words(draw(replace(data, rates=rates)))


def _with_island(data: PrintData, rows: list[int]) -> PrintData:
    island = {"code": "11948", "name": "Bạch Long Vĩ", "unit_type": "Đặc khu", "valid_from": "2025-07-01"}
    kept = data.units.iloc[rows].to_dict("records")
    far = shapely.box(107.70, 20.12, 107.71, 20.13)
    units = gpd.GeoDataFrame([*kept, {**island, "geometry": far}], geometry="geometry", crs=4326)
    figures = np.arange(len(units))[::-1]
    return replace(data, units=units, counts=figures, rates=figures / 3.0)


def _scale(figure: Figure) -> str:
    return next(word for word in _words(figure) if word.startswith("Tỉ lệ"))


def test_an_island_far_off_gets_its_own_box_and_does_not_shrink_the_map(data: PrintData) -> None:
    narrow = _with_island(data, [0, 3, 6])
    alone = replace(narrow, units=narrow.units.iloc[:3], counts=None, rates=None)
    drawn = draw(narrow)
    assert _scale(drawn) == _scale(draw(alone))
    assert "Cùng tỉ lệ, đặt lệch vị trí" in _words(drawn)


def test_an_island_that_finds_no_room_is_named(data: PrintData) -> None:
    said = " ".join(_words(draw(_with_island(data, list(range(9))))))
    assert "Cùng tỉ lệ, đặt lệch vị trí" in said or "Nằm ngoài khung bản đồ: Bạch Long Vĩ" in said


@pytest.mark.parametrize("extent", [geo.Bounds(106.33, 20.93, 106.36, 20.96), geo.Bounds(106.3, 20.9, 107.5, 21.6)])
def test_any_extent_draws_both_archipelagos(data: PrintData, extent: geo.Bounds) -> None:
    words = _words(draw(replace(data, extent=extent)))
    assert {"Hoàng Sa", "Trường Sa"} <= set(words)


def test_bare_boundaries_are_a_map_too(data: PrintData) -> None:
    bare = replace(data, counts=None, rates=None, incidents=None, density=None, density_epsg=None, safezones=None,
                   cameras=None, notices=(), visible=("units",))  # fmt: skip
    assert to_bytes(draw(bare), "pdf").startswith(b"%PDF")


def test_a_quiet_period_prints_zero_and_no_table(data: PrintData) -> None:
    quiet = replace(data, counts=np.zeros(9, dtype=int), rates=np.zeros(9), total=0, placed=0, unplaced=0, density=None,
                    density_epsg=None, visible=("units", "counts", "density", "incidents"), incidents=None)  # fmt: skip
    words = _words(draw(quiet))
    assert "0" in words
    assert "Đơn vị có nhiều vụ nhất" not in words
    assert "0 vụ chưa rõ vị trí" in " ".join(words)


def test_a_unit_known_only_by_name_leaves_the_rest_of_the_map(data: PrintData) -> None:
    units = data.units.copy()
    units.loc[4, "geometry"] = None
    assert to_bytes(draw(replace(data, units=units)), "pdf").startswith(b"%PDF")


def test_refuses_what_cannot_be_printed(data: PrintData, figure: Figure) -> None:
    with pytest.raises(EmptyInput):
        replace(data, units=data.units.iloc[:0], counts=None, rates=None)
    with pytest.raises(InvalidParameter):
        replace(data, counts=np.array([1, 2]))
    with pytest.raises(InvalidParameter):
        replace(data, density_epsg=None)
    with pytest.raises(InvalidParameter) as caught:
        replace(data, insets=data.insets[data.insets["role"] != "truong_sa"])
    assert "Trường Sa" in caught.value.message.vi
    with pytest.raises(InvalidParameter):
        to_bytes(figure, "doc")  # type: ignore[arg-type]
    with pytest.raises(InvalidParameter):
        to_bytes(figure, "png", dpi=5)


def test_names_never_lie_on_one_another_or_off_the_map() -> None:
    rng = np.random.default_rng(2)
    window = Box(0, 0, 200, 160)
    taken = [Box(0, 0, 60, 13)]
    wanted = [
        Wanted(NAMES[row % 9], float(x), float(y), 4.0) for row, (x, y) in enumerate(rng.uniform(0, 160, (150, 2)))
    ]
    labels = place_labels(
        wanted,
        window=window,
        taken=taken,
        points_mm=np.empty((0, 2)),
        width_mm=lambda text, size: 0.2 * size * len(text),
    )
    assert len(labels) > 40
    assert all(window.holds(label.box) for label in labels)
    for one, other in itertools.combinations([*taken, *(label.box for label in labels)], 2):
        assert not one.meets(other)


def test_a_name_leaves_symbols_visible_where_it_can() -> None:
    symbols = np.array([[50.0, 50.0]])
    (label,) = place_labels(
        [Wanted("Tân Hưng", 50, 50, 9.0)], window=Box(0, 0, 100, 100), taken=[], points_mm=symbols,
        width_mm=lambda text, size: 0.2 * size * len(text),
    )  # fmt: skip
    assert not (label.box.left < 50 < label.box.right and label.box.bottom < 50 < label.box.top)


def test_symbols_are_drawn_for_every_kind_and_a_missing_one_is_a_circle() -> None:
    drawn = shipped_symbols()
    assert all(drawn[kind.symbol].glyph is not None for kind in safezone_kinds())
    assert drawn["not drawn yet"].glyph is None
    curve = parse_symbols('{"c": {"d": "M 12 0 C 18 0 24 6 24 12 L 0 12 Z", "shape": "hexagon"}}')["c"]
    assert curve.glyph is not None
    assert np.asarray(curve.glyph.vertices)[:2].tolist() == [[0.0, 0.5], [0.25, 0.5]]


def test_fonts_fall_back_and_hold_vietnamese_letters(tmp_path: Path) -> None:
    fonts = load_fonts(tmp_path)
    assert fonts.regular.is_file()
    assert fonts.width_pt("ỄẬỡử", 10) > fonts.width_pt("ỄẬỡ", 10) > 0


@pytest.mark.real_data
def test_a_real_province_is_printed_in_time(data: PrintData, real_data: Path) -> None:
    units = gpd.read_file(real_data / "boundaries" / "hai_phong_114.geojson")
    units["valid_from"] = "2025-07-01"
    counts = np.arange(len(units)) * 7 % 90
    rates = counts / units["population"].to_numpy() * 1e4
    province = replace(data, units=units, counts=counts, rates=rates, safezones=None, cameras=None)
    spent_s = []
    for _ in range(3):
        start = time.process_time()
        sheet = to_bytes(draw(province), "pdf")
        spent_s.append(time.process_time() - start)
    assert sheet.startswith(b"%PDF")
    # The goal is two seconds on two free cores; a machine at work on other things gets twice that.
    assert min(spent_s) < 4.0
