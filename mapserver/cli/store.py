"""`antt store`: look at the store."""

from __future__ import annotations

import click

from layers.catalog import LAYERS
from layers.wording import Text
from mapserver.cli.run import Run, command_options
from mapserver.cli.stores import reading_store

__all__ = ["store"]


@click.group()
def store() -> None:
    """Kho dữ liệu. / The store."""


@store.command()
@command_options
def info(run: Run) -> None:
    """Cho biết trong kho có gì. / Tell what the store holds."""
    with reading_store(run) as held:
        versions = held.versions()
        counts = {layer.key: held.count(layer) for layer in LAYERS}
    address = run.settings.store
    run.say(Text(f"Kho: {address}", f"Store: {address}"))
    for layer in LAYERS:
        number, version = counts[layer.key], versions[layer.key]
        run.say(
            Text(f"  {layer.title.vi}: {number} bản ghi (phiên bản dữ liệu {version})",
                 f"  {layer.title.en}: {number} records (data version {version})")
        )  # fmt: skip
    run.result({"store": address, "counts": counts, "versions": versions})
