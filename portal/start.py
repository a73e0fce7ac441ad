"""The supervisor behind script/run: prepares the portal, keeps its processes running, ends them all.

    python -m portal.start                      the portal, until a signal ends it
    python -m portal.start manage COMMAND …     one management command on the same data folder

It needs the installed requirements and nothing else. The processes are those of production
(deploy/entrypoint), with the database and the keys of the data folder.
"""

import base64
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

import psutil
import psycopg

from portal import embedded
from portal.data_folder import keep_secrets, last_words, log_file
from portal.preflight import (
    ROOT,
    CannotStart,
    InUse,
    data_dir,
    hold,
    release,
    require_data_dir,
    require_parts,
    require_port,
)

# In the environment of every process of ours: by this a later start knows what an earlier one left behind.
MARK = "SCIENCE_PORTAL_RUN"

FIRST_ANSWER_SECONDS = 90
GRACE_SECONDS = 15
STEADY_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30

ACCOUNTS = (
    "staff、staff_lead 市科协 · accounts 账号管理 · security 安全管理 · auditor 审计",
    "district、district_head 南山区科协 · education 教育局 · subdistrict 街道",
    "school、school_verifier 南山区的示例学校 · school2、school2_verifier 福田区的示例学校",
    "unit 单位 · expert1…expert5 专家 · volunteer 志愿者 · guardian 监护人",
)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _password() -> str:
    return "-".join(["kepu", *(secrets.token_hex(2) for _ in range(4))])


KEYS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_KEY": _key,
    "HASH_KEY": _key,
    "SIGNING_KEY": _key,
    "DEMO_PASSWORD": lambda: os.environ.get("DEMO_PASSWORD") or _password(),
}


# Folders of the checkout that the serving processes never read.
NOT_SERVED = {".git", ".venv", "__pycache__", "var", "tests", "docs", "bench", ".pytest_cache", ".ruff_cache"}


