"""Every answer of a test is held against what the endpoint declares, and so against OpenAPI."""

import re
from functools import cache
from typing import Any

from app.http.endpoint import Endpoint
from app.http.openapi.description import codes_of
from app.http.responses import ProblemDocument
from app.http.routes import ENDPOINTS


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Assert that an API answer is one that its endpoint documents.

    Args:
        method: of the request.
        path: of the request, perhaps with a query.
        status: of the answer.
        body: of the answer, decoded.
    """
    endpoint = _endpoint(method, path.partition("?")[0])
    if endpoint is None:
        return
    if status < 400:
        assert status in endpoint.statuses, (method, path, status)
        assert endpoint.answer, (method, path)
        endpoint.answer.model_validate(body, strict=True)
    else:
        problem = ProblemDocument.model_validate(body, strict=True)
        assert problem.status == status
        assert problem.code in codes_of(endpoint), (method, path, problem.code)
        assert problem.errors or problem.code != "validation_failed", (method, path)


@cache
def _endpoint(method: str, path: str) -> Endpoint | None:
    fits = [e for e in ENDPOINTS if e.method == method and _pattern(e.path).fullmatch(path)]
    return min(fits, key=lambda e: e.path.count("{"), default=None)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))
