"""The address of a store as it may be shown."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["shown"]


def shown(address: str) -> str:
    """Write the address of a store without the password in it.

    Parameters
    ----------
    address : str
        As given by a setting or an option; it need not be sound.

    Returns
    -------
    str
        A path as it is; of a database server no password, no options, and nothing after the name.

    Examples
    --------
    >>> shown("thành phố.gpkg"), shown("postgresql://an:b%40c@db:5432/antt?sslmode=require")
    ('thành phố.gpkg', 'postgresql://an@db:5432/antt')
    >>> shown("postgresql://an:b@c@db/antt"), shown("postgres://an:b/c@db/antt")
    ('postgresql://…', 'postgresql://…')
    """
    scheme, mark, rest = address.partition("://")
    if not mark or scheme not in {"postgresql", "postgres"}:
        return address
    try:
        place = urlsplit(f"postgresql://{rest}")
        # A bare @ or / in a password puts a part of it elsewhere; reading the port fails then.
        sound = place.netloc.count("@") == min(1, rest.count("@")) and place.port != 0
    except ValueError:
        sound = False
    if not sound:
        return "postgresql://…"
    account, at, server = place.netloc.rpartition("@")
    return f"postgresql://{account.partition(':')[0]}{at}{server}{place.path}"
