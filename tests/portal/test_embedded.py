"""The embedded PostgreSQL: real clusters in folders of their own, killed for real."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import environ
import psutil
import psycopg
import pytest

from portal import embedded
from portal.data_folder import keep_secrets
from portal.embedded import connect
from portal.preflight import ROOT, CannotStart, open_to_others, require_data_dir


@pytest.fixture(scope="module")
def room():
    """A folder that the server's user may enter: pytest's own is closed to it when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="portal-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def model(room):
    """A stopped cluster to copy from, so that each test has its own without an initdb of its own."""
    embedded.start(room / "model").stop()
    return room / "model"


@pytest.fixture
def folder(room, model, request):
    """A data folder with a cluster that was stopped in order."""
    target = room / hashlib.sha256(request.node.name.encode()).hexdigest()[:8]
    subprocess.run(["cp", "-a", str(model), str(target)], check=True)
    shutil.rmtree(target / "run")
    yield target
    _kill_servers(target)
    shutil.rmtree(target)


def _one(url: str, query: str):
    with connect(url) as connection:
        return connection.execute(query).fetchone()


def _servers(folder: Path) -> list[psutil.Process]:
    cluster = str(folder / "postgres")
    return [p for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == cluster]


def _kill_servers(folder: Path) -> None:
    processes = _servers(folder)
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=10)


def _gone(folder: Path, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while _servers(folder) and time.monotonic() < end:
        time.sleep(0.05)
    return not _servers(folder)


def test_the_portals_roles_are_neither_superuser_nor_free_of_row_level_security(folder):
    server = embedded.start(folder)

    with connect(server.web_url) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname LIKE 'portal%' ORDER BY 1"
        ).fetchall()
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()[0]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE own (number int)")
    server.stop()

    assert rows == [("portal_owner", False, True), ("portal_web", False, False)]
    assert owner == "portal_owner"


def test_nobody_comes_in_without_the_password_or_over_the_network(folder):
    server = embedded.start(folder)
    sockets = environ.Env.db_url_config(server.web_url)["HOST"]

    for role in ("postgres", "portal_owner", "portal_web"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=sockets, user=role, password="wrong", dbname="portal")
    addresses = _one(server.web_url, "SHOW listen_addresses")[0]
    mode = Path(sockets).stat().st_mode & 0o777
    server.stop()

    assert addresses == ""
    assert mode == 0o700


def test_text_is_utf8_in_the_order_of_code_points_and_the_clock_is_shenzhens(folder):
    server = embedded.start(folder)

    found = _one(
        server.web_url,
        "SELECT current_setting('server_encoding'), current_setting('timezone'), lower('ÉA𠮷'),"
        " (SELECT string_agg(word, '' ORDER BY word) FROM unnest(ARRAY['深', '一', 'a', 'Z']) AS word)",
    )
    server.stop()

    assert found == ("UTF8", "Asia/Shanghai", "éa𠮷", "Za一深")


def test_a_second_copy_on_the_same_folder_is_refused_in_one_sentence(folder):
    server = embedded.start(folder)

    with pytest.raises(CannotStart, match="正被另一个平台进程使用") as refusal:
        embedded.start(folder)
    still_there = _one(server.web_url, "SELECT 1")
    server.stop()

    assert str(os.getpid()) in str(refusal.value)
    assert "Another copy of the portal" in str(refusal.value)
    assert still_there == (1,)


def test_stopping_ends_every_process_and_starting_again_finds_what_was_there(folder):
    server = embedded.start(folder)
    with connect(server.owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
        server.stop()
    assert not _servers(folder)

    server = embedded.start(folder)
    found = _one(server.owner_url, "SELECT number FROM kept")
    server.stop()

    assert found == (42,)


def test_killing_every_process_loses_no_committed_row(folder):
    server = embedded.start(folder)
    with connect(server.owner_url) as connection:
        connection.execute("CREATE TABLE promise (number int PRIMARY KEY)")
    acknowledged: list[int] = []

    def write(first: int) -> None:
        with connect(server.owner_url) as connection:
            for number in range(first, first + 1_000_000):
                try:
                    connection.execute("INSERT INTO promise VALUES (%s)", [number])
                except psycopg.OperationalError:
                    return
                acknowledged.append(number)

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 1_000_000, 2_000_000)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + 30
    while len(acknowledged) < 1000 and time.monotonic() < end:
        time.sleep(0.05)
    for process in _servers(folder):
        process.kill()
    for writer in writers:
        writer.join()
    server.lock.close()

    server = embedded.start(folder)
    with connect(server.owner_url) as connection:
        kept = {number for (number,) in connection.execute("SELECT number FROM promise")}
    server.stop()

    assert len(acknowledged) > 100
    assert set(acknowledged) <= kept


