"""Secrets at rest and in links: sealed fields and files, keyed look-ups, signed links.

A sealed value is bound to its field and to the person or record it belongs to: moved to another row
it cannot be opened. Three keys, each for one purpose, come from the environment: FIELD_KEY (a ring,
the first one seals, the others still open), HASH_KEY, SIGNING_KEY.

Layout of a sealed value: cipher letter, key id, ":", nonce (12 bytes), ciphertext with its tag (16).
"""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models, router

from portal.errors import Refused

NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
LETTERS = {"AES-GCM": "A", "SM4-GCM": "S"}
_HEADER = re.compile(rb"([AS])([0-9A-Za-z_-]{1,16}):")


class CannotUnseal(Exception):
    """A sealed value is damaged, belongs elsewhere, or its key is not in the ring."""


class SM4GCM:
    """SM4 in GCM, with the interface of cryptography's AESGCM. Basis: GB/T 32907; GB/T 36624."""

    def __init__(self, key: bytes):
        self._key = HKDF(hashes.SHA256(), length=16, salt=None, info=b"portal SM4-GCM").derive(key)

    def encrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        encryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        """Raises InvalidTag if a bit of data, nonce or `bound` has changed."""
        text, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        decryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(text) + decryptor.finalize()


class Ring(NamedTuple):
    """The keys of FIELD_KEY, ready for use: by header for opening, one of them for sealing."""

    header: bytes
    seal: Callable[[bytes, bytes, bytes], bytes]
    unseal: dict[bytes, Callable[[bytes, bytes, bytes], bytes]]


def _key(text: str, name: str) -> bytes:
    """The bytes of one base64 key. Raises ImproperlyConfigured, without a word of the key itself."""
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"{name} 应为 32 字节的 base64 密钥；可用命令 openssl rand -base64 32 生成。"
        )
    return key


@lru_cache(maxsize=8)
def _ring(keys: str, cipher: str) -> Ring:
    if cipher not in LETTERS:
        raise ImproperlyConfigured(f"CIPHER 应为 {' 或 '.join(LETTERS)}。")
    header = b""
    unseal = {}
    sealers = {}
    for entry in filter(None, (part.strip() for part in keys.split(","))):
        key_id, colon, text = entry.rpartition(":")
        key_id = key_id if colon else "1"
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,16}", key_id):
            raise ImproperlyConfigured("FIELD_KEY 的密钥编号只能用 1 至 16 位字母、数字、_ 或 -。")
        key = _key(text, "FIELD_KEY")
        for name, make in (("AES-GCM", AESGCM), ("SM4-GCM", SM4GCM)):
            mark = f"{LETTERS[name]}{key_id}:".encode()
            if mark in unseal:
                raise ImproperlyConfigured(f"FIELD_KEY 中密钥编号 {key_id} 出现两次。")
            box = make(key)
            unseal[mark], sealers[mark] = box.decrypt, box.encrypt
        header = header or f"{LETTERS[cipher]}{key_id}:".encode()
    if not header:
        raise ImproperlyConfigured("缺少 FIELD_KEY；可用命令 openssl rand -base64 32 生成。")
    return Ring(header, sealers[header], unseal)


def _current_ring() -> Ring:
    return _ring(settings.FIELD_KEY, getattr(settings, "CIPHER", "AES-GCM"))


def check_keys() -> None:
    """Raises ImproperlyConfigured with a Chinese sentence unless all three keys can be used."""
    _current_ring()
    _key(settings.HASH_KEY, "HASH_KEY")
    if len(settings.SIGNING_KEY) < 32:
        raise ImproperlyConfigured("SIGNING_KEY 至少 32 个字符；可用命令 openssl rand -base64 32 生成。")


# --- Fields and files -----------------------------------------------------------------------------


def seal_bytes(data: bytes, *, field: str, owner: UUID) -> bytes:
    """`data` encrypted under the first key of the ring, bound to a field's name and to its owner."""
    ring = _current_ring()
    nonce = os.urandom(NONCE_BYTES)
    bound = b"%b%b\0%b" % (ring.header, field.encode(), owner.bytes)
    return ring.header + nonce + ring.seal(nonce, data, bound)


def unseal_bytes(sealed: bytes, *, field: str, owner: UUID) -> bytes:
    """What `seal_bytes` was given.

    Raises CannotUnseal if the value was changed or moved, or its key is not in the ring.
    """
    sealed = bytes(sealed)  # psycopg gives a memoryview
    shape = _HEADER.match(sealed)
    if shape is None:
        raise CannotUnseal("密文格式不符，数据可能已损坏。")
    header, start = shape[0], shape.end()
    opener = _current_ring().unseal.get(header)
    if opener is None:
        raise CannotUnseal(f"FIELD_KEY 中没有编号为 {shape[2].decode()} 的密钥，请把旧密钥加回密钥环。")
    nonce, text = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    if len(text) < TAG_BYTES:
        raise CannotUnseal("密文不完整，数据可能已损坏。")
    try:
        return opener(nonce, text, b"%b%b\0%b" % (header, field.encode(), owner.bytes))
    except InvalidTag:
        raise CannotUnseal("密文校验失败：数据被改动、挪到了别的记录，或密钥不对。") from None


