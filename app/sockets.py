"""Where a server listens: on a socket that whoever started us holds, or on one of its own.

A held one makes the port ours before we run, and keeps it while we are started again.
"""

import os
import socket

HELD = "PAYMENT_SOCKETS"
"""The variable that names the descriptors of held sockets; unset in production."""


def listening(host: str, port: int) -> socket.socket:
    """The held socket of this port, else a new one.

    Raises:
        OSError: the port cannot be opened.
    """
    for number in os.environ.get(HELD, "").split():
        held = socket.socket(fileno=int(number))
        if held.getsockname()[1] == port:
            return held
        held.detach()  # somebody else's: not to be closed with this object
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)
