"""What became of the old wards of the sample: public facts, as a table of old and new units."""

from __future__ import annotations

from collections import Counter

from sample_maker.units import OLD_WARDS, Unit

COLUMNS = (
    "new_code", "new_name", "new_province_code", "new_province",
    "old_code", "old_name", "old_province_code", "old_province", "note",
)  # fmt: skip


def rows(units: list[Unit]) -> list[dict[str, str]]:
    """Write one row for each piece of an old ward.

    Parameters
    ----------
    units : list of Unit
        The new units.

    Returns
    -------
    list of dict of str to str
        Values of `COLUMNS`.
    """
    named = {unit.code: unit for unit in units}
    pieces = Counter(ward.code for ward in OLD_WARDS)
    made = []
    for ward in OLD_WARDS:
        unit = named[ward.unit_code]
        note = "Nhập một phần" if pieces[ward.code] > 1 else "Nhập toàn bộ"
        values = (
            unit.code, f"{unit.unit_type} {unit.name}", unit.province_code, unit.province_name,
            ward.code, f"Phường {ward.name}", "30", "Tỉnh Hải Dương", note,
        )  # fmt: skip
        made.append(dict(zip(COLUMNS, values, strict=True)))
    return made
