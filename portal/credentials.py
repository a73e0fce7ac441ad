"""Verifiable credentials: signed with Ed25519, checked offline with the published key, revoked by a list.

The key pair is derived from SIGNING_KEY; keys that were replaced go on being published, so that what they
signed goes on being checkable. A credential stands in the register of issued papers, and its place in the
status list is its number there.

Basis: Open Badges 3.0 (1EdTech), W3C Verifiable Credentials 2.0, Bitstring Status List 1.0,
RFC 7515, 7638, 8037.
"""

import base64
import gzip
import hashlib
import json
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.documents import AUTHOR, IssuedPaper

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
LIST_LENGTH = 131_072  # entries of one status list: the least that hides which one is asked for


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _keys() -> list[Ed25519PrivateKey]:
    """The key that signs, then those it replaced."""
    parts = [part.strip() for part in settings.SIGNING_KEY.split(",") if part.strip()]
    derived = (
        HKDF(hashes.SHA256(), length=32, salt=None, info=b"portal credentials Ed25519").derive(part.encode())
        for part in parts
    )
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in derived]


def _public(key: Ed25519PrivateKey) -> dict[str, str]:
    """The public key as a JWK; its name is its RFC 7638 thumbprint."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    least = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}
    text = json.dumps(least, separators=(",", ":"), sort_keys=True)
    name = _base64url(hashlib.sha256(text.encode()).digest())
    return {**least, "kid": name, "alg": "EdDSA", "use": "sig"}


def _site() -> str:
    return settings.SITE_URL.rstrip("/")


def address(name: str, *args) -> str:
    return f"{_site()}{reverse(name, args=args)}"


def issuer() -> dict:
    """Who issues, as every credential says it."""
    return {"id": address("credential_issuer"), "type": ["Profile"], "name": AUTHOR, "url": f"{_site()}/"}


def sign(claims: dict) -> str:
    """The compact JWS of a credential: the same claims give the same text."""
    key = _keys()[0]
    header = {"alg": "EdDSA", "kid": _public(key)["kid"], "typ": "JWT"}
    parts = [
        _base64url(json.dumps(part, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())
        for part in (header, claims)
    ]
    text = ".".join(parts)
    return f"{text}.{_base64url(key.sign(text.encode()))}"


def moment(at: datetime) -> str:
    return at.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")


def claims_of(paper: IssuedPaper, subject: dict, *, name: str) -> dict:
    """The claims of a credential that stands in the register as `paper`: about `subject`, of that name."""
    number, index = divmod(paper.pk, LIST_LENGTH)
    listed = address("credential_status", number)
    return {
        "@context": CONTEXTS,
        "id": paper.address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": name,
        "issuer": issuer(),
        "validFrom": moment(paper.issued_at),
        "credentialSubject": subject,
        "credentialStatus": {
            "id": f"{listed}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(index),
            "statusListCredential": listed,
        },
        "iss": issuer()["id"],
        "jti": paper.address,
        "nbf": int(paper.issued_at.timestamp()),
    }


def status_bits(number: int) -> bytes:
    """One bit for each paper of this part of the register, first bit first: 1 is revoked."""
    bits = bytearray(LIST_LENGTH // 8)
    first = number * LIST_LENGTH
    revoked = IssuedPaper.objects.filter(
        pk__gte=first, pk__lt=first + LIST_LENGTH, revoked_at__isnull=False
    ).values_list("pk", flat=True)
    for pk in revoked.iterator():
        at = pk - first
        bits[at // 8] |= 0x80 >> at % 8
    return bytes(bits)


# --- What anybody may fetch: the key, who issues, what is revoked --------------------------------


@login_not_required
@require_safe
def key_set(request):
    """The public keys, under the well-known address."""
    return JsonResponse({"keys": [_public(key) for key in _keys()]})


@login_not_required
@require_safe
def issuer_profile(request):
    keys = f"{_site()}{reverse('credential_keys')}"
    return JsonResponse({"@context": CONTEXTS, **issuer(), "jwks_uri": keys})


@login_not_required
@require_safe
def status_list(request, number):
    """The signed list of one part of the register. It is fetched whole: we do not learn of whom."""
    newest = IssuedPaper.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if number > newest // LIST_LENGTH:
        raise Http404("没有这一份状态表。")
    here = address("credential_status", number)
    now = timezone.now()
    claims = {
        "@context": CONTEXTS[:1],
        "id": here,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer()["id"],
        "validFrom": moment(now),
        "credentialSubject": {
            "id": f"{here}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{_base64url(gzip.compress(status_bits(number), mtime=0))}",
        },
        "iss": issuer()["id"],
        "nbf": int(now.timestamp()),
    }
    return HttpResponse(sign(claims), content_type="application/vc+jwt")
