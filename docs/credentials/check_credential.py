"""Checks a digital credential of the portal without the portal: needs Python and `cryptography`, no network.

    python check_credential.py jwks.json credential.jwt [status.jwt]

jwks.json is the portal's /.well-known/jwks.json, fetched once; status.jwt the list that the credential names
under credentialStatus.statusListCredential. Prints what the credential says; ends with 1 if it is not
genuine, 2 if it was revoked.
"""

import base64
import gzip
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(token: str, keys: dict[str, str]) -> dict:
    """The claims of a token. Raises InvalidSignature unless one of the keys signed exactly this text."""
    head, body, signature = token.strip().split(".")
    header = json.loads(decoded(head))
    if header.get("alg") != "EdDSA" or header.get("kid") not in keys:
        raise InvalidSignature("not signed with a published key")
    key = Ed25519PublicKey.from_public_bytes(decoded(keys[header["kid"]]))
    key.verify(decoded(signature), f"{head}.{body}".encode())
    return json.loads(decoded(body))


def is_revoked(claims: dict, listed: dict) -> bool:
    status = claims["credentialStatus"]
    if listed["id"] != status["statusListCredential"]:
        raise InvalidSignature("another list than the one the credential names")
    bits = gzip.decompress(decoded(listed["credentialSubject"]["encodedList"].removeprefix("u")))
    index = int(status["statusListIndex"])
    return bool(bits[index // 8] >> 7 - index % 8 & 1)


def main(key_file: str, credential_file: str, status_file: str = "") -> int:
    keys = {key["kid"]: key["x"] for key in json.loads(Path(key_file).read_text())["keys"]}
    try:
        claims = opened(Path(credential_file).read_text(), keys)
        listed = opened(Path(status_file).read_text(), keys) if status_file else None
        revoked = listed is not None and is_revoked(claims, listed)
    except (InvalidSignature, ValueError, KeyError) as fault:
        print(f"NOT GENUINE {fault}")
        return 1
    print(json.dumps(claims, ensure_ascii=False, indent=1))
    print(
        "REVOKED"
        if revoked
        else "GENUINE"
        if listed is not None
        else "GENUINE, NOT LOOKED UP WHETHER REVOKED"
    )
    return 2 if revoked else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