def seal(text: str, *, field: str, owner: UUID) -> bytes:
    """A text encrypted for one field of one owner: seal(name, field="student.name", owner=uuid)."""
    return seal_bytes(text.encode(), field=field, owner=owner)


def unseal(sealed: bytes, *, field: str, owner: UUID) -> str:
    """The text again. Raises CannotUnseal as `unseal_bytes` does."""
    return unseal_bytes(sealed, field=field, owner=owner).decode()


def is_current(sealed: bytes) -> bool:
    """Whether a value is sealed under the ring's first key and the cipher in force."""
    return bytes(sealed[:20]).startswith(_current_ring().header)


def reseal(sealed: bytes, *, field: str, owner: UUID) -> bytes:
    """The value under the ring's first key; itself where it already is."""
    if is_current(sealed):
        return bytes(sealed)
    return seal_bytes(unseal_bytes(sealed, field=field, owner=owner), field=field, owner=owner)


def reseal_column(
    model: type[models.Model],
    column: str,
    *,
    field: str,
    owner: str = "uuid",
    after: object = None,
    limit: int = 5_000,
) -> tuple[int, object]:
    """Rotate one batch of a sealed column, in the order of the primary key and beginning after `after`.

    Returns how many rows changed and the last key seen, None when the column is done: call again with
    it, each batch in a transaction (and scope) of its own, while the portal serves. A row written
    meanwhile is left alone: it is under the new key already.
    """
    rows = model._base_manager.exclude(**{column: None}).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    batch = list(rows.values_list("pk", owner, column)[:limit])
    stale = [(pk, bytes(old), uuid) for pk, uuid, old in batch if not is_current(old)]
    changed = 0
    if stale:
        changed = _replace(
            model,
            column,
            [pk for pk, _, _ in stale],
            [old for _, old, _ in stale],
            [reseal(old, field=field, owner=uuid) for _, old, uuid in stale],
        )
    return changed, batch[-1][0] if len(batch) == limit else None


def _replace(model: type[models.Model], column: str, keys: list, old: list[bytes], new: list[bytes]) -> int:
    connection = connections[router.db_for_write(model)]
    key = model._meta.pk
    names = (model._meta.db_table, model._meta.get_field(column).column, key.column)
    table, value, pk = map(connection.ops.quote_name, names)
    keys_type = f"{key.cast_db_type(connection)}[]"
    update = (
        f"UPDATE {table} AS kept SET {value} = fresh.new"  # noqa: S608 names of our own models
        f" FROM unnest(%s::{keys_type}, %s::bytea[], %s::bytea[]) AS fresh (pk, old, new)"
        f" WHERE kept.{pk} = fresh.pk AND kept.{value} = fresh.old"
    )
    with connection.cursor() as cursor:
        cursor.execute(update, [keys, old, new])
        return cursor.rowcount


# --- Look-up --------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _hash_key(text: str) -> bytes:
    return _key(text, "HASH_KEY")


def blind(text: str, *, purpose: str) -> bytes:
    """32 bytes by which a sealed value is found again: HMAC-SHA256, apart for each purpose.

    Give it the value as `portal.identifiers` keeps it: another spelling has another hash.
    """
    return hmac.digest(_hash_key(settings.HASH_KEY), f"{purpose}\0{text}".encode(), "sha256")


# --- Links ----------------------------------------------------------------------------------------


def _signer(purpose: str) -> signing.TimestampSigner:
    key, *older = [part.strip() for part in settings.SIGNING_KEY.split(",")]
    return signing.TimestampSigner(key=key, salt=f"portal.{purpose}", fallback_keys=older)


def sign(payload: str, *, purpose: str) -> str:
    """A token for a link: the payload, the time and a signature. The payload can be read by anyone."""
    return _signer(purpose).sign(payload)


def unsign(token: str, *, purpose: str, max_age: timedelta | None = None) -> str:
    """The payload of a token signed for this purpose.

    Raises Refused if the token was changed, was signed for something else, or is older than `max_age`.
    """
    try:
        return _signer(purpose).unsign(token, max_age=max_age)
    except signing.SignatureExpired:
        raise Refused("链接已过期，请重新申请。") from None
    except signing.BadSignature:
        raise Refused("链接无效或不完整，请从原始邮件或页面重新打开。") from None
