"""What must be true before the portal starts, each as one sentence a person can act on.

Standard library only and no import of the portal: script/run and script/test ask here before anything is
installed (`python3 -I portal/preflight.py run`), the supervisor and the embedded database afterwards.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent

# A start that would soon stop for want of room is refused; a sample city with its log needs about half of it.
FREE_MB = 500

CJK_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)
PANGO = {
    "linux": ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"),
    "darwin": ("libpango-1.0.dylib", "libpangoft2-1.0.dylib", "libharfbuzz-subset.dylib"),
}


class CannotStart(Exception):
    """Why the portal does not start and what to do, in Chinese and in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(chinese, english)

    def __str__(self) -> str:
        return "\n".join(self.args)


class InUse(CannotStart):
    """Another copy of the portal holds the data folder."""


def default_data_dir(root: Path = ROOT) -> Path:
    """The folder of a portal that was given none: `var/` of the checkout.

    Root's database runs as a system user of its own, which cannot enter a closed home such as /root: there
    the folder lies under /var/lib, one for each checkout.
    """
    if os.geteuid() == 0 and not open_to_others(root):
        return Path("/var/lib/science-portal") / hashlib.sha256(bytes(root)).hexdigest()[:8]
    return root / "var"


def data_dir() -> Path:
    """The data folder that the environment names, or the default one."""
    named = os.environ.get("DATA_DIR", "").strip()
    return Path(named).expanduser().resolve() if named else default_data_dir()


def open_to_others(folder: Path) -> bool:
    """Whether any user may pass through `folder` and every folder above it, as far as they exist."""
    chain = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & stat.S_IXOTH for path in chain)


def require_python(version: tuple[int, int] = (3, 11)) -> None:
    """Raises CannotStart if this interpreter is older than `version`."""
    if sys.version_info[:2] < version:
        found = ".".join(map(str, sys.version_info[:3]))
        raise CannotStart(
            f"需要 Python 3.11 或更高版本，当前为 {found}；可用环境变量 PYTHON 指定解释器。",
            f"Python 3.11 or newer is needed, this is {found}: name another one in PYTHON.",
        )


def require_data_dir(folder: Path) -> None:
    """Make the data folder if it is not there, and make sure that it can be written and has room.

    Raises CannotStart if it is closed, read-only or nearly full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"x" * 65536)
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"数据目录 {folder} 无法写入（{error.strerror}）；请修改权限，或用 DATA_DIR 指定其他目录。",
            f"The data folder {folder} cannot be written ({error.strerror}): mend it or set DATA_DIR.",
        ) from error
    _require_room(folder)
    if os.geteuid() == 0 and not open_to_others(folder.parent):
        raise CannotStart(
            f"数据目录 {folder} 所在位置只有 root 可以进入，而数据库不以 root 运行；"
            "请用 DATA_DIR 指定其他目录，例如 /var/lib/science-portal。",
            f"Only root may enter where the data folder {folder} lies, and the database does not run as root:"
            " name another one in DATA_DIR, /var/lib/science-portal for one.",
        )


def _require_room(folder: Path) -> None:
    needed = int(os.environ.get("MIN_FREE_MB", FREE_MB))
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < needed:
        raise CannotStart(
            f"数据目录 {folder} 所在磁盘只剩 {free} MB，至少需要 {needed} MB；"
            "请先清理磁盘，或用 DATA_DIR 指定其他目录。",
            f"Only {free} MB are free under {folder}, {needed} MB are needed:"
            " make room or name another folder in DATA_DIR.",
        )


def hold(folder: Path) -> IO[str]:
    """The one lock of a data folder, held until it is closed or the process ends, however it ends.

    Raises CannotStart if another copy of the portal holds it.
    """
    lock = (folder / "lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "?"
        lock.close()
        raise InUse(
            f"数据目录 {folder} 正被另一个平台进程使用（进程号 {holder}）；"
            "请先停止它，或用 DATA_DIR 指定其他目录。",
            f"Another copy of the portal (process {holder}) uses the data folder {folder}:"
            " stop it first or name another folder in DATA_DIR.",
        ) from error
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def release(lock: IO[str]) -> None:
    """Give up the lock in order, which leaves no mark."""
    lock.truncate(0)
    lock.close()


def is_marked(folder: Path) -> bool:
    """Whether a portal of this folder runs, or was killed and its processes may still hold the port."""
    mark = folder / "lock"
    return mark.is_file() and mark.stat().st_size > 0


def require_port(port: str) -> None:
    """Raises CannotStart if `port` is no port number or somebody listens there."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise CannotStart(
            f"PORT={port} 不是有效的端口号（1–65535）。",
            f"PORT={port} is no port number (1–65535).",
        )
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", int(port)))
        except OSError as error:
            raise CannotStart(
                f"端口 {port} 无法使用（{error.strerror}）；"
                "请停止占用它的程序，或换一个端口，例如 PORT=8001 script/run。",
                f"Port {port} cannot be used ({error.strerror}):"
                " stop what uses it or choose another, PORT=8001 script/run.",
            ) from error


