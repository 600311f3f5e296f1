"""Noticing that `make`, which started us, was killed: nobody would ever stop us then."""

import os


class Parent:
    """Our parent, if it is make. Started from a shell we may outlive it."""

    def __init__(self) -> None:
        self._pid = os.getppid() if "MAKELEVEL" in os.environ else None

    def gone(self) -> bool:
        """Whether make started us and no longer runs."""
        return self._pid is not None and os.getppid() != self._pid
