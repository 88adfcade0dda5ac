"""Everything `antt audit verify` finds: about the chain and about the history it seals."""

from __future__ import annotations

from dataclasses import dataclass

from layers.store import Store
from layers.store.system_audit import AuditChain
from mapserver.services.audit import Head
from mapserver.services.audit_check import Finding, check_chain
from mapserver.services.audit_history import check_history

__all__ = ["Verdict", "verify_history"]


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Parameters
    ----------
    records : int
        Records of the chain.
    sealed, unsealed : int
        Entries of the map data's history under seals, and behind the last one.
    findings : tuple of Finding
        Empty when all is as it was written.
    sealed_anew_at : int or None
        Record since which seals are held against the store; None when all are.
    """

    records: int
    sealed: int
    unsealed: int
    findings: tuple[Finding, ...]
    sealed_anew_at: int | None

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify_history(store: Store, chain: AuditChain, head: Head | None = None) -> Verdict:
    """Walk along the chain, then hold the history of the map data against its seals.

    Parameters
    ----------
    store : Store
        The store of record.
    chain : AuditChain
        Its chain.
    head : Head or None
        An end of the chain that was kept elsewhere.

    Returns
    -------
    Verdict
        What was found.

    Raises
    ------
    StoreUnreachable
        When the key file is not the one the chain was sealed with.
    StoreBusy
        When somebody is writing into the store for longer than a moment.
    """
    of_chain = check_chain(chain, head)
    of_history = check_history(store, chain, unsound=of_chain.unsound)
    return Verdict(
        of_chain.records,
        of_history.sealed,
        max(store.history_end() - of_history.last, 0),
        (*of_chain.findings, *of_history.findings),
        of_history.sealed_anew_at,
    )