def require_demo_password() -> None:
    """Raises CannotStart if the password for the sample accounts is too short to be one."""
    if 0 < len(os.environ.get("DEMO_PASSWORD", "")) < 12:
        raise CannotStart(
            "示例账号的密码 DEMO_PASSWORD 至少需要 12 位；不设置时会自动生成。",
            "DEMO_PASSWORD needs 12 characters or more; without it one is made.",
        )


def has_pango() -> bool:
    try:
        for name in PANGO.get(sys.platform, PANGO["linux"]):
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_cjk_fonts() -> bool:
    folders = (Path(name).expanduser() for name in CJK_FONT_FOLDERS)
    return any(next(folder.rglob("NotoSansCJK*"), None) for folder in folders if folder.is_dir())


def has_venv() -> bool:
    return all(importlib.util.find_spec(name) for name in ("ensurepip", "venv"))


def has_chromium() -> bool:
    return any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


# Debian's packages for a part, and how to see that it is there.
PARTS = {
    "run": (
        (has_venv, ("python3-venv",)),
        (has_pango, ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")),
        (has_cjk_fonts, ("fonts-noto-cjk",)),
    ),
    "test": (
        (has_chromium, ("chromium",)),
        (has_redis, ("redis-server",)),
    ),
}


def missing_packages(purpose: str) -> list[str]:
    """The Debian packages that `purpose` ("run" or "test") needs and this machine has not."""
    parts = PARTS["run"] + (PARTS["test"] if purpose == "test" else ())
    return [name for is_there, names in parts if not is_there() for name in names]


def require_parts(purpose: str) -> None:
    """Raises CannotStart with the command that installs what is missing."""
    packages = missing_packages(purpose)
    if packages:
        command = f"apt-get install -y {' '.join(packages)}"
        command = command if os.geteuid() == 0 else f"sudo {command}"
        raise CannotStart(
            f"缺少系统组件 {'、'.join(packages)}；请运行：{command}",
            f"System parts are missing. On Debian: {command}",
        )


def require_start() -> None:
    """Raises CannotStart if script/run would stop later for its port or its data folder."""
    require_demo_password()
    folder = data_dir()
    if not is_marked(folder):
        require_port(os.environ.get("PORT", "8000"))
    require_data_dir(folder)
    with hold(folder) as lock:
        release(lock)


# What the scripts ask, by name: python3 -I portal/preflight.py NAME
QUESTIONS: dict[str, Callable[[], None]] = {
    "python": require_python,
    "run": require_start,
    "packages-run": lambda: print(" ".join(missing_packages("run"))),
    "packages-test": lambda: print(" ".join(missing_packages("test"))),
    "parts-run": lambda: require_parts("run"),
    "parts-test": lambda: require_parts("test"),
}


if __name__ == "__main__":
    try:
        QUESTIONS[sys.argv[1]]()
    except CannotStart as reason:
        sys.exit(str(reason))
