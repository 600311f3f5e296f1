"""The way of one API call: who, fault, check, key, execution, answer."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_simulator import auth
from stripe_simulator.errors import ApiError, InvariantError, invalid
from stripe_simulator.faults import AFTER, Hit
from stripe_simulator.http import form
from stripe_simulator.http.expand import expand
from stripe_simulator.idempotency import Saved, fingerprint, key_in_use
from stripe_simulator.journal import Record
from stripe_simulator.limiter import locked, rate_limited
from stripe_simulator.objects.shared import encode
from stripe_simulator.routes.base import Call, Route
from stripe_simulator.routes.payment_intents import check_secret
from stripe_simulator.routes.table import Router
from stripe_simulator.world import World

Json = dict[str, Any]
LOG = logging.getLogger("stripe_simulator")
LOCKED = ("payment_intent", "charge", "source_transaction", "destination", "account")
SHOWN = b"\xff"  # marks a saved answer that is kept in an event
NOT_RETRIED = {"Stripe-Should-Retry": "false"}


@dataclass(slots=True)
class Incoming:
    """A request as it came over the wire."""

    method: str
    path: str
    text: str
    headers: Mapping[str, str]
    form: bool = True


@dataclass(slots=True)
class Answer:
    """What goes back, and what the wire does to it; `cut` names a fault or is None."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    cut: Hit | None = None
    shown: bytes = b""  # names the event that shows the same


@dataclass(slots=True)
class Admitted:
    """A call that passed the checks before anything is saved."""

    route: Route
    ids: list[str]
    account: str
    public: bool
    tree: Json
    key: str | None
    record: Record
    hits: list[Hit]
    text: str

    def hit(self, *names: str) -> Hit | None:
        """Return the first fault of these names that strikes this call."""
        return next((hit for hit in self.hits if hit.name in names), None)


class LostError(Exception):
    """The call never arrived: nothing is answered."""

    def __init__(self, hit: Hit) -> None:
        """Keep the fault that swallowed the call."""
        super().__init__(hit.name)
        self.hit = hit


