"""Who did what: opening the chain of records, and the head of it that is kept elsewhere."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from layers.errors import FileMissing, FileUnreadable, InvalidParameter
from layers.store import file_of
from layers.store.audit_keys import KeyFile
from layers.store.gpkg_ledger import iso
from layers.store.system_audit import Action, AuditChain
from layers.store.system_file import IN_PROCESS, SystemFile, system_path
from layers.wording import Text
from mapserver.services.output_files import put_file
from mapserver.settings import Settings

__all__ = ["ACTIONS", "Head", "address_class", "chain_of", "head_in", "head_of", "key_file", "read_head", "write_head"]

ACTIONS: Mapping[str, Text] = MappingProxyType({
    Action.SIGN_IN: Text("Đăng nhập", "Sign-in"),
    Action.SIGN_IN_REFUSED: Text("Đăng nhập bị từ chối", "Refused sign-in"),
    Action.SIGN_OUT: Text("Đăng xuất", "Sign-out"),
    Action.VIEW: Text("Xem vị trí chính xác", "View of exact points"),
    Action.EXPORT: Text("Xuất dữ liệu", "Export"),
    Action.CHANGE: Text("Thay đổi dữ liệu", "Change of data"),
    Action.ACCOUNT: Text("Thay đổi tài khoản", "Change of an account"),
    Action.TOKEN: Text("Mã truy cập", "Token"),
    Action.SETTING: Text("Thay đổi cài đặt", "Change of a setting"),
    Action.SEAL: Text("Niêm phong lịch sử", "Seal of the history"),
    Action.KEY: Text("Đổi khóa nhật ký", "Change of key"),
})  # fmt: skip

_HEAD = re.compile(r"\b(\d+):([0-9a-f]{64})\b")
_PAGE = """{title}

Kho dữ liệu / Store    : {store}
Số bản ghi / Records   : {seq}
Bản ghi cuối / Last    : {at}
Khóa / Key             : {key_id}
Xuất lúc / Exported    : {exported_at}

Đầu chuỗi / Head:

{head}

Giữ trang này ngoài hệ thống. Khi cần đối chiếu, chép đầu chuỗi vào một tệp:
Keep this page outside the system. To compare, type the head into a file, then:

    antt audit verify --head FILE

Người xuất / Exported by: ________________  Ký / Signed: ________________
"""


@dataclass(frozen=True)
class Head:
    """The end of the chain at one moment: whoever keeps it elsewhere finds later that the chain was cut or replaced.

    Parameters
    ----------
    seq : int
        How many records there were.
    mac : str
        Keyed hash of the last one.
    """

    seq: int
    mac: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.mac}"


def key_file(settings: Settings, store_address: str) -> Path:
    """Find the place of the key file.

    Parameters
    ----------
    settings : Settings
        The settings of this run.
    store_address : str
        Address of the store.

    Returns
    -------
    Path
        It may not exist yet.

    Raises
    ------
    InvalidParameter
        When it would lie in the store's folder without having been put there by the setting.
    """
    try:
        path = Path(settings.audit_key_file).expanduser()
    except RuntimeError as problem:
        raise _no_place(settings.audit_key_file) from problem
    store = file_of(store_address)
    by_default = settings.audit_key_file == Settings.audit_key_file
    if store is not None and by_default and path.parent.resolve() == store.parent.resolve():
        raise _no_place(settings.audit_key_file)
    return path


def chain_of(settings: Settings, store_address: str, *, make: bool = True) -> AuditChain:
    """Open the records of a store.

    Parameters
    ----------
    settings : Settings
        The settings of this run.
    store_address : str
        Address of the store, as the store itself shows it.
    make : bool
        Whether the file is made when it is not there; without, a chain that is not there is empty.

    Returns
    -------
    AuditChain
        The records.

    Raises
    ------
    InvalidParameter
        When there is no place for the key.
    """
    place = system_path(store_address)
    if not (make or Path(place).exists()):
        place = IN_PROCESS
    return AuditChain(SystemFile(place), KeyFile(key_file(settings, store_address)))


def address_class(address: str) -> str:
    """Say where a request came from without telling the address.

    Parameters
    ----------
    address : str
        An IP address; empty when there is none.

    Returns
    -------
    str
        ``this_machine``, ``office`` (a private address), ``outside`` or ``unknown``.

    Examples
    --------
    >>> [address_class(text) for text in ("127.0.0.1", "192.168.1.20", "::ffff:10.0.0.1", "8.8.8.8", "?")]
    ['this_machine', 'office', 'office', 'outside', 'unknown']
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    # A server that listens on IPv6 sees an IPv4 address in the form of the other.
    plain = getattr(found, "ipv4_mapped", None) or found
    if plain.is_loopback:
        return "this_machine"
    return "office" if plain.is_private else "outside"


