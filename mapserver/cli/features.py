"""`antt safezones`, `antt cameras` and `antt people`: import models, cameras and numbers of people."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from layers.catalog import CAMERAS, PEOPLE_POINTS, SAFEZONES, safezone_kinds
from layers.wording import Text
from mapserver.cli.run import Run, command_options, epsg_of, key_values
from mapserver.cli.stores import writing_store
from mapserver.clock import utc_now
from mapserver.services.imports_features import FeatureOutcome, FeatureRequest, import_features
from mapserver.services.rejects import rejects_path, write_rejects

__all__ = ["cameras", "people", "safezones"]

_KINDS = [kind.slug for kind in safezone_kinds()]
_MAP = click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Cột của tệp. / A column.")
_CRS = click.option("--crs", metavar="EPSG:n", help="Hệ tọa độ của tệp. / Coordinate system of the file.")
_REJECTS = click.option("--rejects", type=click.Path(path_type=Path), metavar="FILE",
                        help="Tệp ghi các dòng bị giữ lại. / File for the rows set aside.")  # fmt: skip


@click.group()
def safezones() -> None:
    """Mô hình bảo đảm ANTT. / Community-safety models."""


@click.group()
def cameras() -> None:
    """Camera giám sát. / Cameras."""


@click.group()
def people() -> None:
    """Dân cư theo tổ dân phố. / Numbers of people by block."""


@safezones.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(_KINDS), help="Loại của mọi mô hình trong tệp. / Kind of every model.")
@_MAP
@_CRS
@_REJECTS
@command_options
def import_safezones(
    run: Run, *, file: Path, kind: str | None, mapping: tuple[str, ...], crs: str | None, rejects: Path | None
) -> int:
    """Nạp mô hình từ tệp. / Import models from a file."""
    zone = run.settings.timezone
    request = FeatureRequest(file, SAFEZONES, zone, kind=kind, mapping=key_values(mapping), crs=epsg_of(crs))
    return _import(run, request, rejects)


@cameras.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@_MAP
@_CRS
@_REJECTS
@command_options
def import_cameras(run: Run, *, file: Path, mapping: tuple[str, ...], crs: str | None, rejects: Path | None) -> int:
    """Nạp camera từ tệp. / Import cameras from a file."""
    request = FeatureRequest(file, CAMERAS, run.settings.timezone, mapping=key_values(mapping), crs=epsg_of(crs))
    return _import(run, request, rejects)


@people.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@_MAP
@_CRS
@_REJECTS
@command_options
def import_people(run: Run, *, file: Path, mapping: tuple[str, ...], crs: str | None, rejects: Path | None) -> int:
    """Nạp số dân theo điểm từ tệp. / Import numbers of people at places from a file."""
    zone = run.settings.timezone
    request = FeatureRequest(file, PEOPLE_POINTS, zone, mapping=key_values(mapping), crs=epsg_of(crs))
    return _import(run, request, rejects)


def _import(run: Run, request: FeatureRequest, rejects: Path | None) -> int:
    beside = rejects_path(rejects, request.path)
    with writing_store(run) as store:
        outcome = import_features(store, request, now=utc_now(), rng=np.random.default_rng())
    aside = beside if len(outcome.result.rejected) else None
    if aside is not None:
        fields = list(outcome.result.mapping)
        write_rejects(outcome.result.rejected, aside, fields=fields, language=run.settings.lang)
    _tell(run, outcome, aside)
    run.result(outcome.as_json() | {"store": run.store_shown, "rejects": aside and str(aside)})
    return 0 if aside is None else 6


def _tell(run: Run, outcome: FeatureOutcome, aside: Path | None) -> None:
    aside_count = len(outcome.result.rejected)
    run.say(
        Text(f"Nhận {outcome.accepted}, trùng {outcome.duplicates}, giữ lại {aside_count}.",
             f"Accepted {outcome.accepted}, duplicates {outcome.duplicates}, quarantined {aside_count}.")
    )  # fmt: skip
    if outcome.result.dropped_columns:
        names = ", ".join(outcome.result.dropped_columns)
        run.say(Text(f"Cột không dùng: {names}", f"Columns left out: {names}"))
    if aside is not None:
        run.say(Text(f"Dòng bị giữ lại và lý do: {aside}", f"Rows set aside and why: {aside}"))
