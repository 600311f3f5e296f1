"""The service, and beside it one of its handlers without the checks: `/bare/payments/{id}`.

`python -m bench.bare PORT TENANT`; settings from the environment of the service.
"""

import sys
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from aiohttp import web

from app.config import load_settings
from app.http.application import create_app
from app.http.auth.authenticator import Caller
from app.http.context import SERVICES, TRACE
from app.http.endpoint import Call
from app.http.routes import payments


def _handler(tenant: UUID) -> Callable[[web.Request], Awaitable[web.Response]]:
    caller = Caller(tenant, "bench", frozenset(), 2**40)

    async def get(request: web.Request) -> web.Response:
        return await payments.get(
            Call(
                services=request.app[SERVICES],
                caller=caller,
                ids={"id": UUID(request.match_info["id"])},
                names={},
                document={},
                key="",
                fingerprint=b"",
                trace_context=request[TRACE].context,
                origin={},
                started=time.monotonic(),
                request=request,
            )
        )

    return get


def main(port: int, tenant: UUID) -> None:
    """Serve until SIGTERM."""
    app = create_app(load_settings())
    app.router.add_get("/bare/payments/{id}", _handler(tenant))
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), UUID(sys.argv[2]))