def head_of(chain: AuditChain) -> Head | None:
    """Read the end of the chain.

    Parameters
    ----------
    chain : AuditChain
        The records.

    Returns
    -------
    Head or None
        None when there is no record.
    """
    last = chain.last()
    return None if last is None else Head(last.seq, last.mac)


def write_head(chain: AuditChain, path: Path, *, store_address: str, now: dt.datetime) -> Head:
    """Write the end of the chain into a file: JSON, or with another ending than .json one page to print and sign.

    Parameters
    ----------
    chain : AuditChain
        The records.
    path : Path
        The file.
    store_address : str
        Named in it.
    now : datetime
        The moment.

    Returns
    -------
    Head
        What was written.

    Raises
    ------
    InvalidParameter
        When there is no record yet.
    OutputUnwritable
        When the file cannot be written.
    """
    last = chain.last()
    if last is None:
        raise InvalidParameter(
            Text("Nhật ký chưa có bản ghi nào.", "The history has no record yet."),
            Text("Chạy `antt audit seal` trước.", "Run `antt audit seal` first."),
        )
    head = Head(last.seq, last.mac)
    said = {"store": store_address, "seq": last.seq, "at": last.at, "key_id": last.key_id, "exported_at": iso(now)}
    if path.suffix.lower() == ".json":
        text = json.dumps(said | {"head": str(head)}, ensure_ascii=False, indent=1) + "\n"
    else:
        text = _PAGE.format(title="ĐẦU CHUỖI NHẬT KÝ / HEAD OF THE AUDIT CHAIN", head=head, **said)
    put_file(path, lambda out: out.write(text.encode()))
    return head


def read_head(path: Path) -> Head:
    """Read a head that `write_head` has written, or that was typed from paper.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Head
        What it says.

    Raises
    ------
    FileMissing, FileUnreadable
        When there is no such file, or no head in it.
    """
    try:
        found = head_in(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError) as problem:
        raise FileMissing(
            Text(f"Không có tệp “{path}”.", f"There is no file “{path}”."),
            Text("Kiểm tra đường dẫn.", "Check the path."),
        ) from problem
    except (OSError, UnicodeDecodeError):
        found = None
    if found is None:
        raise FileUnreadable(
            Text(f"“{path}” không chứa đầu chuỗi nhật ký.", f"“{path}” holds no head of the history."),
            Text("Dùng tệp do `antt audit head` ghi ra.", "Use a file written by `antt audit head`."),
        )
    return found


def head_in(text: str) -> Head | None:
    """Find a head in a text.

    Parameters
    ----------
    text : str
        As it was printed or typed.

    Returns
    -------
    Head or None
        None when there is none in it.

    Examples
    --------
    >>> head_in("Đầu chuỗi: 12:" + 64 * "a").seq, head_in("12")
    (12, None)
    """
    found = _HEAD.search(text)
    return None if found is None else Head(int(found[1]), found[2])


def _no_place(named: str) -> InvalidParameter:
    return InvalidParameter(
        Text(f"Không đặt được khóa nhật ký ở “{named}”.", f"The key of the history cannot lie at “{named}”."),
        Text("Đặt ANTT_AUDIT_KEY_FILE là một tệp ngoài thư mục giữ kho.",
             "Set ANTT_AUDIT_KEY_FILE to a file outside the store's folder."),
    )  # fmt: skip