class Api:
    """Answers API calls about one world."""

    def __init__(self, world: World) -> None:
        """Answer for this world."""
        self.world = world
        self.router = Router()
        self.on_answer: Callable[[], None] = lambda: None
        world.on_late_call = self.execute_late

    async def answer(self, incoming: Incoming) -> Answer:
        """Answer one call."""
        world = self.world
        record = Record(
            world.ids.make("req_"),
            world.clock.now(),
            incoming.method,
            incoming.path,
            incoming.text,
        )
        record.key = incoming.headers.get("Idempotency-Key") or None
        world.journal.records.append(record)
        if world.clock.timers:
            world.run_due()
        try:
            answer = await self._process(incoming, record)
        except ApiError as error:
            answer = error_answer(error)
        except LostError as lost:
            answer = Answer(0, b"", cut=lost.hit)
        except Exception as bug:
            LOG.exception("a bug of the simulator")
            world.bugs.append(repr(bug))
            answer = error_answer(broken())
        record.status, record.answered = answer.status, answer.cut is None
        answer.headers["Request-Id"] = record.id
        answer.headers["Stripe-Version"] = (
            auth.version(incoming.headers) or world.config.api_version
        )
        if record.key is not None:
            answer.headers["Idempotency-Key"] = record.key
        self.on_answer()
        return answer

    async def _process(self, incoming: Incoming, record: Record) -> Answer:
        call = self._admit(incoming, record)
        if call.hits:
            record.fault = ",".join(hit.name for hit in call.hits)
            self._before(call)
        typed = self._typed(call)
        saved = None
        if record.key is not None:
            print_ = fingerprint(incoming.method, incoming.path, call.tree)
            now = self.world.clock.now()
            saved = self.world.keys.begin(call.account, record.key, print_, now)
        answer = self._replay(saved, record) if saved else await self._run(call, typed)
        answer.cut = call.hit(*AFTER - {"error_500_after"}) if call.hits else None
        return answer

    async def _run(self, call: Admitted, typed: Call) -> Answer:
        """Execute a call that was not answered before, as slowly as a fault wants."""
        world, record = self.world, call.record
        held = self._lock(call) if call.hits or world.locks else []
        try:
            delay = call.hit("latency")
            if delay is not None:
                await asyncio.sleep(delay.seconds)
            answer = self._execute_or_fail(call, typed)
            slow = call.hit("latency_after")
            if slow is not None:
                await asyncio.sleep(slow.seconds)
        except BaseException:
            if record.key is not None:
                world.keys.forget(call.account, record.key)
            raise
        finally:
            world.locks.difference_update(held)
        return answer

    def _admit(self, incoming: Incoming, record: Record) -> Admitted:
        """Do everything that comes before validation: route, key, account, limits, faults."""
        world, headers = self.world, incoming.headers
        found = self.router.find(incoming.method, incoming.path)
        key = auth.read_key(headers)
        public = auth.check_key(
            world,
            key,
            incoming.method,
            incoming.path,
            public=found is not None and found[0].public,
        )
        auth.check_version(headers)
        account = auth.acting_account(world, headers, key)
        record.account = None if account == world.platform else account
        if found is None:
            raise unknown_url(incoming)
        if incoming.method != "POST":
            record.key = None
        route, ids = found
        world.limiter.check(
            f"{route.method} {route.path}",
            world.config.rate_global,
            world.config.rate_endpoint,
            world.clock.now(),
        )
        if not incoming.form:
            raise ApiError(
                400,
                "Invalid request (check that your POST content type is "
                "application/x-www-form-urlencoded). If you have any questions, we can help at "
                "https://support.stripe.com/.",
                saved=False,
            )
        tree = form.decode(incoming.text)
        return Admitted(
            route,
            ids,
            account,
            public,
            tree,
            record.key,
            record,
            self._strike(incoming, record, tree, ids),
            incoming.text,
        )

    def _strike(self, incoming: Incoming, record: Record, tree: Json, ids: list[str]) -> list[Hit]:
        metadata = tree.get("metadata") if incoming.method == "POST" else None
        sim = metadata.get("sim") if isinstance(metadata, dict) else None
        faults = self.world.faults
        if not faults.rules and sim is None:
            return []
        seen = {
            "id": record.id,
            "method": incoming.method,
            "path": incoming.path,
            "account": record.account or self.world.platform,
            "key": record.key,
            "params": tree,
            "objects": [*ids, *(value for value in tree.values() if isinstance(value, str))],
        }
        try:
            return faults.strike(seen, sim or None)
        except ValueError as error:
            raise invalid(str(error), "metadata[sim]") from error

    def _before(self, call: Admitted) -> None:
        """Let the faults strike that keep a call from ever running."""
        lost = call.hit("lost_before", "hang_before", "bad_gateway_before")
        if lost is not None:
            raise LostError(lost)
        late = call.hit("late")
        if late is not None:
            self._schedule(call, late.seconds, force=False)
            raise LostError(late)
        refused = call.hit(
            "unavailable", "rate_limit", "lock_timeout", "key_in_use", "unauthorized"
        )
        if refused is not None:
            raise refusal(refused, call.key)

    def _schedule(self, call: Admitted, seconds: float, *, force: bool) -> None:
        record = call.record
        self.world.clock.at(
            self.world.clock.now() + seconds,
            "late_call",
            record.method,
            record.path,
            call.text,
            call.account,
            call.key,
            force,
        )
        self.world.on_timer()

    def _typed(self, call: Admitted) -> Call:
        stale = call.hit("stale_list") if call.hits else None
        typed = Call(
            world=self.world,
            account=call.account,
            params=call.route.accepts.check(call.tree),
            ids=call.ids,
            url=call.record.path.rstrip("/"),
            public=call.public,
            stale=stale.seconds if stale is not None else 0,
        )
        if call.public:
            check_secret(typed)
        return typed

    def _replay(self, saved: Saved, record: Record) -> Answer:
        record.replayed = True
        headers = saved.headers | {
            "Idempotent-Replayed": "true",
            "Original-Request": saved.request_id,
        }
        return Answer(saved.status, self._unpacked(saved.packed), headers)

    def _unpacked(self, packed: bytes) -> bytes:
        """Return a saved answer; one that an event shows too is kept there only."""
        if packed[:1] != SHOWN:
            return self.world.packer.unpack(packed)
        event = self.world.store.events[packed[1:].decode()]
        return dumps(json.loads(event.body(self.world))["data"]["object"])

    def _lock(self, call: Admitted) -> list[str]:
        """Hold the objects of a slow call, where objects are locked at all."""
        if not self.world.config.object_locks or call.route.method != "POST":
            return []
        wanted = [*call.ids, *(call.tree[name] for name in LOCKED if name in call.tree)]
        if self.world.locks.intersection(wanted):
            if call.key is not None:
                self.world.keys.forget(call.account, call.key)
            raise locked()
        self.world.locks.update(wanted)
        return wanted

    def _execute_or_fail(self, call: Admitted, typed: Call) -> Answer:
        record = call.record
        later = call.hit("error_500_later") if call.hits else None
        if later is not None:
            self._schedule(call, later.seconds, force=True)
        if later is not None or (call.hits and call.hit("error_500_before")):
            answer = error_answer(broken())
        else:
            answer = self.execute(call.route, typed, record)
        if call.hits and call.hit("error_500_after") and record.executed:
            answer = error_answer(broken())
        if record.key is not None:
            self._save(call.account, record.key, answer, record)
        return answer

    def _save(self, account: str, key: str, answer: Answer, record: Record) -> None:
        answer_kept = Saved(
            "",
            0,
            answer.status,
            answer.shown or self.world.packer.pack(answer.body),
            record.id,
            dict(answer.headers),
        )
        self.world.keys.finish(account, key, answer_kept)

    def execute(self, route: Route, typed: Call, record: Record) -> Answer:
        """Run an endpoint; a refusal that is not saved is raised, any other is answered."""
        world = self.world
        world.begin(record.id, record.key)
        before = len(world.store.events)
        try:
            shown: Any = route.handler(typed)
            record.executed = True
            body = shown if isinstance(shown, dict) else shown.render(world)
            record.object_id = body.get("id")
            paths = typed.params.get("expand")
            if paths:
                expand(world, body, paths)
            return self._shown(body)
        except ApiError as error:
            record.executed = record.executed or error.saved
            if record.executed:
                return error_answer(error)
            if len(world.store.events) != before:
                raise InvariantError("a call that was refused unsaved took effect") from error
            raise
        finally:
            world.settle_call()

    def _shown(self, body: Json) -> Answer:
        """Answer with an object, written only once if the last event shows just that."""
        echo = self.world.echo
        if echo is not None and body["object"] == "payment_intent" and body == echo[0]:
            return Answer(200, echo[1].encode(), {}, shown=SHOWN + echo[2].encode())
        return Answer(200, dumps(body), {})

    def execute_late(self, call: list[Any]) -> None:
        """Execute a call whose answer nobody waits for any more."""
        method, path, text, account, key, force = call
        world = self.world
        record = Record(world.ids.make("req_"), world.clock.now(), method, path, text, key=key)
        record.account = None if account == world.platform else account
        record.answered, record.fault = False, "late"
        world.journal.records.append(record)
        found = self.router.find(method, path)
        if found is None:
            return
        tree = form.decode(text)
        admitted = Admitted(
            *found, account, public=False, tree=tree, key=key, record=record, hits=[], text=text
        )
        try:
            self._run_late(admitted, force=force)
        except ApiError as error:
            record.status = error.status

    def _run_late(self, call: Admitted, *, force: bool) -> None:
        typed, record = self._typed(call), call.record
        if not force and call.key is not None:
            print_ = fingerprint(record.method, record.path, call.tree)
            now = self.world.clock.now()
            if self.world.keys.begin(call.account, call.key, print_, now) is not None:
                record.replayed = True
                return
        answer = self.execute(call.route, typed, record)
        record.status = answer.status
        if not force and call.key is not None:
            self._save(call.account, call.key, answer, record)


