"""A client for whoever starts the simulator: its keys, and where events are to go."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode, urlsplit

SECRET_KEY = "sk_test_simulator"  # noqa: S105 -- opens nothing but the simulator
PUBLISHABLE_KEY = "pk_test_simulator"
SECONDS = 10.0
OK = 200


def register(base: str, url: str, secret: str, *, connect: bool = False) -> None:
    """Have every event delivered to `url`, signed with `secret`.

    Raises:
        OSError: the simulator cannot be reached, or refused.
    """
    post(
        base,
        "/v1/webhook_endpoints",
        {
            "url": url,
            "enabled_events[0]": "*",
            "connect": "true" if connect else "false",
            "metadata[sim_secret]": secret,
        },
    )


def post(base: str, path: str, form: dict[str, str]) -> None:
    """Make one call as the platform.

    Raises:
        OSError: it cannot be reached, or refused.
    """
    link = http.client.HTTPConnection(urlsplit(base).netloc, timeout=SECONDS)
    headers = {
        "Authorization": f"Bearer {SECRET_KEY}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        link.request("POST", path, urlencode(form), headers)
        answer = link.getresponse()
        if answer.status != OK:
            text = answer.read().decode(errors="replace")
            raise OSError(f"simulator: POST {path} answered {answer.status}: {text}")
    finally:
        link.close()