def test_a_mark_of_a_dead_server_whose_number_belongs_to_another_process_now_is_no_obstacle(folder):
    mark = folder / "postgres" / "postmaster.pid"
    mark.write_text(
        f"{os.getpid()}\n{folder / 'postgres'}\n1700000000\n5432\n{folder}\n\n  5432001  32769\nready\n"
    )
    mark.chmod(0o666)

    server = embedded.start(folder)
    found = _one(server.web_url, "SELECT 1")
    server.stop()

    assert found == (1,)


def test_a_server_that_outlived_its_portal_is_ended_first(folder):
    old = embedded.start(folder)
    old.lock.close()

    new = embedded.start(folder)
    found = _one(new.web_url, "SELECT 1")
    new.stop()

    assert found == (1,)
    assert old.process.poll() is not None


def test_when_the_portal_is_killed_its_database_ends_too(folder):
    command = [sys.executable, "-m", "portal.embedded", "run", "--data-dir", str(folder), "--"]
    portal = subprocess.Popen([*command, "sleep", "600"], cwd=ROOT)
    while not (folder / "run" / ".s.PGSQL.5432").exists():
        assert portal.poll() is None
        time.sleep(0.05)

    portal.kill()
    portal.wait()

    assert _gone(folder)


def test_a_cluster_whose_making_was_killed_half_way_is_made_anew(room):
    folder = room / "half-made"
    command = [sys.executable, "-m", "portal.embedded", "run", "--data-dir", str(folder), "--", "true"]
    making = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    while not (folder / "postgres.part" / "base").exists():
        assert making.poll() is None
        time.sleep(0.01)
    os.killpg(making.pid, signal.SIGKILL)
    making.wait()
    assert not (folder / "postgres").exists()

    server = embedded.start(folder)
    found = _one(server.web_url, "SELECT current_user")
    server.stop()

    assert found == ("portal_web",)
    assert not (folder / "postgres.part").exists()
    assert not (folder / "postgres.password").exists()


def test_a_folder_with_a_long_name_gets_a_short_private_socket(room, model):
    folder = room / ("很长的目录名" * 8) / "var"
    folder.parent.mkdir()
    subprocess.run(["cp", "-a", str(model), str(folder)], check=True)

    server = embedded.start(folder)
    sockets = Path(environ.Env.db_url_config(server.web_url)["HOST"])
    found = _one(server.web_url, "SELECT 1")
    mode = sockets.stat().st_mode & 0o777
    server.stop()
    sockets.rmdir()

    assert found == (1,)
    assert len(bytes(sockets)) < 60
    assert mode == 0o700


def test_a_socket_folder_that_somebody_else_has_put_there_is_refused(folder):
    (folder / "run").symlink_to("/var")

    with pytest.raises(CannotStart, match="属于其他用户"):
        embedded.start(folder)


def test_without_its_secrets_a_database_is_not_opened_with_new_ones(folder):
    (folder / "secrets.env").unlink()

    with pytest.raises(CannotStart, match=r"密钥文件 secrets\.env 不见了"):
        embedded.start(folder)

    assert not (folder / "secrets.env").exists()


def test_secrets_are_private_stay_the_same_and_new_ones_are_added(tmp_path):
    first = keep_secrets(tmp_path, {"FIELD_KEY": lambda: "one"})

    second = keep_secrets(tmp_path, {"FIELD_KEY": lambda: "other", "HASH_KEY": lambda: "two"})

    assert first == {"FIELD_KEY": "one"}
    assert second == {"FIELD_KEY": "one", "HASH_KEY": "two"}
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_cluster_of_another_version_is_refused_with_both_numbers(folder):
    version = folder / "postgres" / "PG_VERSION"
    made_by = version.read_text().strip()
    version.write_text("13\n")

    with pytest.raises(CannotStart, match=f"由 PostgreSQL 13 建立，而现有程序是 PostgreSQL {made_by}"):
        embedded.start(folder)


def test_programs_in_a_closed_checkout_are_copied_to_where_the_server_may_run_them(room):
    target = room / "copied"
    target.mkdir()

    folder = embedded._copied_programs(embedded._wheel_folder(None), target)
    told = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=True)

    assert told.stdout.startswith("initdb (PostgreSQL)")
    assert folder.is_relative_to(target)
    assert open_to_others(folder)


def test_a_folder_that_only_root_may_enter_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(CannotStart, match="只有 root 可以进入"):
        require_data_dir(closed / "var")


def test_a_server_that_cannot_start_says_its_last_words(folder):
    (folder / "postgres" / "postgresql.conf").write_text("shared_buffers = a lot\n")

    with pytest.raises(CannotStart, match="内置数据库未能启动") as refusal:
        embedded.start(folder)

    assert str(folder / "log" / "postgres.log") in str(refusal.value)
    assert _gone(folder, 0)
