"""What an object may look at when it is shown: less than the world, so that arrows go one way."""

from __future__ import annotations

from typing import Any, Protocol

from stripe_simulator.clock import Clock
from stripe_simulator.config import Config
from stripe_simulator.http.packer import Packer


class Rows(Protocol):
    """A table of objects."""

    def __getitem__(self, row_id: str | None) -> Any:
        """Return the object with this id."""

    def where(self, name: str, value: str) -> list[Any]:
        """Return the objects whose indexed field has this value."""


class Tables(Protocol):
    """The tables from which objects show parts of others."""

    @property
    def balance_transactions(self) -> Rows:
        """Return the balance transactions."""

    @property
    def charges(self) -> Rows:
        """Return the charges."""

    @property
    def reversals(self) -> Rows:
        """Return the transfer reversals."""


class View(Protocol):
    """The world as its objects see it."""

    base_url: str
    clock: Clock
    config: Config
    packer: Packer

    @property
    def store(self) -> Tables:
        """Return the tables."""