def dumps(body: Json) -> bytes:
    """Write an answer."""
    return encode(body).encode()


def error_answer(error: ApiError) -> Answer:
    """Turn a refusal into an answer."""
    return Answer(error.status, dumps(error.body()), dict(error.headers))


def broken() -> ApiError:
    """Return Stripe's 500."""
    return ApiError(
        500,
        "An unknown error occurred",
        type="api_error",
        headers=NOT_RETRIED,
    )


def refusal(hit: Hit, key: str | None) -> ApiError:
    """Return the refusal a fault asks for."""
    if hit.name == "unavailable":
        error = ApiError(503, "Service Unavailable", saved=False, type="api_error")
    elif hit.name == "rate_limit":
        error = rate_limited(hit.reason or "endpoint-rate")
    elif hit.name == "lock_timeout":
        error = locked()
    elif hit.name == "unauthorized":
        error = ApiError(401, "Invalid API Key provided: sk_test_****", saved=False)
    else:
        error = key_in_use(key or "")
    if hit.retry is not None:
        error.headers["Stripe-Should-Retry"] = str(hit.retry).lower()
    return error


def unknown_url(incoming: Incoming) -> ApiError:
    """Return the 404 of a path the API does not have."""
    return ApiError(
        404,
        f"Unrecognized request URL ({incoming.method}: {incoming.path}). If you are trying to "
        "list objects, remove the trailing slash. If you are trying to retrieve an object, make "
        "sure you passed a valid (non-empty) identifier in your code. Please see "
        "https://stripe.com/docs or we can help at https://support.stripe.com/.",
        saved=False,
    )
