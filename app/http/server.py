"""aiohttp's server, patched: what is not HTTP gets a problem too, and is not repeated in a log."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from app.errors import Problem
from app.http.problems import response_of
from app.observability.logs import get_logger

log = get_logger("web")

Handler = Callable[[Any], Awaitable[web.StreamResponse]]


class Connection(RequestHandler):
    """One client's connection.

    Args:
        header_seconds: how long the first request's headers may take; aiohttp sets no limit.
    """

    __slots__ = ("_header_seconds",)

    def __init__(self, manager: web.Server, *, header_seconds: float, **options: Any) -> None:
        super().__init__(manager, **options)
        self._header_seconds = header_seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to wait for a request."""
        super().connection_made(transport)
        self._loop.call_later(self._header_seconds, self._give_up)

    def _give_up(self) -> None:
        if self._request_count == 0 and self.transport is not None:
            self.force_close()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; what it cannot read is the end of a body that somebody waits for."""
        super().data_received(data)
        request = self._current_request
        broken = bool(self._messages) and isinstance(self._messages[-1][0], _ErrInfo)
        if broken and request is not None and not request.content.is_eof():
            self._lingering_time = 0.0  # nothing more of it will come
            request.content.set_exception(ConnectionError("the body is not HTTP"))

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 -- it quotes the request, which may hold a token
    ) -> web.StreamResponse:
        """The answer to what never became a request of the application."""
        log.warning("bad http", reason=type(exc).__name__ if exc else None, status=status)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        problem = Problem("malformed_request" if status < 500 else "internal")  # noqa: PLR2004 -- HTTP
        response = _Unsigned(
            body=response_of(problem, "/").body,
            status=problem.status,
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
            content_type="application/problem+json",
        )
        response.force_close()
        return response


class _Unsigned(web.Response):
    """A response that does not say who made it; the application's signals never see these."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall("Server", None)


class Runner(web.AppRunner):
    """An AppRunner whose connections are ours.

    Args:
        app: the application.
        header_seconds: of Connection.
        options: of AppRunner.
    """

    __slots__ = ("_header_seconds",)

    def __init__(self, app: web.Application, *, header_seconds: float, **options: Any) -> None:
        super().__init__(app, access_log=None, auto_decompress=False, **options)
        self._header_seconds = header_seconds

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            _unexpecting(made.request_handler),
            request_factory=made.request_factory,
            header_seconds=self._header_seconds,
            **made._kwargs,  # noqa: SLF001 -- aiohttp has no way to name the class of connections
        )


def _unexpecting(handle: Handler) -> Handler:
    """The application, which raises before its middleware when it cannot meet an `Expect`."""

    async def answer(request: Any) -> web.StreamResponse:
        try:
            return await handle(request)
        except web.HTTPExpectationFailed:
            return response_of(Problem("expectation_failed"), request.rel_url.raw_path)

    return answer


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)
