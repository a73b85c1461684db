"""Keys of a provider, and how tokens are signed by them, or as if they were."""

from __future__ import annotations

import base64
import hashlib
import json
import warnings
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, OctKey, RSAKey


@cache
def rsa_key(name: str = "first", bits: int = 2048) -> RSAKey:
    """Makes a key for each name, once: to make one takes a while."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of one that is weak on purpose
        return RSAKey.generate_key(bits, {"kid": name, "use": "sig"})


@cache
def ec_key(name: str = "curve") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def half_hash(text: str) -> str:
    """Makes the ``at_hash`` of an access token: the left half of its SHA-256."""
    digest = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signed_by_hand(key: RSAKey, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Signs rightly what no library of ours would write."""
    text = unsigned(claims, **header).rsplit(".", 1)[0]
    assert key.private_key is not None
    signature = key.private_key.sign(text.encode(), PKCS1v15(), SHA256())
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def unsigned(claims: dict[str, Any], algorithm: str = "none", **header: Any) -> str:
    """Writes what looks like a token, with nothing for a signature."""
    parts = ({"alg": algorithm, "typ": "JWT", **header}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in parts]
    return b".".join([*texts, b""]).decode()


def by_published_key(key: RSAKey) -> OctKey:
    """Makes a secret of what everybody has: the published key."""
    return OctKey.import_key(base64.b64encode(key.as_pem(private=False)), {"kid": str(key.kid)})
