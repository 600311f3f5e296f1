"""What we lean on inside libraries, by name: an upgrade that changes it fails here first."""

import inspect
import logging
import queue
import re
from importlib.util import find_spec
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path

import stripe
from aiohttp import web, web_protocol
from limits.aio.storage import RedisStorage
from redis.commands.core import AsyncScript
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.migrations import Migration, MigrationList

from app.http import server
from app.http.limits.limiter import SCRIPTS
from app.http.routes import docs
from app.migrations import backend
from app.observability import log_writer
from app.stripe import gateway


def arguments(function: object) -> list[str]:
    """Names of the arguments, without self."""
    assert callable(function)
    return [name for name in inspect.signature(function).parameters if name != "self"]


def private_names(module: object) -> set[str]:
    """Private names that a module's source takes from self, super() or another object."""
    assert inspect.ismodule(module)
    return set(re.findall(r"\.(_[a-z]\w*)", inspect.getsource(module)))


async def test_aiohttp() -> None:
    """app/http/server.py: the connection, its parser's messages, the making of servers."""
    state = {"_request_count", "_current_request", "_messages", "_lingering_time"}
    assert state <= set(web_protocol.RequestHandler.__slots__)
    assert {"_loop", "transport"} <= set(dir(web_protocol.RequestHandler))
    assert inspect.isclass(web_protocol._ErrInfo)
    assert arguments(web_protocol.RequestHandler.handle_error) == [
        *("request", "status", "exc", "message")
    ]
    assert inspect.iscoroutinefunction(web.Response._prepare_headers)
    assert inspect.iscoroutinefunction(web.AppRunner._make_server)
    made = await web.AppRunner(web.Application())._make_server()
    kept = {"_kwargs", "_loop", "request_handler", "request_factory"}
    assert kept <= set(vars(made))
    named = state | kept | {"_prepare_headers", "_make_server"}
    ours = {"_header_seconds", "_give_up"}
    assert private_names(server) - ours <= named


def test_stripe() -> None:
    """app/stripe/gateway.py: how its client makes a request, and what it makes of an error."""
    client = stripe.AIOHTTPClient
    assert arguments(client._get_request_args_kwargs) == ["method", "url", "headers", "post_data"]
    assert arguments(client._handle_request_error) == ["e"]
    assert isinstance(inspect.getattr_static(client, "_session"), property)
    assert arguments(client.request_async) == ["method", "url", "headers", "post_data"]
    used = inspect.getsource(gateway._HTTPClient)
    assert set(re.findall(r"self\.(_\w+)", used)) == {
        *("_get_request_args_kwargs", "_handle_request_error", "_session", "_fail")
    }


def test_limits() -> None:
    """app/http/limits: the scripts of its Redis storage, which go to the server together."""
    storage = RedisStorage("async+redis://localhost:6379", implementation="redispy")
    for name in SCRIPTS:
        script = getattr(storage.bridge, name)
        assert isinstance(script, AsyncScript)
        assert re.fullmatch("[0-9a-f]{40}", script.sha)
        assert arguments(script.__call__)[:2] == ["keys", "args"]


def test_yoyo() -> None:
    """app/migrations/backend.py: yoyo's bookkeeping, in our transaction and our schema."""
    base = PostgresqlPsycopgBackend
    assert arguments(base.mark_one) == arguments(base.unmark_one) == ["migration", "log"]
    assert arguments(base.log_migration) == ["migration", "operation"]
    assert arguments(base.get_log_data) == ["migration", "operation"]
    assert arguments(base.ensure_internal_schema_updated) == []
    assert arguments(Migration.process_steps)[:2] == ["backend", "direction"]
    assert arguments(MigrationList.replace) == ["newmigrations"]
    overridden = {name for name in vars(backend.Backend) if not name.startswith("_")}
    assert overridden - {"applied", "prepare", "run"} <= set(dir(base))


def test_swagger_ui_py() -> None:
    """app/http/routes/docs.py: where the package keeps its files; none of its code runs."""
    package = find_spec("swagger_ui")
    assert package is not None
    assert package.origin is not None
    static = Path(package.origin).parent / "static"
    assert docs._files() == static
    assert b"SwaggerUIBundle" in (static / "swagger-ui-bundle.js").read_bytes()
    assert b".swagger-ui" in (static / "swagger-ui.css").read_bytes()


def test_the_standard_library() -> None:
    """app/observability/log_writer.py: the count of a queue, what handlers call."""
    lines: queue.Queue[int] = queue.Queue()
    lines.put(1)
    assert lines.unfinished_tasks == 1
    lines.task_done()
    with lines.all_tasks_done:
        assert lines.all_tasks_done.wait_for(lambda: not lines.unfinished_tasks, 1)
    assert "self.enqueue(self.prepare(record))" in inspect.getsource(QueueHandler.emit)
    assert "task_done" in inspect.getsource(QueueListener._monitor)  # type: ignore[attr-defined]
    assert log_writer._Output.createLock is not logging.Handler.createLock
