"""A portal of its own for one drill: started as script/run does, on a folder and a port of its own."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from portal import embedded
from portal.preflight import ROOT


class Stage:
    """A running portal without sample city; `with Stage() as stage` ends and deletes it."""

    def __init__(self, folder: Path | None = None, **environment: str) -> None:
        self.own_folder = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="portal-drill-", dir="/tmp"))
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o755)
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = trial.getsockname()[1]
        shell = {name: os.environ[name] for name in ("PATH", "HOME", "POSTGRES_BIN") if name in os.environ}
        own = {"DATA_DIR": str(self.folder), "PORT": str(self.port), "DEMO": "0"}
        self.environment = shell | own | environment
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Stage":
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *reason: object) -> None:
        self.process.terminate()
        self.process.wait(120)
        if self.own_folder:
            shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start the portal and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.start"], cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL
        )
        if not within(600, lambda: self.status() == 200 or self.process.poll() is not None):
            raise RuntimeError("the portal of the drill does not answer")
        if self.process.poll() is not None:
            raise RuntimeError("the portal of the drill did not start")

    def status(self, path: str = "/readyz") -> int:
        """The status of one page's answer, 0 if there is none."""
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20).status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def shell(self, code: str) -> str:
        """What a piece of Python prints on the stage's data."""
        return self.manage("shell", "-c", code)

    def manage(self, *command: str) -> str:
        """What a management command prints. Raises RuntimeError if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "portal.start", "manage", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr[-800:]}")
        return done.stdout

    def owner_url(self) -> str:
        return embedded.addresses(self.folder)[0]

    def web_url(self) -> str:
        return embedded.addresses(self.folder)[1]

    def database_processes(self) -> list[psutil.Process]:
        cluster = str(self.folder / "postgres")
        return [p for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == cluster]

    def supervisor_said(self) -> str:
        return (self.folder / "log" / "portal.log").read_text(encoding="utf-8")


def within(seconds: float, is_true: Callable[[], object]) -> bool:
    """Wait until something is true, at most so long; whether it became so."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
