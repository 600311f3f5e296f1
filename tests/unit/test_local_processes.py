"""The local stack: whose a port is, how long a start may take, which files changed."""

import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from local.dev import child as children
from local.dev.child import Child
from local.dev.reload import Watched
from local.dev.stack import hold
from local.embedded import ServerError
from tests.support.waiting import until

WINDOW_SECONDS = 0.5
WORKS = """
import pathlib, time
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    pass
pathlib.Path({ready!r}).touch()
time.sleep(600)
"""


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """A port of ours."""
    with hold(0) as place:
        yield place


def _port(place: socket.socket) -> int:
    port: int = place.getsockname()[1]
    return port


def test_a_held_port_is_nobody_elses(held: socket.socket) -> None:
    """Nobody can listen where we hold the port, and who wants it too gets another."""
    with pytest.raises(OSError, match="in use"):
        socket.create_server(("127.0.0.1", _port(held)))
    with hold(_port(held)) as other:
        assert _port(other) != _port(held)


def test_a_child_answers_at_the_port_that_is_held_for_it(held: socket.socket) -> None:
    """It accepts what its parent listens for, though another socket was handed over before."""
    program = (
        "import os; from app.sockets import listening; "
        f"place = listening('127.0.0.1', {_port(held)}); "
        "place.accept()[0].sendall(str(os.getpid()).encode())"
    )
    with TemporaryFile() as log, hold(0) as another:
        child = Child("child", ["-c", program], log, sockets=[another, held])
        for _ in range(2):  # the port stays ours between two starts
            child.start()
            with socket.create_connection(("127.0.0.1", _port(held)), timeout=60) as link:
                assert int(link.recv(32)) == child.pid
            child.kill()


def test_who_gets_somewhere_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that computes for longer than the limit, and is ready then, has come up."""
    monkeypatch.setattr(children, "READY_SECONDS", WINDOW_SECONDS)
    ready = tmp_path / "ready"
    program = WORKS.format(seconds=3 * WINDOW_SECONDS, ready=str(ready))
    with TemporaryFile() as log:
        child = Child("child", ["-c", program], log)
        child.start()
        try:
            child.await_ready(ready.exists)
        finally:
            child.kill()


def test_who_does_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that sleeps instead of getting ready is told of, not waited for."""
    monkeypatch.setattr(children, "READY_SECONDS", WINDOW_SECONDS)
    with TemporaryFile() as log:
        child = Child("child", ["-c", "import time; time.sleep(600)"], log)
        child.start()
        try:
            with pytest.raises(ServerError, match="did nothing"):
                child.await_ready(lambda: False)
        finally:
            child.kill()


def test_written_files_are_noticed(tmp_path: Path) -> None:
    """A file that is written, replaced, moved or removed has changed; one that is read has not."""
    (tmp_path / "below").mkdir()
    read, file, other = (tmp_path / "below" / name for name in ("read.py", "a.py", "b.py"))
    read.touch()
    file.touch()
    watched = Watched([tmp_path], ".py")

    def noticed(*paths: Path) -> None:
        found: list[Path] = []

        def all_of_them() -> bool:
            found.extend(watched.changed())
            return set(found) == set(paths)

        until(all_of_them, "the change", lambda: found)

    read.read_text()
    file.write_text("changed")
    (tmp_path / "below" / "note.txt").touch()
    noticed(file)
    replacement = tmp_path / "below" / "a.new"
    replacement.touch()
    replacement.rename(file)
    noticed(file)
    file.rename(other)
    noticed(file, other)
    other.unlink()
    noticed(other)
