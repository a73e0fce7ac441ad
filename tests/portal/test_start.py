"""script/run: what it refuses, what it keeps running, and that nothing of it is left when it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from portal import preflight, start
from portal.preflight import ROOT, CannotStart


@pytest.fixture(scope="module")
def room():
    """A folder that the database's user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="portal-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def _environment(folder: Path, **more: str) -> dict[str, str]:
    """Somebody's shell: nothing of the suite's own settings in it."""
    names = ("PATH", "HOME", "LANG", "TMPDIR", "POSTGRES_BIN")
    clean = {name: os.environ[name] for name in names if name in os.environ}
    return clean | {"DATA_DIR": str(folder), "PORT": str(_free_port()), "PYTHON": sys.executable} | more


def _script_run(folder: Path, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [ROOT / "script" / "run"],
        env=_environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


# --- what is refused -------------------------------------------------------------------------------


def _is_refusal(done: subprocess.CompletedProcess, chinese: str, english: str) -> bool:
    """One sentence in both languages on the error channel, a non-zero exit, no trace."""
    lines = done.stderr.strip().splitlines()
    return done.returncode != 0 and len(lines) == 2 and chinese in lines[0] and english in lines[1]


def test_a_taken_port_is_refused_before_anything_is_made(room):
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = _script_run(room / "port", PORT=str(other.getsockname()[1]))

    assert _is_refusal(done, "无法使用（Address already in use）", "cannot be used"), done.stderr
    assert not (room / "port").exists()


def test_a_port_that_is_none_is_refused(room):
    done = _script_run(room / "port", PORT="八千")

    assert _is_refusal(done, "不是有效的端口号", "is no port number"), done.stderr


def test_a_read_only_data_folder_is_refused():
    done = _script_run(Path("/proc/portal"))

    assert _is_refusal(done, "数据目录 /proc/portal 无法写入", "cannot be written"), done.stderr


def test_a_file_in_the_place_of_the_data_folder_is_refused(room):
    (room / "file").write_text("not a folder")

    done = _script_run(room / "file")

    assert _is_refusal(done, "无法写入", "cannot be written"), done.stderr


def test_a_disk_without_room_is_refused_with_both_figures(room):
    done = _script_run(room / "full", MIN_FREE_MB="999999999")

    assert _is_refusal(done, "至少需要 999999999 MB", "make room"), done.stderr


def test_a_second_copy_on_the_same_folder_is_refused_with_the_firsts_number(room):
    folder = room / "twice"
    folder.mkdir()
    with preflight.hold(folder):
        done = _script_run(folder)

    assert _is_refusal(done, f"正被另一个平台进程使用（进程号 {os.getpid()}）", "Another copy"), done.stderr


def test_a_short_sample_password_is_refused(room):
    done = _script_run(room / "short", DEMO_PASSWORD="kepu")

    assert _is_refusal(done, "至少需要 12 位", "12 characters or more"), done.stderr


def test_a_missing_pango_is_refused_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(preflight.PANGO, sys.platform, ("libpango-that-is-not-there.so",))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(CannotStart) as refusal:
        preflight.require_parts("run")

    assert "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0" in str(refusal.value)
    assert "缺少系统组件" in str(refusal.value)


def test_an_old_python_is_refused():
    with pytest.raises(CannotStart, match=r"需要 Python 3\.11"):
        preflight.require_python((9, 0))


def test_roots_checkout_in_a_closed_home_keeps_its_data_where_the_database_may_go(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    tmp_path.chmod(0o700)

    closed = preflight.default_data_dir(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    own = preflight.default_data_dir(tmp_path)

    assert closed.parent == Path("/var/lib/science-portal")
    assert own == tmp_path / "var"


def test_a_process_that_keeps_ending_is_started_later_and_later(room, monkeypatch):
    folder = room / "later"
    folder.mkdir()
    said = []
    supervisor = start.Supervisor(folder, "8000")
    monkeypatch.setattr(supervisor, "say", said.append)
    clock = iter(range(0, 10_000, 40))
    monkeypatch.setattr(start.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(start.Part, "start", _start_something_that_ends)
    supervisor.parts = [start.Part("web", {}, folder)]
    supervisor.parts[0].start()

    for _ in range(14):
        supervisor._restart_ended()

    pauses = [int(sentence.split("，")[1].split()[0]) for sentence in said]
    assert pauses == [2, 4, 8, 16, 30, 30, 30]


def _start_something_that_ends(part: start.Part) -> None:
    part.process = subprocess.Popen(["false"])
    part.process.wait()
    part.started, part.due = start.time.monotonic(), 0.0


# --- the whole portal ------------------------------------------------------------------------------


class Running:
    """A portal of its own, started as script/run does once everything is installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = _environment(folder, DEMO="0")
        self.address = f"http://127.0.0.1:{self.environment['PORT']}/healthz"
        self.output = folder.with_suffix(".out")
        self.process: subprocess.Popen | None = None

    def start(self) -> float:
        """Start it and wait for its sentence; the seconds it took."""
        began = time.monotonic()
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.start"],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        assert self.within(180, lambda: "平台已启动" in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()
        return time.monotonic() - began

    def said(self) -> str:
        return self.output.read_text()

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(self.address, timeout=5).status == 200  # noqa: S310  our own address
        except (urllib.error.URLError, OSError):
            return False

    def family(self, text: str = "") -> list[psutil.Process]:
        """Every process that works for this portal, the database's included."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get(start.MARK) == str(self.folder)
                if (mine or process.cwd() == str(self.folder / "postgres")) and text in _command(process):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def within(self, seconds: float, is_true) -> bool:
        end = time.monotonic() + seconds
        while not is_true() and time.monotonic() < end:
            time.sleep(0.1)
        return bool(is_true())


def _command(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


@pytest.fixture(scope="module")
def portal(room):
    running = Running(room / "whole")
    running.start()
    yield running
    if running.process.poll() is None:
        running.process.terminate()
        running.process.wait(60)


def test_the_portal_serves_with_web_worker_beat_and_database(portal):
    assert portal.answers()
    for part in (
        "gunicorn",
        "celery --app portal.celery worker",
        "celery --app portal.celery beat",
        "postgres",
    ):
        assert portal.family(part), part


def test_the_serving_processes_know_neither_the_owner_nor_the_superuser(portal):
    serving = portal.family("gunicorn") + portal.family("celery")

    for process in serving:
        environment = process.environ()
        assert "MIGRATION_DATABASE_URL" not in environment
        assert not [name for name in environment if name.startswith("POSTGRES_")]


def test_a_second_copy_leaves_the_first_alone(portal):
    done = _script_run(portal.folder)

    assert _is_refusal(done, f"进程号 {portal.process.pid}", "Another copy"), done.stderr
    assert portal.answers()


@pytest.mark.parametrize(
    ("part", "process"),
    [("web", "gunicorn"), ("beat", "celery --app portal.celery beat"), ("postgres", "postgres -D")],
)
def test_a_process_that_is_killed_comes_back(portal, part, process):
    before = {found.pid for found in portal.family(process)}
    portal.family(process)[0].kill()

    assert portal.within(30, lambda: f"{part} 已退出（代码 -9）" in portal.said())
    assert portal.within(30, lambda: {found.pid for found in portal.family(process)} - before)
    assert portal.within(30, portal.answers)


def test_killing_the_supervisor_ends_its_processes_and_a_new_one_starts_soon(portal):
    portal.process.kill()
    portal.process.wait()

    assert portal.within(30, lambda: not portal.family()), [_command(left) for left in portal.family()]
    seconds = portal.start()
    assert portal.answers()
    assert seconds < 30  # script/run promises 10 on an idle machine; the suite shares its cores


def test_what_an_earlier_supervisor_left_behind_is_ended_at_the_next_start(portal):
    stray = subprocess.Popen(
        ["sleep", "600"], env={start.MARK: str(portal.folder), "PATH": os.environ["PATH"]}
    )
    portal.process.kill()
    portal.process.wait()

    portal.start()

    assert stray.wait(5) == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_ends_every_process(portal, number):
    if portal.process.poll() is not None:
        portal.start()

    portal.process.send_signal(number)

    assert portal.process.wait(60) == 0
    assert portal.within(5, lambda: not portal.family()), [_command(left) for left in portal.family()]
    assert portal.said().rstrip().endswith("平台已停止。")
    assert (portal.folder / "secrets.env").stat().st_mode & 0o777 == 0o600
