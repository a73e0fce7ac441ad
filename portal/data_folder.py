"""What a data folder keeps beside the database: the secrets of this portal and the logs of its processes."""

import os
from collections.abc import Callable
from pathlib import Path

from portal.preflight import CannotStart

LOG_BYTES = 20_000_000


def keep_secrets(data_dir: Path, makers: dict[str, Callable[[], str]]) -> dict[str, str]:
    """The secrets of this folder, kept in `secrets.env` (mode 0600); those not there yet are made and added.

    Raises CannotStart if a database is there but the file is gone: new keys would not open its fields.
    """
    path = data_dir / "secrets.env"
    kept = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, is_pair, value = line.partition("=")
            if is_pair and not name.startswith("#"):
                kept[name.strip()] = value.strip()
    elif (data_dir / "postgres").exists():
        raise CannotStart(
            f"数据目录 {data_dir} 中已有数据库，但密钥文件 secrets.env 不见了；"
            "请从备份恢复该文件，否则加密的数据无法读取。",
            f"{data_dir} holds a database but its secrets.env is gone:"
            " restore that file from your backup, encrypted fields cannot be read without it.",
        )
    missing = {name: make() for name, make in makers.items() if not kept.get(name)}
    if missing:
        kept |= missing
        write_whole(path, "".join(f"{name}={value}\n" for name, value in kept.items()))
    return {name: kept[name] for name in makers}


def write_whole(path: Path, text: str) -> None:
    """Write a private file so that a crash leaves the old text or the new one, never a part."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def log_file(data_dir: Path, name: str) -> Path:
    """Where the log of one process goes; a log over 20 MB becomes the old one first, so that two are kept."""
    folder = data_dir / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.rename(path.with_suffix(".log.1"))
    return path


def last_words(log: Path, about: str = "") -> str:
    """The last line of a log, or the last one with `about` in it if there is any."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return last_line("\n".join(line for line in text.splitlines() if about in line) or text)


def last_line(text: str) -> str:
    """The last line that says anything."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "（没有输出）"
