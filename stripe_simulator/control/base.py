"""What control calls have in common: JSON in and out, either case of field names."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from stripe_simulator.errors import ApiError
from stripe_simulator.simulator import Simulator

if TYPE_CHECKING:
    from stripe_simulator.store import Row, Table

Json = dict[str, Any]
T = TypeVar("T", bound="Row")
SIMULATOR = web.AppKey("simulator", Simulator)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CAMEL = re.compile(r"(?<=[a-z])([A-Z])")


class ControlError(Exception):
    """A control call that cannot be done: answered with this status and text."""

    def __init__(self, text: str, status: int = 400) -> None:
        """Keep the text for the answer."""
        super().__init__(text)
        self.status = status


def simulator(request: web.Request) -> Simulator:
    """Return the simulator the request is for."""
    return request.app[SIMULATOR]


async def body(request: web.Request, *known: str) -> Json:
    """Read a JSON object; field names may be camelCase or snake_case, unknown ones are refused."""
    text = await request.text()
    try:
        given = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise ControlError(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise ControlError("a JSON object is wanted")
    fields = {snake(name): value for name, value in given.items()}
    unknown = sorted(fields.keys() - set(known)) if known else []
    if unknown:
        raise ControlError(f"unknown fields {unknown}; known are {sorted(known)}")
    return fields


def snake(name: str) -> str:
    """Turn camelCase into snake_case."""
    return CAMEL.sub(r"_\1", name).lower()


def find(table: Table[T], row_id: str) -> T:
    """Return an object, or 404."""
    row = table.get(row_id)
    if row is None:
        raise ControlError(f"no {table.kind} {row_id}", 404)
    return row


def guarded(handler: Handler) -> Handler:
    """Answer the errors of a control call as JSON, and save the state after it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except ControlError as error:
            return web.json_response({"error": str(error)}, status=error.status)
        except ApiError as error:
            return web.json_response({"error": str(error)}, status=409)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        simulator(request).save()
        return response

    return handle


def act(request: web.Request, action: Callable[[], Any]) -> Any:
    """Do something to the world as one call: with its after-effects and invariants."""
    world = simulator(request).world
    world.run_due()
    world.begin()
    try:
        return action()
    finally:
        world.settle_call()
