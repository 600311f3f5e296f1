"""Rotation, as a cluster's Service does it: one port, and behind it whichever web is ready."""

import contextlib
import itertools
import socket
import threading
from dataclasses import dataclass
from typing import Self

CHUNK = 65_536


@dataclass
class _Link:
    """A connection that was passed on.

    Attributes:
        target: the port of the web that has it.
        asked: whether the web has been sent anything.
        ended: whether either side has gone.
    """

    near: socket.socket
    target: int
    asked: bool = False
    ended: bool = False


class Rotation:
    """Passes each new connection on to the next of the webs in rotation.

    Args:
        port: where clients and Stripe find us.
        targets: ports of webs that are ready.
    """

    def __init__(self, port: int, *targets: int) -> None:
        self._targets = list(targets)
        self._turn = itertools.count()
        self._links: list[_Link] = []
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave the thread in accept, and the port taken.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def put_in(self, target: int) -> None:
        """A web has become ready."""
        self._targets.append(target)

    def take_out(self, target: int) -> None:
        """A web is to end: it gets no new connection."""
        self._targets.remove(target)

    def under_way(self, target: int) -> int:
        """Connections that a web has been asked something on, and are open."""
        return sum(link.asked for link in self._open(target))

    def unasked(self, target: int) -> int:
        """Connections of a web that have not brought it anything yet."""
        return sum(not link.asked for link in self._open(target))

    def _open(self, target: int) -> list[_Link]:
        return [link for link in self._links if link.target == target and not link.ended]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                targets = tuple(self._targets)
                link = _Link(near, targets[next(self._turn) % len(targets)])
                self._links.append(link)
                threading.Thread(target=self._carry, args=(link,), daemon=True).start()

    def _carry(self, link: _Link) -> None:
        with (
            link.near,
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", link.target)) as far,
        ):
            back = threading.Thread(target=_pump, args=(far, link.near), daemon=True)
            back.start()
            while data := link.near.recv(CHUNK):
                far.sendall(data)
                link.asked = True
            _end(far)
            back.join()
        link.ended = True


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    _end(sink)


def _end(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
