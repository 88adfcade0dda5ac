"""The numbered steps that bring a PostGIS store to the newest layout; never backwards."""

from __future__ import annotations

from typing import NamedTuple

import psycopg
from psycopg import sql

from layers.catalog import LAYERS, Layer, categories
from layers.errors import StoreUnreachable
from layers.schema import Column, GeometryKind, Kind
from layers.store.postgis_connections import Row
from layers.store.postgis_sql import compose, file_text, named, plain
from layers.wording import Text

__all__ = [
    "STEPS",
    "Step",
    "column_type",
    "geom_index",
    "has_reference",
    "migrate",
    "primary_key",
    "reference_key",
    "refuse_strangers",
    "table",
    "wanting",
]

_SQL_TYPE = {
    Kind.TEXT: sql.SQL("text"),
    Kind.INTEGER: sql.SQL("bigint"),
    Kind.REAL: sql.SQL("double precision"),
    Kind.DATE: sql.SQL("date"),
    Kind.MOMENT: sql.SQL("timestamptz(3)"),
}
_GEOMETRY_TYPE = {
    GeometryKind.POINT: sql.SQL("geometry(Point, 4326)"),
    GeometryKind.AREA: sql.SQL("geometry(MultiPolygon, 4326)"),
    GeometryKind.ANY: sql.SQL("geometry(Geometry, 4326)"),
    # A book keeps the column empty, so that every statement over a layer holds for it as well (ADR 16).
    GeometryKind.NONE: sql.SQL("geometry(Geometry, 4326) CHECK (geom IS NULL)"),
}
_REFERENCE = ("source", "source_ref")


class Step(NamedTuple):
    """One step of the layout.

    Parameters
    ----------
    number : int
        Its place, from 1.
    name : str
        What it brings.
    file : str
        Its SQL.
    """

    number: int
    name: str
    file: str


STEPS = (
    Step(1, "first layout", "0001_first_layout.sql"),
    Step(2, "history and layers", "0002_history.sql"),
    Step(3, "imports and quarantine", "0003_imports.sql"),
    Step(4, "views for analysts", "0004_views.sql"),
    Step(5, "changes since a snapshot", "0005_changed_in.sql"),
    Step(6, "two fences", "0006_two_fences.sql"),
)
# Tables of layers carry the triggers of this step.
_STEP_BEFORE_LAYERS = 2

Connection = psycopg.Connection[Row]


def table(layer: Layer) -> sql.Identifier:
    """Name the table of a layer.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    psycopg.sql.Identifier
        With its schema.
    """
    return sql.Identifier("antt", layer.key)


def geom_index(layer: Layer, *, schema: str = "") -> sql.Identifier:
    """Name the spatial index of a layer.

    Parameters
    ----------
    layer : Layer
        The layer.
    schema : str
        Its schema: told when it is dropped, never when it is made.

    Returns
    -------
    psycopg.sql.Identifier
        Its name.
    """
    name = f"{layer.key}_geom"
    return sql.Identifier(schema, name) if schema else sql.Identifier(name)


def reference_key(layer: Layer, *, schema: str = "") -> sql.Identifier:
    """Name the index that keeps each reference of a source to one record.

    Parameters
    ----------
    layer : Layer
        A layer with references.
    schema : str
        Its schema: told when it is dropped, never when it is made.

    Returns
    -------
    psycopg.sql.Identifier
        Its name.
    """
    name = f"{layer.key}_reference"
    return sql.Identifier(schema, name) if schema else sql.Identifier(name)


def primary_key(layer: Layer) -> sql.Identifier:
    """Name the constraint that keeps each id to one record.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    psycopg.sql.Identifier
        As PostgreSQL names it by itself.
    """
    return sql.Identifier(f"{layer.key}_pkey")


def column_type(layer: Layer, name: str) -> sql.SQL:
    """Name the type of a column.

    Parameters
    ----------
    layer : Layer
        The layer.
    name : str
        A column of its schema, or ``geom``.

    Returns
    -------
    psycopg.sql.SQL
        As written in a cast.
    """
    if name == "geom":
        return sql.SQL("geometry")
    return next(_SQL_TYPE[column.kind] for column in layer.schema.columns if column.name == name)


def has_reference(layer: Layer) -> bool:
    """Tell whether rows of a layer are known by their source and their reference in it.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    bool
        True for incidents.
    """
    return {*_REFERENCE} <= {column.name for column in layer.schema.columns}


def wanting(connection: Connection) -> bool:
    """Tell whether anything is left to do for `migrate`; reads only.

    Parameters
    ----------
    connection : psycopg.Connection
        To the database.

    Returns
    -------
    bool
        False when the layout, the layers and the code list are the newest.
    """
    if _applied_step(connection) != STEPS[-1].number:
        return True
    found = _columns(connection)
    layers_stand = all(_names(layer) <= found.get(layer.key, set()) for layer in LAYERS)
    return not layers_stand or _kept_categories(connection) != _categories()


