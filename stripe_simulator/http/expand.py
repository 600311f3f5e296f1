"""`expand[]=latest_charge.balance_transaction`: ids replaced by their objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stripe_simulator.errors import invalid
from stripe_simulator.objects.shared import list_object

if TYPE_CHECKING:
    from stripe_simulator.state import State

Json = dict[str, Any]
MAX_DEPTH = 4
PLAIN = frozenset({"id", "object", "currency", "status", "type", "description", "client_secret"})


def expand(world: State, shown: Json, paths: list[str]) -> Json:
    """Expand every path in a shown object; refuse what cannot be expanded."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_DEPTH:
            raise invalid(f"You cannot expand more than {MAX_DEPTH} levels of a property", "expand")
        _into(world, shown, parts, path)
    return shown


def _into(world: State, node: Json, parts: list[str], path: str) -> None:
    name = parts[0]
    if name == "data" and node.get("object") == "list":
        for item in node["data"]:
            _into(world, item, parts[1:], path)
        return
    if name == "refunds" and node.get("object") == "charge":
        node["refunds"] = _refunds(world, node["id"])
    value = node.get(name, _MISSING)
    if isinstance(value, str) and name not in PLAIN:
        value = node[name] = _object(world, value, path)
    elif value is _MISSING or isinstance(value, (str, int, float)):
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    rest = parts[1:]
    if rest and isinstance(value, dict):
        _into(world, value, rest, path)


_MISSING = object()


def _object(world: State, row_id: str, path: str) -> Json:
    for table in world.store.tables():
        row: Any = table.get(row_id)
        if row is not None:
            shown: Json = row.render(world)
            return shown
    raise invalid(f"This property cannot be expanded ({path}).", "expand")


def _refunds(world: State, charge_id: str) -> Json:
    rows = world.store.refunds.where("charge", charge_id)[::-1]
    return list_object(f"/v1/charges/{charge_id}/refunds", (row.render(world) for row in rows))
