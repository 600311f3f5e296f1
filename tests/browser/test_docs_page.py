"""The API's page in a real browser: all that is described is shown, and nothing else runs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from app.http.openapi.description import describe
from app.http.routes import ENDPOINTS, docs
from tests.browser.test_simulator_page import page as page  # noqa: PLC0414 -- a fixture

pytestmark = pytest.mark.full
EVIL = "<script>document.title='evil'</script><img src='data:,x' onerror=\"document.title='evil'\">"


def test_the_page_shows_every_operation_under_its_policy(page: Any) -> None:
    """With no request but to us and no complaint; text of the document cannot become a script."""
    document = describe(ENDPOINTS)
    document["info"]["description"] += EVIL
    files = {f"/docs/{name}": (docs._files() / name).read_bytes() for name in docs.ASSETS}
    answers = {"/docs": docs.PAGE, "/openapi.json": orjson.dumps(document), **files}
    kinds = {f"/docs/{name}": kind for name, kind in docs.ASSETS.items()}
    asked: list[str] = []
    errors: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        path = urlsplit(route.request.url).path
        policy = {"Content-Security-Policy": docs.POLICY}
        kind = kinds.get(path, "text/html" if path == "/docs" else "application/json")
        route.fulfill(body=answers.get(path, ""), content_type=kind, headers=policy)

    page.route("**/*", answer)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto("http://localhost/docs")
    page.wait_for_selector(".opblock")
    shown = page.locator(".opblock-summary-path").evaluate_all(
        "all => all.map(one => one.dataset.path)"
    )
    assert sorted(shown) == sorted(
        path for path, methods in document["paths"].items() for _ in methods
    )
    page.click("#operations-payments-payments_create button.opblock-summary-control")
    page.wait_for_selector("text=order-20731-attempt-1")
    assert page.title() == "Payment service"
    assert sorted(asked) == sorted(f"http://localhost{path}" for path in answers)
    assert errors == []
