"""The words for units and their families: kinds of change, how shares are known, standing against the law."""

from __future__ import annotations

from layers.wording import Text

__all__ = ["CONFIDENCES", "KINDS", "LEVELS", "METHODS", "SETTINGS", "VERDICTS", "worded"]

KINDS = {
    "unchanged": Text("giữ nguyên", "unchanged"),
    "rename": Text("đổi tên", "rename"),
    "recode": Text("đổi mã", "recode"),
    "merge": Text("nhập", "merge"),
    "part": Text("một phần", "part"),
    "remainder": Text("phần còn lại", "remainder"),
}
METHODS = {
    "table": Text("theo bảng kế thừa", "told by the table"),
    "polygons": Text("đo trên ranh giới", "measured on the boundaries"),
    "points": Text("đếm theo điểm dân cư", "counted at points of people"),
    "area": Text("suy từ diện tích", "assumed from the area"),
    "unknown": Text("chưa có số liệu", "no figures"),
}
CONFIDENCES = {
    "certain": Text("chắc chắn", "certain"),
    "measured": Text("đo được", "measured"),
    "estimated": Text("ước tính", "estimated"),
    "unknown": Text("chưa biết", "unknown"),
}
VERDICTS = {
    "meets": Text("đạt", "meets it"),
    "below": Text("chưa đạt", "below it"),
    "depends": Text("tùy khu vực hoặc số liệu", "depends on the setting or the figures"),
    "unknown": Text("thiếu số liệu", "figures missing"),
    "no_standard": Text("không có tiêu chuẩn trong bảng", "no standard in the table"),
}
LEVELS = {
    "province": Text("cấp tỉnh", "province"),
    "commune": Text("cấp xã", "commune"),
    "beat": Text("địa bàn", "beat"),
}
SETTINGS = {
    "quan": Text("thuộc quận", "in an urban district"),
    "thanh_pho_thuoc_tinh": Text("thuộc thành phố của tỉnh", "in a provincial city"),
    "thi_xa": Text("thuộc thị xã", "in a town"),
    "mien_nui": Text("miền núi", "in the mountains"),
    "mien_nui_bien_gioi": Text("tỉnh miền núi, vùng cao, biên giới", "in a mountain or border province"),
    "hai_dao": Text("hải đảo", "on an island"),
    "dong_bang_song_hong": Text("đồng bằng sông Hồng", "in the Red River Delta"),
    "thanh_pho_truc_thuoc_trung_uong": Text("thành phố trực thuộc trung ương", "in a centrally governed city"),
    "moi_phuong": Text("mọi phường", "every ward"),
    "khac": Text("nơi khác", "elsewhere"),
}


def worded(words: dict[str, Text], key: str, language: str) -> str:
    """Say a slug in words.

    Parameters
    ----------
    words : dict of str to Text
        One of the tables of this module.
    key : str
        The slug.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    str
        The words; for a slug of a user's own table, the slug with spaces.

    Examples
    --------
    >>> worded(SETTINGS, "hai_dao", "vi"), worded(SETTINGS, "vung_cao", "vi")
    ('hải đảo', 'vung cao')
    """
    return words[key].in_language(language) if key in words else key.replace("_", " ")