@dataclass
class Part:
    """One process that is kept running: ended ones start again, later and later while they keep ending."""

    name: str
    environment: dict[str, str] = field(repr=False)
    folder: Path
    process: subprocess.Popen | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def start(self) -> None:
        log = log_file(self.folder, self.name)
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(ROOT / "deploy" / "entrypoint"), self.name],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=embedded.dying_with_parent(signal.SIGTERM),
            )
        self.started, self.due = time.monotonic(), 0.0

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the process; a kill goes to everything it has started."""
        if self.process is None:
            return
        try:
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        except ProcessLookupError:
            pass


class Database(Part):
    """The embedded server as one of the parts."""

    server: embedded.Embedded | None = None
    lock: IO[str] | None = None

    def start(self) -> None:
        self.server = embedded.start(self.folder, held=self.lock)
        self.process = self.server.process
        self.started, self.due = time.monotonic(), 0.0


class Supervisor:
    """All processes of one data folder, from the first check to the last one's end."""

    def __init__(self, folder: Path, port: str) -> None:
        self.folder = folder
        self.port = port
        self.stopping = threading.Event()
        self.signals = 0
        self.database: Database | None = None
        self.parts: list[Part] = []

    def run(self) -> int:
        """Bring the portal up and keep it up until a signal ends it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        require_parts("run")
        require_data_dir(self.folder)
        with hold(self.folder) as lock:
            end_leftovers(self.folder)
            require_port(self.port)
            try:
                environment = self._environment(lock)
                self._prepare(environment)
                self._start_parts(environment)
                while not self.stopping.wait(0.5):
                    self._restart_ended()
            except Stopped:
                pass
            finally:
                self._end_all()
            release(lock)
        return 0

    def say(self, sentence: str) -> None:
        print(sentence, flush=True)
        with log_file(self.folder, "portal").open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {sentence}\n")

    def _on_signal(self, *_) -> None:
        self.signals += 1
        self.stopping.set()

    # --- before the processes ------------------------------------------------------------------------

    def _environment(self, lock: IO[str]) -> dict[str, str]:
        """What every process of ours finds in its environment, the owner's address included."""
        environment = settings_for(self.folder, self.port)
        given = os.environ.get("DEMO_PASSWORD")
        if given and given != environment["DEMO_PASSWORD"]:
            self.say("示例账号的密码在首次启动时已确定，本次给出的 DEMO_PASSWORD 未使用。")
        if not os.environ.get("DATABASE_URL"):
            self.say("正在启动内置数据库……")
            self.database = Database("postgres", {}, self.folder)
            self.database.lock = lock
            self.database.start()
        return environment

    def _prepare(self, environment: dict[str, str]) -> None:
        """Bring the tables, the reference data and, the first time, the sample city up to date."""
        stamp = self.folder / "prepared"
        if self.database and stamp.exists() and stamp.read_text() == prepared_mark(environment):
            return
        for part in ("queue", "done", "control"):  # where messages go without Redis, from the first step on
            (self.folder / "broker" / part).mkdir(parents=True, exist_ok=True)
        static = self._manage(environment, "collectstatic", "--noinput", "--verbosity=0")
        self._step("正在更新数据库结构……", environment, "migrate", "--noinput", "--verbosity=1")
        self._step("正在载入基础数据……", environment, "reference_data")
        self._step("正在准备学分总账的分区……", environment, "credit_partitions")
        loaded = self.folder / "sample-city-loaded"
        if environment.get("DEMO") == "1" and not loaded.exists():
            self._step("首次启动：正在载入示例城市……", environment, "sample_city")
            loaded.touch()
        self._wait(static, "collectstatic")
        stamp.write_text(prepared_mark(environment))

    def _step(self, sentence: str, environment: dict[str, str], *command: str) -> None:
        self.say(sentence)
        self._wait(self._manage(environment, *command), command[0])

    def _manage(self, environment: dict[str, str], *command: str) -> subprocess.Popen:
        with log_file(self.folder, f"prepare-{command[0]}").open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=embedded.dying_with_parent(signal.SIGKILL),
            )

    def _wait(self, process: subprocess.Popen, name: str) -> None:
        while process.poll() is None:
            if self.stopping.wait(0.05):
                process.kill()
                raise Stopped
        if process.returncode:
            log = log_file(self.folder, f"prepare-{name}")
            raise CannotStart(
                f"准备步骤 {name} 失败：{last_words(log)}；详见 {log}。",
                f"The step {name} failed, see {log}.",
            )

    # --- the processes -------------------------------------------------------------------------------

    def _start_parts(self, environment: dict[str, str]) -> None:
        """Start web, worker and beat without the owner's address; the first page goes before the others."""
        serving = {name: value for name, value in environment.items() if name != "MIGRATION_DATABASE_URL"}
        self.parts = [Part(name, serving, self.folder) for name in ("web", "worker", "beat")]
        web, *others = self.parts
        web.start()
        self._wait_for_first_answer()
        for part in others:
            part.start()
        self.say(
            f"平台已启动：http://127.0.0.1:{self.port}/ （按 Ctrl-C 停止；日志在 {self.folder / 'log'}）"
        )
        if environment.get("DEMO") == "1":
            self._show_accounts(environment)

    def _wait_for_first_answer(self) -> None:
        web = self.parts[0]
        end = time.monotonic() + FIRST_ANSWER_SECONDS
        while not self._answers():
            if self.stopping.wait(0.1):
                raise Stopped
            if not web.is_running() or time.monotonic() > end:
                log = log_file(self.folder, "web")
                raise CannotStart(
                    f"网页服务未能启动：{last_words(log)}；日志见 {log}。",
                    f"The web server did not start, see {log}.",
                )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as error:
            # Under other ALLOWED_HOSTS it refuses this name, and so it is up.
            return error.code < 500
        except OSError:
            return False

    def _show_accounts(self, environment: dict[str, str]) -> None:
        print("示例账号（仅供演示）：", *ACCOUNTS, sep="\n  ")
        print(
            f"密码：{environment['DEMO_PASSWORD']}　动态口令：script/manage demo_code",
            flush=True,
        )

    def _restart_ended(self) -> None:
        """Start each process again that has ended, after a pause that doubles while it keeps ending."""
        now = time.monotonic()
        for part in [*([self.database] if self.database else []), *self.parts]:
            if part.is_running():
                continue
            if not part.due:
                part.failures = 0 if now - part.started > STEADY_SECONDS else part.failures + 1
                pause = min(2**part.failures, LONGEST_PAUSE_SECONDS) if part.failures else 0
                part.due = now + pause
                code = part.process.returncode if part.process else "?"
                self.say(f"{part.name} 已退出（代码 {code}），{pause} 秒后重新启动。")
            if now >= part.due:
                self._try_to_start(part)

    def _try_to_start(self, part: Part) -> None:
        try:
            part.end(signal.SIGKILL)
            part.start()
        except (CannotStart, OSError) as reason:
            part.failures += 1
            part.due = time.monotonic() + min(2**part.failures, LONGEST_PAUSE_SECONDS)
            self.say(f"{part.name} 未能重新启动：{reason}")

    def _end_all(self) -> None:
        """End web, worker and beat, then the database. A second signal does not wait for them."""
        for part in self.parts:
            part.end(signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while any(part.is_running() for part in self.parts) and time.monotonic() < end and self.signals < 2:
            time.sleep(0.05)
        for part in self.parts:
            part.end(signal.SIGKILL)
            if part.process:
                part.process.wait()
        if self.database and self.database.server:
            self.database.server.stop()
        if self.stopping.is_set():
            self.say("平台已停止。")


class Stopped(Exception):
    """A signal came before the portal was up."""


def settings_for(folder: Path, port: str) -> dict[str, str]:
    """The environment of the portal's processes: the shell's, the folder's secrets, the database's addresses.

    Raises CannotStart if the shell names a database and not its owner's address.
    """
    kept = keep_secrets(folder, KEYS)
    own = {
        "DATA_DIR": str(folder),
        "PORT": port,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DEMO_PASSWORD": kept["DEMO_PASSWORD"],
        MARK: str(folder),
    }
    choices = {name: value for name, value in kept.items() if name != "DEMO_PASSWORD"}
    choices |= {"SITE_URL": f"http://127.0.0.1:{port}", "ALLOWED_HOSTS": "127.0.0.1,localhost"}
    if os.environ.get("DATABASE_URL"):
        if not os.environ.get("MIGRATION_DATABASE_URL"):
            raise CannotStart(
                "已设置 DATABASE_URL，还需要用 MIGRATION_DATABASE_URL 给出表所有者的连接地址。",
                "DATABASE_URL is set: MIGRATION_DATABASE_URL, the owner's address, is needed.",
            )
    else:
        own["MIGRATION_DATABASE_URL"], own["DATABASE_URL"] = embedded.addresses(folder)
        # Plain HTTP on one's own machine, which nobody else reaches, with the sample accounts.
        choices |= {"DEMO": "1", "INSECURE_LOCAL": "1"}
    return os.environ | own | {name: os.environ.get(name) or value for name, value in choices.items()}


def prepared_mark(environment: dict[str, str]) -> str:
    """What the data folder was last prepared for: this state of the portal's files, on this database.

    The first half changes with any file of the portal, the second with another database or a backup.
    """
    marks = hashlib.sha256()
    for folder, names, files in os.walk(ROOT):
        names[:] = sorted(set(names) - NOT_SERVED)
        for name in sorted(files):
            state = (Path(folder) / name).stat()
            marks.update(f"{folder}/{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    try:
        with embedded.connect(environment["MIGRATION_DATABASE_URL"]) as connection:
            applied = connection.execute("SELECT count(*), max(applied) FROM django_migrations").fetchone()
    except psycopg.Error:
        applied = None
    return f"{marks.hexdigest()} {applied}"


def end_leftovers(folder: Path) -> None:
    """Kill what an earlier supervisor of this folder left behind when it was killed itself."""
    left = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(folder):
                left.append(process)
        except psutil.Error:
            continue
    for process in left:
        process.kill()
    embedded.wait_for_end(left, 10)


def manage(command: list[str]) -> int:
    """Run one management command on the data folder, with the portal beside it or with the database alone."""
    folder = data_dir()
    require_data_dir(folder)
    server = None
    if not os.environ.get("DATABASE_URL"):
        try:
            server = embedded.start(folder)
        except InUse:
            server = None  # the portal runs: its database serves the command, too
    try:
        environment = settings_for(folder, os.environ.get("PORT", "8000"))
        del environment[MARK]
        return subprocess.call([sys.executable, str(ROOT / "manage.py"), *command], env=environment)
    finally:
        if server:
            server.stop()


def main() -> int:
    try:
        if sys.argv[1:2] == ["manage"]:
            return manage(sys.argv[2:])
        return Supervisor(data_dir(), os.environ.get("PORT", "8000")).run()
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
