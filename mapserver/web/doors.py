"""The table of doors: for every route what it shows and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from layers.access.policy import Action

__all__ = ["DOORS", "Door"]


@dataclass(frozen=True)
class Door:
    """Who may pass.

    Parameters
    ----------
    layers : tuple of str
        Keys of the layers it shows. Whoever may see nothing of any of them is refused; how much the others see is
        the reader's work.
    action : Action or None
        What is done there.
    is_open : bool
        Whether everybody may pass who reaches the server, signed in or not.
    needs_account : bool
        Whether it is for people with an account, whatever their role.
    asks_who : bool
        Whether it is found out who asks. What is the same for everybody is answered without, so that a server whose
        file of accounts cannot be read still says so.
    shows : tuple of str
        Keys of layers whose places it shows beside those of `layers`; not asked for, but recorded.
    """

    layers: tuple[str, ...] = ()
    action: Action | None = None
    is_open: bool = False
    needs_account: bool = False
    asks_who: bool = True
    shows: tuple[str, ...] = ()


_OPEN = Door(is_open=True)
_THE_SAME_FOR_ALL = Door(is_open=True, asks_who=False)
_UNITS = Door(("units",))
_COUNTED = Door(("incidents", "units"))
_MAP = ("incidents", "units", "safezones", "cameras")
_RECORD = Door(("incidents",))
_EDIT = Door(("incidents",), Action.EDIT)
_IMPORT = Door(("incidents",), Action.IMPORT)
_PLAN = Door(("units",), Action.PLAN)
_REPAIR = Door(("repairs",), Action.PLAN)
_EXPORT = Door(("incidents",), Action.EXPORT)
_PLANS = Door(("plans",))
_DRAW = Door(("plans",), Action.PLAN)
_PLAN_FILE = Door(("plans",), Action.EXPORT)
_OWN = Door(needs_account=True)
_ADMINISTER = Door(action=Action.ADMINISTER)

DOORS: Mapping[str, Door] = MappingProxyType({
    "account_pages.add": _ADMINISTER,
    "account_pages.close_session": _ADMINISTER,
    "account_pages.edit": _ADMINISTER,
    "account_pages.listed": _ADMINISTER,
    "account_pages.one": _ADMINISTER,
    "account_pages.reset_password": _ADMINISTER,
    "assets.asset": _THE_SAME_FOR_ALL,
    "audit_pages.check": _ADMINISTER,
    "audit_pages.listed": _ADMINISTER,
    "audit_pages.records": _ADMINISTER,
    "boundary_imports.check": _PLAN,
    "boundary_imports.import_": _PLAN,
    "boundary_imports.send": _PLAN,
    "boundary_page.boundary_page": _PLAN,
    "boundary_repairs.cards": _REPAIR,
    "boundary_repairs.decide": _REPAIR,
    "boundary_repairs.decide_small": _REPAIR,
    "health.healthz": _THE_SAME_FOR_ALL,
    "health.readyz": _THE_SAME_FOR_ALL,
    "health.version": Door(),
    "hotspot_maps.backtest": _COUNTED,
    "hotspot_maps.run": _COUNTED,
    "hotspot_maps.start": Door(("incidents", "units"), needs_account=True),
    "hotspots.density": _COUNTED,
    "hotspots.density_png": _COUNTED,
    "incident_records.at": _RECORD,
    "incident_records.export": _EXPORT,
    "incident_records.export_meta": _EXPORT,
    "incident_records.history": _RECORD,
    "incident_records.one": _RECORD,
    "incidents.points": _COUNTED,
    "incidents.summary": _COUNTED,
    "incidents_write.add": _EDIT,
    "incidents_write.edit": _EDIT,
    "incidents_write.reinstate": _EDIT,
    "incidents_write.withdraw": _EDIT,
    # Whose job it is decides, see `mapserver.web.jobs`.
    "jobs.cancel": _OWN,
    "jobs.job": _OWN,
    "jobs.start": _IMPORT,
    # It looks for itself: this machine, or whoever may administer.
    "metrics.metrics": _OPEN,
    "openapi.document": _THE_SAME_FOR_ALL,
    "pages.map_page": Door(_MAP),
    "plan_pages.editor": _PLANS,
    "plan_pages.listed": _PLANS,
    "plans.add": _DRAW,
    "plans.borders": _PLANS,
    "plans.branch": _DRAW,
    # For whoever plans or approves, see `mapserver.web.plan_comments`.
    "plans.comment": Door(("plans",), needs_account=True),
    "plans.comments": _PLANS,
    "plans.commit": _DRAW,
    "plans.compare": _PLANS,
    "plans.entries": _PLANS,
    "plans.figures": _PLANS,
    "plans.guides": _PLANS,
    "plans.listed": _PLANS,
    # Who may bring it to which state stands in `mapserver.services.plan_states`.
    "plans.move": Door(("plans",), needs_account=True),
    "plans.one": _PLANS,
    "plans.points": Door(("plans",), shows=("people",)),
    "plans.redo": _DRAW,
    "plans.rename": _DRAW,
    "plans.settle": Door(("plans",), needs_account=True),
    "plans.sheet": _PLAN_FILE,
    "plans.undo": _DRAW,
    "plans.units": _PLAN_FILE,
    # Rows of the own imports; all rows for whoever sees every incident, see `mapserver.web.quarantine`.
    "quarantine.listed": _IMPORT,
    "quarantine.retry": _IMPORT,
    "quarantine.sheet": _IMPORT,
    "recast.recast": _COUNTED,
    "recast.trend": _COUNTED,
    "sign_in.change_password": _OWN,
    "sign_in.enter": _OPEN,
    "sign_in.leave": _OPEN,
    "sign_in.password_form": _OWN,
    "sign_in.sign_in_form": _OPEN,
    "snapshots.snapshot": Door(_MAP, Action.EXPORT),
    "symbols.camera_counts": Door(("cameras",)),
    "symbols.cameras": Door(("cameras",)),
    "symbols.insets": _UNITS,
    "symbols.safezones": Door(("safezones",)),
    "tiles.incidents": _COUNTED,
    "tiles.picture": _COUNTED,
    "tiles.units": _UNITS,
    "unit_pages.unit_page": _UNITS,
    "units.counts": _COUNTED,
    "units.lineage": Door(("units", "lineage")),
    "units.listed": _UNITS,
    "units.names": Door(("units", "lineage")),
    "units.search": _UNITS,
    "units.units": _COUNTED,
    "vintages.listed": _UNITS,
    "vintages.standards": Door(("units", "standards")),
})  # fmt: skip