def refuse_strangers(connection: Connection, address: str) -> None:
    """Refuse a database that cannot hold a store of this program.

    Parameters
    ----------
    connection : psycopg.Connection
        To the database.
    address : str
        As it may be shown.

    Raises
    ------
    StoreUnreachable
        When the schema belongs to another program, a newer program made it, or the
        encoding cannot hold Vietnamese text.
    """
    (encoding,) = _one(connection, "encoding")
    has_layout, has_tables = _one(connection, "has_layout")
    if encoding != "UTF8":
        raise _refused(
            Text(f"Cơ sở dữ liệu “{address}” dùng bảng mã {encoding}, không phải UTF8.",
                 f"The database “{address}” is encoded in {encoding}, not in UTF8."),
            Text("Tạo cơ sở dữ liệu khác: createdb --encoding=UTF8 --template=template0 TÊN.",
                 "Make another one: createdb --encoding=UTF8 --template=template0 NAME."),
        )  # fmt: skip
    if has_tables and not has_layout:
        raise _refused(
            Text(f"Trong “{address}” đã có lược đồ “antt” của chương trình khác.",
                 f"“{address}” already has a schema “antt” of another program."),
            Text("Dùng một cơ sở dữ liệu riêng.", "Use a database of its own."),
        )  # fmt: skip
    if has_layout and _applied_step(connection) > STEPS[-1].number:
        raise _refused(
            Text(f"Kho “{address}” do phiên bản mới hơn của chương trình tạo ra.",
                 f"The store “{address}” was made by a newer version of the program."),
            Text("Cập nhật chương trình trên máy này.", "Update the program on this machine."),
        )  # fmt: skip


def migrate(connection: Connection, *, last: int = STEPS[-1].number) -> list[str]:
    """Take the steps that are missing; two servers never do so at once.

    Parameters
    ----------
    connection : psycopg.Connection
        Inside a transaction.
    last : int
        The last step to take; the newest unless a test wants an older layout.

    Returns
    -------
    list of str
        Names of the steps taken, and of layers and columns made.
    """
    connection.execute(compose(named("layout.sql")["lock"]))
    postgis = sql.Identifier(_postgis_schema(connection))
    done, taken = _applied_step(connection), []
    for step in STEPS:
        if done < step.number <= last:
            connection.execute(compose(file_text(step.file), postgis=postgis))
            connection.execute(plain("layout.sql", "keep_step"), {"step": step.number, "name": step.name})
            taken.append(step.name)
            if step.number == _STEP_BEFORE_LAYERS:
                taken += _make_layers(connection)
    if done >= _STEP_BEFORE_LAYERS:
        taken += _make_layers(connection)
    if last == STEPS[-1].number:
        _keep_categories(connection)
    return taken


def _make_layers(connection: Connection) -> list[str]:
    made, found = [], _columns(connection)
    for layer in LAYERS:
        if layer.key not in found:
            _make_layer(connection, layer)
            made.append(f"layer {layer.key}")
            continue
        for column in layer.schema.columns:
            if column.name not in found[layer.key]:
                # Rows that are there have no value yet, so it cannot be required.
                added = _definition(column, required=False)
                connection.execute(compose(named("layout.sql")["add_column"], table=table(layer), column=added))
                made.append(f"column {layer.key}.{column.name}")
    return made


def _make_layer(connection: Connection, layer: Layer) -> None:
    columns = [_definition(column, required=column.required) for column in layer.schema.columns]
    connection.execute(
        compose(
            file_text("layer_table.sql"),
            table=table(layer),
            columns=sql.SQL(",\n    ").join(columns),
            geometry=_geometry_type(layer),
            geom_index=geom_index(layer),
        )
    )
    if has_reference(layer):
        making = named("layout.sql")["make_reference_key"]
        connection.execute(compose(making, table=table(layer), key=reference_key(layer)))
    connection.execute(plain("layout.sql", "keep_version"), {"layer": layer.key})


def _geometry_type(layer: Layer) -> sql.Composable:
    required = sql.SQL(" NOT NULL") if layer.schema.geometry_required else sql.SQL("")
    return _GEOMETRY_TYPE[layer.schema.geometry] + required


def _definition(column: Column, *, required: bool) -> sql.Composable:
    # Keys are compared byte by byte: quicker, and ordered as Python orders them.
    collation = sql.SQL(' COLLATE "C"') if column.name in _REFERENCE else sql.SQL("")
    mark = sql.SQL(" NOT NULL") if required else sql.SQL("")
    return sql.Identifier(column.name) + sql.SQL(" ") + _SQL_TYPE[column.kind] + collation + mark


def _postgis_schema(connection: Connection) -> str:
    row = connection.execute(plain("layout.sql", "postgis_schema")).fetchone()
    if row is None:
        connection.execute(plain("layout.sql", "make_postgis"))
        row = _one(connection, "postgis_schema")
    return str(row[0])


def _applied_step(connection: Connection) -> int:
    has_layout, _has_tables = _one(connection, "has_layout")
    return int(_one(connection, "applied_step")[0]) if has_layout else 0


def _columns(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, column in connection.execute(plain("layout.sql", "columns")):
        found.setdefault(name, set()).add(column)
    return found


def _names(layer: Layer) -> set[str]:
    return {column.name for column in layer.schema.columns}


def _categories() -> dict[str, str]:
    return {category.slug: category.group for category in categories()}


def _kept_categories(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(plain("layout.sql", "categories")).fetchall())


def _keep_categories(connection: Connection) -> None:
    if _kept_categories(connection) == _categories():
        return
    connection.execute(plain("layout.sql", "clear_categories"))
    rows = [{"slug": slug, "category_group": group} for slug, group in _categories().items()]
    with connection.cursor() as cursor:
        cursor.executemany(plain("layout.sql", "keep_category"), rows)


def _one(connection: Connection, name: str) -> Row:
    row = connection.execute(plain("layout.sql", name)).fetchone()
    if row is None:
        raise LookupError(name)
    return row


def _refused(message: Text, hint: Text) -> StoreUnreachable:
    return StoreUnreachable(message, hint)
