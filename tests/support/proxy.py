"""A network between two programs that loses answers and goes silent when told to."""

import contextlib
import socket
import threading
from typing import Self

CHUNK = 65_536
READY = b"Z\x00\x00\x00\x05I"
"""What PostgreSQL says last, after a statement's commit."""


class _Link:
    """One connection through the proxy.

    Attributes:
        doomed: the next answer is not passed on; then both ends are cut.
        silent: nothing is passed on any more, and nothing is closed.
    """

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.near, self.far = near, far
        self.doomed = False
        self.silent = False

    def cut(self) -> None:
        """Close both ends."""
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Proxy:
    """Passes bytes on to a port of the loopback.

    Args:
        port: where to.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._links: list[_Link] = []
        self._marker, self._left = b"", 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for link in self._links:
            link.cut()

    @property
    def connections(self) -> int:
        """How many there ever were."""
        return len(self._links)

    @property
    def struck(self) -> bool:
        """Whether the answer that was to be lost has been asked for."""
        return self._left == 0

    def lose_answer(self, marker: bytes, nth: int) -> None:
        """Let the n-th request that contains the marker take effect, and lose its answer."""
        self._marker, self._left = marker, nth

    def go_silent(self) -> None:
        """Pass on nothing more of what is connected now, without a word to either end."""
        for link in self._links:
            link.silent = True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                link = _Link(near, socket.create_connection(("127.0.0.1", self._target)))
                self._links.append(link)
                threading.Thread(target=self._ask, args=(link,), daemon=True).start()
                threading.Thread(target=self._answer, args=(link,), daemon=True).start()

    def _ask(self, link: _Link) -> None:
        with contextlib.suppress(OSError):
            while data := link.near.recv(CHUNK):
                if self._left and self._marker in data:
                    self._left -= 1
                    link.doomed = self._left == 0
                if not link.silent:
                    link.far.sendall(data)
        link.cut()

    def _answer(self, link: _Link) -> None:
        with contextlib.suppress(OSError):
            while data := link.far.recv(CHUNK):
                if link.doomed:
                    if data.endswith(READY):
                        break
                elif not link.silent:
                    link.near.sendall(data)
        link.cut()
