"""Why a boundary file is refused: one function for each reason, with what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from layers.errors import (
    AxesSwapped,
    CrsMissing,
    CrsWrong,
    EmptyInput,
    FileMissing,
    FileUnreadable,
    GeometryWrong,
    InvalidParameter,
)
from layers.wording import Text

__all__ = [
    "axes_swapped",
    "crs_missing",
    "crs_unknown",
    "crs_wrong",
    "drawing",
    "encoding_unknown",
    "encoding_wrong",
    "file_missing",
    "geometry_wrong",
    "no_units",
    "not_spatial",
    "several_layers",
    "shapefile_incomplete",
]

_FORMATS = Text(
    "Dùng tệp GeoJSON, GeoPackage, FlatGeobuf, Shapefile (có thể nén zip), MapInfo TAB, KML, KMZ hoặc GML.",
    "Use a GeoJSON, GeoPackage, FlatGeobuf, Shapefile (zipped or not), MapInfo TAB, KML, KMZ or GML file.",
)
_GIVE_CRS = Text(
    "Cho biết hệ tọa độ bằng --crs EPSG:n, ví dụ EPSG:4326 (kinh độ, vĩ độ) hoặc EPSG:9211 "
    "(VN-2000, kinh tuyến trục 106°).",
    "Name the coordinate system with --crs EPSG:n, such as EPSG:4326 (longitude, latitude) or EPSG:9211 "
    "(VN-2000, central meridian 106°).",
)


def file_missing(file: str) -> FileMissing:
    """Say that the file is not there.

    Parameters
    ----------
    file : str
        As the user named it.

    Returns
    -------
    FileMissing
        To be raised.
    """
    return FileMissing(
        Text(f"Không có tệp “{file}”.", f"There is no file “{file}”."),
        Text("Kiểm tra lại đường dẫn và tên tệp.", "Check the folder and the name of the file."),
    )


def not_spatial(file: str) -> FileUnreadable:
    """Say that the file holds no spatial data that can be read.

    Parameters
    ----------
    file : str
        As the user named it.

    Returns
    -------
    FileUnreadable
        To be raised.
    """
    return FileUnreadable(
        Text(
            f"Tệp “{file}” không phải tệp dữ liệu không gian đọc được.",
            f"The file “{file}” is not a spatial file that can be read.",
        ),
        _FORMATS,
    )


def drawing(file: str) -> FileUnreadable:
    """Say that a CAD drawing has to be converted first.

    Parameters
    ----------
    file : str
        As the user named it.

    Returns
    -------
    FileUnreadable
        To be raised.
    """
    return FileUnreadable(
        Text(
            f"Tệp “{file}” là bản vẽ CAD; bản vẽ không mang mã, tên và hệ tọa độ của đơn vị.",
            f"The file “{file}” is a CAD drawing; a drawing carries no codes, names or coordinate system.",
        ),
        Text(
            "Mở bản vẽ trong QGIS hoặc phần mềm CAD, chuyển các đường ranh giới khép kín thành vùng, gán mã "
            "và tên, lưu thành GeoPackage kèm hệ tọa độ, rồi nhập tệp đó.",
            "Open the drawing in QGIS or the CAD program, turn its closed border lines into polygons, add "
            "codes and names, save it as a GeoPackage with its coordinate system, and import that.",
        ),
    )


def shapefile_incomplete(file: str, missing: Sequence[str]) -> FileUnreadable:
    """Say which companions of a shapefile are missing.

    Parameters
    ----------
    file : str
        As the user named it.
    missing : sequence of str
        Suffixes that are not there.

    Returns
    -------
    FileUnreadable
        To be raised.
    """
    listed = ", ".join(missing)
    return FileUnreadable(
        Text(f"Shapefile “{file}” thiếu tệp {listed}.", f"The shapefile “{file}” lacks its {listed} file."),
        Text(
            "Chép đủ các tệp .shp, .shx, .dbf và .prj vào cùng một thư mục.",
            "Copy the .shp, .shx, .dbf and .prj files into one folder.",
        ),
    )


def several_layers(file: str, layers: Sequence[str]) -> FileUnreadable:
    """Say that a file holds several layers and that one has to be chosen.

    Parameters
    ----------
    file : str
        As the user named it.
    layers : sequence of str
        Names of the layers or files in it.

    Returns
    -------
    FileUnreadable
        To be raised.
    """
    listed = ", ".join(layers)
    return FileUnreadable(
        Text(f"Tệp “{file}” có nhiều lớp: {listed}.", f"The file “{file}” holds several layers: {listed}."),
        Text("Lưu lớp cần nhập thành một tệp riêng.", "Save the layer wanted as a file of its own."),
    )


def no_units(file: str) -> EmptyInput:
    """Say that a file holds no unit.

    Parameters
    ----------
    file : str
        As the user named it.

    Returns
    -------
    EmptyInput
        To be raised.
    """
    return EmptyInput(
        Text(f"Tệp “{file}” không có đơn vị nào.", f"The file “{file}” holds no unit."),
        Text("Kiểm tra bước xuất dữ liệu đã tạo ra tệp.", "Check the export that made the file."),
    )


def geometry_wrong(file: str, kinds: Sequence[str]) -> GeometryWrong:
    """Say that a file holds something else than areas.

    Parameters
    ----------
    file : str
        As the user named it.
    kinds : sequence of str
        Kinds of geometry found; empty when there is none.

    Returns
    -------
    GeometryWrong
        To be raised.
    """
    vi = ", ".join(kinds) or "không có hình học"
    en = ", ".join(kinds) or "no geometry"
    return GeometryWrong(
        Text(
            f"Ranh giới phải là vùng (Polygon); tệp “{file}” chỉ có: {vi}.",
            f"Boundaries must be polygons; the file “{file}” holds only: {en}.",
        ),
        Text(
            "Chọn lớp vùng; đường ranh giới thì chuyển thành vùng trước khi nhập.",
            "Choose the polygon layer; turn border lines into polygons before importing.",
        ),
    )


def crs_missing(file: str) -> CrsMissing:
    """Say that a file does not tell a coordinate system that can be used.

    Parameters
    ----------
    file : str
        As the user named it.

    Returns
    -------
    CrsMissing
        To be raised.
    """
    return CrsMissing(
        Text(
            f"Tệp “{file}” không cho biết hệ tọa độ.",
            f"The file “{file}” does not say its coordinate system.",
        ),
        _GIVE_CRS,
    )


def crs_unknown(crs: int) -> InvalidParameter:
    """Say that there is no coordinate system of that number.

    Parameters
    ----------
    crs : int
        The EPSG code given.

    Returns
    -------
    InvalidParameter
        To be raised.
    """
    return InvalidParameter(
        Text(f"Không có hệ tọa độ EPSG:{crs}.", f"There is no coordinate system EPSG:{crs}."), _GIVE_CRS
    )


def crs_wrong(crs: str, outside: int, *, example: str, lon: float, lat: float) -> CrsWrong:
    """Say that units fall outside Việt Nam.

    Parameters
    ----------
    crs : str
        The coordinate system used.
    outside : int
        How many units fall outside.
    example : str
        Name of one of them.
    lon, lat : float
        Where it falls, degrees.

    Returns
    -------
    CrsWrong
        To be raised.
    """
    return CrsWrong(
        Text(
            f"Theo hệ tọa độ {crs}, {outside} đơn vị nằm ngoài Việt Nam (“{example}” ở kinh độ {lon:.4g}, "
            f"vĩ độ {lat:.4g}).",
            f"With the coordinate system {crs}, {outside} units fall outside Việt Nam (“{example}” at "
            f"longitude {lon:.4g}, latitude {lat:.4g}).",
        ),
        _GIVE_CRS,
    )


def axes_swapped(crs: str) -> AxesSwapped:
    """Say that x and y are in each other's place.

    Parameters
    ----------
    crs : str
        The coordinate system used.

    Returns
    -------
    AxesSwapped
        To be raised.
    """
    return AxesSwapped(
        Text(
            f"Tọa độ bị đổi chỗ: trong {crs}, vĩ độ (bắc) đang nằm ở chỗ kinh độ (đông).",
            f"The axes are swapped: in {crs}, latitude (north) stands where longitude (east) belongs.",
        ),
        Text(
            "Xuất lại tệp với kinh độ (đông) trước, vĩ độ (bắc) sau; trong QGIS dùng công cụ “Swap X and Y "
            "coordinates”.",
            "Export the file again with longitude (east) first and latitude (north) second; in QGIS "
            "use “Swap X and Y coordinates”.",
        ),
    )


def encoding_unknown(encoding: str) -> InvalidParameter:
    """Say that there is no character encoding of that name.

    Parameters
    ----------
    encoding : str
        As given.

    Returns
    -------
    InvalidParameter
        To be raised.
    """
    return InvalidParameter(
        Text(f"Không có bảng mã “{encoding}”.", f"There is no character encoding “{encoding}”."),
        Text("Dùng auto, utf-8, cp1258 hoặc tcvn3.", "Use auto, utf-8, cp1258 or tcvn3."),
    )


def encoding_wrong(file: str, encoding: str) -> FileUnreadable:
    """Say that the texts of a file are not in the encoding tried.

    Parameters
    ----------
    file : str
        As the user named it.
    encoding : str
        The encoding tried.

    Returns
    -------
    FileUnreadable
        To be raised.
    """
    return FileUnreadable(
        Text(
            f"Chữ trong tệp “{file}” không theo bảng mã {encoding}.",
            f"The texts of the file “{file}” are not in the encoding {encoding}.",
        ),
        Text(
            "Cho biết bảng mã bằng --encoding, ví dụ utf-8, cp1258 hoặc tcvn3.",
            "Name the encoding with --encoding, such as utf-8, cp1258 or tcvn3.",
        ),
    )
