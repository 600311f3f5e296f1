"""A world as JSON and back: for snapshots, and for the state file."""

from __future__ import annotations

import base64
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from stripe_simulator.clock import Timer
from stripe_simulator.idempotency import Saved
from stripe_simulator.journal import Record

if TYPE_CHECKING:
    from stripe_simulator.state import State
    from stripe_simulator.store import Row, Table

Json = dict[str, Any]
BYTES = "base64:"


def pack(row: object) -> list[Any]:
    """Turn a record into the list of its values."""
    values = (getattr(row, name.name) for name in fields(row))  # type: ignore[arg-type]
    return [BYTES + base64.b64encode(v).decode() if isinstance(v, bytes) else v for v in values]


def unpack(model: type[Any], values: list[Any]) -> Any:
    """Turn a list of values back into a record."""
    names = {name.name: str(name.type) for name in fields(model)}
    return model(
        **{
            name: base64.b64decode(value.removeprefix(BYTES)) if kind == "bytes" else value
            for (name, kind), value in zip(names.items(), values, strict=True)
        }
    )


def settings(world: State) -> Json:
    """Return everything about a world that is no object, key or journal record."""
    return {
        "seed": world.seed,
        "made": world.ids.made,
        "platform": world.platform,
        "offset": world.clock.offset,
        "virtual": world.clock.virtual,
        "wall": world.clock.wall,
        "seq": world.clock.seq,
        "timers": [pack(timer) for timer in sorted(world.clock.timers)],
        "restricted": world.restricted,
        "short_refunds": list(world.short_refunds),
        "samples": [base64.b64encode(sample).decode() for sample in world.packer.samples],
    }


def apply_settings(world: State, saved: Json) -> None:
    """Put back what `settings` returned; the ledger is computed again."""
    world.seed, world.platform = saved["seed"], saved["platform"]
    world.ids.seed = saved["seed"]
    world.ids.resume(saved["made"])
    world.clock.offset, world.clock.virtual = saved["offset"], saved["virtual"]
    world.restricted = saved["restricted"]
    world.short_refunds = dict.fromkeys(saved["short_refunds"])
    world.packer.samples = [base64.b64decode(sample) for sample in saved["samples"]]
    world.clock.timers.clear()
    world.ledger.rebuild()
    timers = [unpack(Timer, values) for values in saved["timers"]]
    world.clock.timers[:] = sorted(timer for timer in timers)
    world.clock.seq = saved["seq"]


def tables(world: State) -> dict[str, Table[Row]]:
    """Return the tables by their names."""
    return {table.kind: table for table in world.store.tables()}


def dump(world: State) -> Json:
    """Return a whole world as JSON."""
    return {
        "settings": settings(world),
        "tables": {
            kind: [pack(row) for row in table.oldest()] for kind, table in tables(world).items()
        },
        "keys": [[*name, *pack(saved)] for name, saved in world.keys.saved.items() if saved.status],
        "journal": [pack(record) for record in world.journal.records],
    }


def load(world: State, saved: Json) -> None:
    """Fill an empty world from what `dump` returned."""
    for kind, table in tables(world).items():
        table.clear()
        for values in saved["tables"][kind]:
            table.add(unpack(table.model, values))
    world.keys.saved = {
        (account, key): unpack(Saved, values) for account, key, *values in saved["keys"]
    }
    world.journal.records = [unpack(Record, values) for values in saved["journal"]]
    apply_settings(world, saved["settings"])
