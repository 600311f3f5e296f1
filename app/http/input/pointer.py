"""JSON pointers (RFC 6901): where in a document something is."""

from collections.abc import Sequence


def pointer(steps: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901) from the steps to a value."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "".join(f"/{step}" for step in escaped)
