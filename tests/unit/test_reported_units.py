"""The unit that people write down, however they shorten it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.incidents.reported_units import known_units

VERSIONS = pd.DataFrame(
    {
        "code": ["10528", "11338"],
        "name": ["Trần Phú", "Trần Phú"],
        "unit_type": ["Phường", "Phường"],
        "parent_name": ["Thành phố Hải Dương, Tỉnh Hải Dương", "Quận Hoàng Mai, Thành phố Hà Nội"],
        "valid_from": ["2009-04-01", "2009-04-01"],
        "valid_to": ["2025-07-01", "2025-07-01"],
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "P. Trần Phú, TP. Hải Dương", "phường Trần Phú, TP Hải Dương, tỉnh Hải Dương", "Tran Phu, Hai Duong", "10528",
        "p.trần phú,thành phố Hải Dương",
    ],
)  # fmt: skip
def test_a_place_behind_the_name_may_be_shortened(text: str) -> None:
    assert known_units([text], np.array([18000]), VERSIONS) == ("10528@2009-04-01",)


@pytest.mark.parametrize("text", ["P. Trần Phú", "P. Trần Phú, TP. Huế", "xã Trần Phú, Hải Dương", ""])
def test_what_several_or_no_units_are_called_names_nobody(text: str) -> None:
    assert known_units([text], np.array([18000]), VERSIONS) == (None,)
