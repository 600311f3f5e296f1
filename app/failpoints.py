"""Named points around every foreign call and commit, where tests make the process die or wait.

Inert unless PAYMENT_FAILPOINTS is set and APP_ENV is test. Its form is a list of
`name[kind]=action@nth`, separated by `;`, for example

    operation.before_send[transfer]=exit@2;webhook.after_store=pause:/tmp/go;db.down=raise

`[kind]` and `@nth` are optional: any kind, the first time. Actions: `exit` (137, as SIGKILL would),
`pause:FILE` (until the file exists), `raise`.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KILLED = 137
PAUSE_STEP_SECONDS = 0.01

_FORM = re.compile(
    r"(?P<name>[a-z_.]+)(\[(?P<kind>[a-z_.]+)\])?=(?P<action>exit|raise|pause:[^@;]+)(@(?P<nth>\d+))?"
)


class FailpointError(Exception):
    """Raised by a failpoint whose action is `raise`."""


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str | None
    action: str
    nth: int


_rules: dict[str, _Rule] = {}
_hits: Counter[str] = Counter()


def arm(environ: Mapping[str, str]) -> None:
    """Read PAYMENT_FAILPOINTS; anything but APP_ENV=test disarms.

    Raises:
        ValueError: when the list cannot be read.
    """
    _rules.clear()
    _hits.clear()
    text = environ.get("PAYMENT_FAILPOINTS", "")
    if environ.get("APP_ENV") != "test" or not text:
        return
    for part in filter(None, text.split(";")):
        match = _FORM.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"PAYMENT_FAILPOINTS: cannot read {part!r}")
        rule = _Rule(match["kind"], match["action"], int(match["nth"] or 1))
        _rules[match["name"]] = rule


async def failpoint(name: str, kind: str = "") -> None:
    """Do what the tests asked for at this point; usually nothing.

    Args:
        name: literal name of the point.
        kind: kind of operation, type of event or function of `api`, when there is one.

    Raises:
        FailpointError: when asked to.
    """
    if not _rules:
        return
    rule = _rules.get(name)
    if rule is None or rule.kind not in {None, kind}:
        return
    _hits[name] += 1
    if _hits[name] == rule.nth:
        await _strike(name, rule.action)


async def _strike(name: str, action: str) -> None:
    if action == "exit":
        os._exit(KILLED)
    if action == "raise":
        raise FailpointError(name)
    exists = Path(action.removeprefix("pause:")).exists
    while not exists():  # noqa: ASYNC110 -- the signal is a file made by another process
        await asyncio.sleep(PAUSE_STEP_SECONDS)
