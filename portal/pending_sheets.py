"""Sheets between their upload and the end of the job that keeps them."""

import os
import time
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from portal import encryption
from portal.errors import Refused


class PendingSheet:
    """An uploaded sheet, sealed on disk: it waits a day for its confirmation, known only by a signed token,
    and once confirmed a month for its job.
    """

    PURPOSE = "register_sheet"
    KEPT_SECONDS = 24 * 3600
    HELD_SECONDS = 31 * 24 * 3600

    def __init__(self, key: UUID):
        self.key = key

    @property
    def place(self) -> Path:
        return Path(settings.DATA_DIR) / "pending_sheets" / self.key.hex

    @property
    def held_place(self) -> Path:
        """Where it lies once confirmed."""
        return Path(settings.DATA_DIR) / "confirmed_sheets" / self.key.hex

    @classmethod
    def keep(cls, data: bytes) -> "PendingSheet":
        pending = cls(uuid4())
        pending.place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(pending.place.parent, older_than=time.time() - cls.KEPT_SECONDS)
        sealed = encryption.seal_bytes(data, field=cls.PURPOSE, owner=pending.key)
        with open(os.open(pending.place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(sealed)
        return pending

    def token(self, *, by, label: str) -> str:
        return encryption.sign(f"{by.pk}|{label}|{self.key.hex}", purpose=self.PURPOSE)

    @classmethod
    def of(cls, token: str, *, by, label: str) -> "PendingSheet":
        """Raises Refused for another person's, another register's or no token."""
        who, what, key = encryption.unsign(token, purpose=cls.PURPOSE).split("|")
        if (who, what) != (str(by.pk), label):
            raise Refused("这份表格不是在这里上传的，请重新上传。")
        return cls(UUID(hex=key))

    def read(self) -> bytes:
        """Raises Refused if it was swept."""
        for place in (self.place, self.held_place):
            try:
                sealed = place.read_bytes()
            except FileNotFoundError:
                continue
            return encryption.unseal_bytes(sealed, field=self.PURPOSE, owner=self.key)
        raise Refused("这份表格已经导入或已过期，请重新上传。")

    def hold(self) -> None:
        """Keep it until its job has ended. Raises Refused if it was swept."""
        self.held_place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self.place.replace(self.held_place)
        except FileNotFoundError as error:
            if not self.held_place.exists():
                raise Refused("这份表格已经导入或已过期，请重新上传。") from error

    def drop(self) -> None:
        self.held_place.unlink(missing_ok=True)

    @classmethod
    def sweep_held(cls, at: datetime) -> None:
        folder = Path(settings.DATA_DIR) / "confirmed_sheets"
        if folder.is_dir():
            _sweep(folder, older_than=at.timestamp() - cls.HELD_SECONDS)


def _sweep(folder: Path, *, older_than: float) -> None:
    for place in folder.iterdir():
        if place.stat().st_mtime < older_than:
            place.unlink(missing_ok=True)
