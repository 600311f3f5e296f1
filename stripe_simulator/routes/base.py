"""What every endpoint works with: the call, how objects are found, how lists are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from stripe_simulator.errors import invalid, missing
from stripe_simulator.objects.shared import list_object
from stripe_simulator.schema import Schema, schema

if TYPE_CHECKING:
    from stripe_simulator.state import State
    from stripe_simulator.store import Row, Table

Json = dict[str, Any]
T = TypeVar("T", bound="Row")

NOTHING = schema()
LIST = "limit:int starting_after:str ending_before:str"
CREATED = "created:range"
MAX_PAGE = 100
DEFAULT_PAGE = 10


class Shown(Protocol):
    """Something that can be shown by the API."""

    def render(self, world: State) -> Json:
        """Show the object as the API does."""


@dataclass(slots=True)
class Call:
    """One API request after its checks: who asks, for what, with which typed parameters."""

    world: State
    account: str
    params: Json
    ids: list[str]
    url: str
    public: bool = False
    stale: float = 0

    @property
    def id(self) -> str:
        """Return the id in the path."""
        return self.ids[0]

    def find(self, table: Table[T], row_id: str | None = None, param: str | None = None) -> T:
        """Return an object of this account, or 404 (400 when a parameter named it)."""
        wanted = self.id if row_id is None else row_id
        row = table.get(wanted)
        if row is None or row.account != self.account:
            raise missing(table.kind, wanted, param or "id", 400 if param else 404)
        return row

    def find_optional(self, table: Table[T], param: str) -> T | None:
        """Return the object a parameter names, or None when it is not given."""
        wanted = self.params.get(param)
        return None if wanted is None else self.find(table, wanted, param)


Handler = Callable[[Call], "Shown | Json"]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint: `{}` in the path stands for an id."""

    method: str
    path: str
    handler: Handler
    accepts: Schema = field(default=NOTHING)
    public: bool = False  # may be called with a publishable key and a client secret


def in_range(value: int, bounds: dict[str, int] | None) -> bool:
    """Tell whether a time lies within `created[gte]=…` and the like."""
    if bounds is None:
        return True
    return (
        value == bounds.get("eq", value)
        and value > bounds.get("gt", value - 1)
        and value >= bounds.get("gte", value)
        and value < bounds.get("lt", value + 1)
        and value <= bounds.get("lte", value)
    )


def listing(
    call: Call,
    table: Table[T],
    wanted: Callable[[T], bool] = lambda _row: True,
    by: tuple[str, str | None] = ("", None),
    show: Callable[[T], Json] | None = None,
) -> Json:
    """Return a page of this account's objects, newest first, as the parameters ask."""
    size = call.params.get("limit", DEFAULT_PAGE)
    if not 1 <= size <= MAX_PAGE:
        raise invalid(f"This value must be between 1 and {MAX_PAGE}.", "limit")
    after, before = call.params.get("starting_after"), call.params.get("ending_before")
    if after and before:
        raise invalid("You can only use one of starting_after or ending_before", "ending_before")
    rows = _candidates(call, table, wanted, by)
    page, more = (
        _backward(rows, call, table, before, size)
        if before
        else (_forward(rows, call, table, after, size))
    )
    render = show or (lambda row: _render(row, call.world))
    return list_object(call.url, (render(row) for row in page), has_more=more)


def _render(row: Any, world: State) -> Json:
    shown: Json = row.render(world)
    return shown


def _candidates(
    call: Call, table: Table[T], wanted: Callable[[T], bool], by: tuple[str, str | None]
) -> Iterator[tuple[int, T]]:
    bounds = call.params.get("created")
    oldest = max(bounds.get("gte", 0), bounds.get("gt", 0)) if bounds else 0
    newest = call.world.clock.now() - call.stale if call.stale else None
    for place, row in table.newest(by[0] or None, by[1]):
        if row.created < oldest:
            return
        if row.account != call.account or not in_range(row.created, bounds):
            continue
        if newest is not None and row.created > newest:
            continue
        if wanted(row):
            yield place, row


def _place(call: Call, table: Table[T], row_id: str, param: str) -> int:
    call.find(table, row_id, param)
    return table.place[row_id]


def _forward(
    rows: Iterator[tuple[int, T]], call: Call, table: Table[T], after: str | None, size: int
) -> tuple[list[T], bool]:
    start = _place(call, table, after, "starting_after") if after else None
    page: list[T] = []
    for place, row in rows:
        if start is not None and place >= start:
            continue
        if len(page) == size:
            return page, True
        page.append(row)
    return page, False


def _backward(
    rows: Iterator[tuple[int, T]], call: Call, table: Table[T], before: str, size: int
) -> tuple[list[T], bool]:
    end = _place(call, table, before, "ending_before")
    newer = [row for place, row in rows if place > end]
    return newer[-size:], len(newer) > size
