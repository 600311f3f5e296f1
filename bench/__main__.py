"""`python -m bench [NAME[=SIZE] …]`: one line per measure, ours beside its floor."""

import sys
from collections.abc import Callable
from importlib import import_module

from bench.report import Measure
from bench.stack import Stack

NAMES = (
    "settlement",
    "webhook_ingest",
    "create_intent",
    "transfers",
    "cancellation",
    "wakeup",
    "memory",
    "fraud",
    "aml",
    "probes",
    "simulator",
    "request_checks",
    "tracing",
)
LONG = ("scale", "row_security")
"""Run when named only; each has a server of its own."""


def measure(stack: Stack, wanted: str) -> list[Measure]:
    """Run one benchmark; some take a size."""
    name, _, size = wanted.partition("=")
    run: Callable[..., list[Measure]] = import_module(f"bench.{name}").run
    if name in LONG:
        return run(int(size)) if size else run()
    if name == "settlement":
        return run(stack.database(name).superuser_url)
    return run(stack, int(size)) if size else run(stack)


def main(names: list[str]) -> int:
    """Run those named, or all but the long ones; exit code 2 for an unknown name."""
    if unknown := {name.partition("=")[0] for name in names} - {*NAMES, *LONG}:
        sys.stderr.write(f"no such benchmark: {', '.join(sorted(unknown))}\n")
        return 2
    lines = []
    with Stack() as stack:
        for name in names or NAMES:
            sys.stderr.write(f"measuring {name} …\n")
            lines += [one.line() for one in measure(stack, name)]
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
