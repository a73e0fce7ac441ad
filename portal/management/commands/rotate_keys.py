"""Seal everything anew under the first key of FIELD_KEY, in batches, while the portal serves."""

import base64
import hashlib

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from portal import audit
from portal.encryption import check_keys, is_current, reseal_column, seal_bytes, unseal_bytes
from portal.files import Attachment
from portal.scope import scope

BATCH = 5_000
# Sealed columns are named so by every app; a column's field name is "<model>.<column without _sealed>".
SUFFIX = "_sealed"
NAMES = {"signup": "sign_up"}


def sealed_columns() -> list[tuple[type[models.Model], str, str]]:
    """(model, column, field name) of every sealed column whose row carries its owner's uuid."""
    return [
        (model, field.name, f"{NAMES.get(model._meta.model_name, model._meta.model_name)}.{field.name[:-7]}")
        for model in apps.get_models()
        for field in model._meta.fields
        if field.name.endswith(SUFFIX) and isinstance(field, models.BinaryField)
    ]


class Command(BaseCommand):
    help = "将所有密文改用 FIELD_KEY 的第一个密钥重新加密；可随时中断，再次运行接着做。"

    def handle(self, *args, **options):
        check_keys()
        total = 0
        for model, column, field in sealed_columns():
            changed = self._rotate(model, column, field)
            total += changed
            self.stdout.write(f"{model._meta.verbose_name} {column}：{changed} 行")
        secrets, files = self._factors(), self._files()
        self.stdout.write(f"两步验证密钥：{secrets} 个；文件：{files} 个")
        audit.event("rotate_keys", by=None, kind="keys", name=f"{total + secrets + files} 项")

    def _rotate(self, model: type[models.Model], column: str, field: str) -> int:
        changed, after = 0, None
        while True:
            with scope("steward"):
                count, after = reseal_column(model, column, field=field, after=after, limit=BATCH)
            changed += count
            if after is None:
                return changed

    def _factors(self) -> int:
        """The seeds of the second factor; each row under its lock, so that no new one is overwritten."""
        changed = 0
        for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                changed += self._factor(Authenticator.objects.select_for_update().get(pk=pk))
        return changed

    def _factor(self, row: Authenticator) -> bool:
        kept = {name: row.data[name] for name in ("secret", "seed") if name in row.data}
        fresh = {
            name: encrypt(decrypt(value))
            for name, value in kept.items()
            if not is_current(base64.b64decode(value))
        }
        if fresh:
            row.data = {**row.data, **fresh}
            row.save(update_fields=["data"])
        return bool(fresh)

    def _files(self) -> int:
        """Sealed files: written aside under the new key, then put in the old one's place."""
        changed = 0
        for file in Attachment.objects.filter(is_sealed=True).order_by("pk").iterator():
            if not file.path.exists():
                continue
            sealed = file.path.read_bytes()
            if is_current(sealed):
                continue
            data = unseal_bytes(sealed, field="file", owner=file.pk)
            fresh = seal_bytes(data, field="file", owner=file.pk)
            aside = file.path.with_suffix(".rotating")
            aside.write_bytes(fresh)
            aside.chmod(0o600)
            aside.replace(file.path)
            Attachment.objects.filter(pk=file.pk).update(sha256=hashlib.sha256(fresh).hexdigest())
            changed += 1
        return changed
