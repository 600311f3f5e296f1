"""Identifiers and every other random choice, from one seed."""

from __future__ import annotations

import base64
import random

BYTES = 18  # of chance, which are 24 characters
PLAIN = bytes.maketrans(b"+/", b"Az")


class Ids:
    """Makes opaque identifiers such as `pi_…`: a prefix and 24 base62 characters."""

    def __init__(self, seed: int) -> None:
        """Start the sequence belonging to `seed`."""
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, no secret
        self.made = 0

    def make(self, prefix: str) -> str:
        """Return the next identifier with this prefix."""
        self.made += 1
        return prefix + base64.b64encode(self._random.randbytes(BYTES)).translate(PLAIN).decode()

    def resume(self, made: int) -> None:
        """Continue after a restart where a world with this many identifiers had stopped."""
        self._random = random.Random(f"{self.seed}:{made}")  # noqa: S311 - as above
        self.made = made
