"""What a provider of ours would not say, by what is wrong with it: how it is made so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attendance_adapters.oidc.fetching import MAX_ANSWER_BYTES
from tests.support.log_ins import CONFIGURATION, SiteAndProvider
from tests.support.oidc_keys import by_published_key, half_hash, rsa_key, signed_by_hand, unsigned
from tests.support.oidc_provider import CLIENT_ID, Answer, Provider, as_json

Misbehave = Callable[[SiteAndProvider], object]
CLAIMS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another issuer": lambda given: given | {"iss": "https://evil.test"},
    "an issuer with a slash": lambda given: given | {"iss": given["iss"] + "/"},
    "an issuer in another case": lambda given: given | {"iss": given["iss"].upper()},
    "a list of issuers": lambda given: given | {"iss": [given["iss"]]},
    "no issuer": lambda given: without(given, "iss"),
    "another audience": lambda given: given | {"aud": "another client"},
    "no audience": lambda given: without(given, "aud"),
    "an empty audience": lambda given: given | {"aud": []},
    "an audience that is none": lambda given: given | {"aud": {"attendance": 1}},
    "audiences, and nobody it is for": lambda given: given | {"aud": [CLIENT_ID, "another"]},
    "audiences, and it is for another": (
        lambda given: given | {"aud": [CLIENT_ID, "another"], "azp": "another"}
    ),
    "for another": lambda given: given | {"azp": "another"},
    "expired": lambda given: given | {"exp": given["iat"] - 61},
    "no end": lambda given: without(given, "exp"),
    "an end that is no time": lambda given: given | {"exp": "tomorrow"},
    "an end beyond all numbers": lambda given: given | {"exp": float("nan")},
    "an end after all": lambda given: given | {"exp": float("inf")},
    "made at a time that is none": lambda given: given | {"iat": float("nan")},
    "made tomorrow": lambda given: given | {"iat": given["iat"] + 86_400},
    "made at no time": lambda given: without(given, "iat"),
    "not yet": lambda given: given | {"nbf": given["iat"] + 3600},
    "another nonce": lambda given: given | {"nonce": "n" * 43},
    "no nonce": lambda given: without(given, "nonce"),
    "a nonce that is none": lambda given: given | {"nonce": [given["nonce"]]},
    "nobody": lambda given: without(given, "sub"),
    "an empty subject": lambda given: given | {"sub": ""},
    "a subject that is a number": lambda given: given | {"sub": 7},
    "a subject that is too long": lambda given: given | {"sub": "s" * 256},
    "a subject that is not ASCII": lambda given: given | {"sub": "субъект"},
    "a subject with a NUL": lambda given: given | {"sub": "a\0b"},
    "another access token": lambda given: given | {"at_hash": half_hash("another")},
}


def without(given: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in given.items() if each != name}


def signed_by(how: Callable[[Provider, dict[str, Any]], str]) -> Misbehave:
    def misbehave(both: SiteAndProvider) -> None:
        both.provider.sign = lambda claims: how(both.provider, claims)

    return misbehave


def says(path: str, answer: Answer) -> Misbehave:
    return lambda both: both.provider.instead.update({path: answer})


def configures(**changed: Any) -> Misbehave:
    def misbehave(both: SiteAndProvider) -> None:
        both.provider.change_configuration = lambda given: {
            name: value for name, value in (given | changed).items() if value is not None
        }

    return misbehave


def tokens(change: Callable[[dict[str, Any]], Any]) -> Misbehave:
    return lambda both: setattr(both.provider, "change_tokens", change)


DEEP = Answer(b'{"a":' * 20_000 + b"1" + b"}" * 20_000)
HUGE = Answer(b'{"a":"' + b"a" * MAX_ANSWER_BYTES + b'"}')
SIGNED: dict[str, Misbehave] = {
    "by nobody": signed_by(lambda _, claims: unsigned(claims)),
    "by nobody, it says by RSA": signed_by(lambda _, claims: unsigned(claims, "RS256")),
    "by another with that name": signed_by(
        lambda provider, claims: provider.signed(claims, key=key_with_stolen_name())
    ),
    "with what is published": signed_by(
        lambda provider, claims: provider.signed(
            claims, key=by_published_key(rsa_key()), algorithm="HS256"
        )
    ),
    "with an unknown key": signed_by(
        lambda provider, claims: provider.signed(claims, key=rsa_key("unknown"))
    ),
    "by a key for something else": lambda both: both.provider.published.__setitem__(
        0, both.provider.published[0] | {"use": "enc"}
    ),
    "by a weak key": lambda both: by_weak_key(both.provider),
    "changed afterwards": signed_by(
        lambda provider, claims: changed_after_signing(provider.signed(claims), claims)
    ),
    "with extensions that must be known": signed_by(
        lambda _, claims: signed_by_hand(
            rsa_key(), {"algorithm": "RS256", "crit": ["new"], "new": 1}, claims
        )
    ),
    "with extensions that are none": signed_by(
        lambda _, claims: signed_by_hand(rsa_key(), {"algorithm": "RS256", "crit": 7}, claims)
    ),
    "by a way that is none": signed_by(
        lambda _, claims: signed_by_hand(rsa_key(), {"algorithm": ["RS256"]}, claims)
    ),
    "by a name that is none": signed_by(
        lambda _, claims: signed_by_hand(
            rsa_key(), {"algorithm": "RS256", "kid": ["first"]}, claims
        )
    ),
    "with a key that it brings": signed_by(
        lambda _, claims: signed_by_hand(
            rsa_key("unknown"),
            {"algorithm": "RS256", "kid": "x", "jwk": rsa_key("unknown").as_dict(private=False)},
            claims,
        )
    ),
}
ANSWERS: dict[str, Misbehave] = {
    "no ID token": tokens(lambda given: without(given, "id_token")),
    "a number for an ID token": tokens(lambda given: given | {"id_token": 7}),
    "an ID token that is none": tokens(lambda given: given | {"id_token": "a.b.c"}),
    "an ID token with a deep header": tokens(
        lambda given: given | {"id_token": "W1tbW1tbW1tbW1tbW1tbW1tb" * 1000 + ".e30.YQ"}
    ),
    "a huge ID token": tokens(lambda given: given | {"id_token": "a" * 100_000}),
    "a list for tokens": tokens(lambda given: [given]),
    "no JSON": says("/token", Answer(b"<html>", 200)),
    "deep JSON": says("/token", DEEP),
    "a huge answer": says("/token", HUGE),
    "an answer that is packed": says("/token", Answer(b"{}", 200, {"Content-Encoding": "gzip"})),
    "a way elsewhere": says("/token", Answer(b"", 307, {"Location": "http://127.0.0.1:9/"})),
    "a no": says("/token", as_json({"error": "invalid_grant"}, 400)),
    "a no to us": says("/token", as_json({"error": ["\n" * 99]}, 401)),
    "no keys": says("/keys", as_json({"keys": []})),
    "keys that are none": says("/keys", as_json({"keys": [7, {"kty": "RSA"}, {"kty": "EC"}]})),
    "too many keys": says("/keys", as_json({"keys": [{}] * 101})),
    "keys as a text": says("/keys", as_json("keys")),
    "deep keys": says("/keys", DEEP),
    "huge keys": says("/keys", HUGE),
    "no such keys": says("/keys", as_json({}, 404)),
}
CONFIGURATIONS: dict[str, Misbehave] = {
    "of another issuer": configures(issuer="https://evil.test"),
    "of an issuer with a slash": lambda both: configures(issuer=both.provider.issuer + "/")(both),
    "without an issuer": configures(issuer=None),
    "without keys": configures(jwks_uri=None),
    "without tokens": configures(token_endpoint=7),
    "that sends people to a script": configures(authorization_endpoint="javascript:alert(1)"),
    "that sends people to no address": configures(authorization_endpoint="https://[::1"),
    "that has us read a file": configures(jwks_uri="file:///etc/passwd"),
    "that is deep": says(CONFIGURATION, DEEP),
    "that is huge": says(CONFIGURATION, HUGE),
    "that is no JSON": says(CONFIGURATION, Answer(b"\xff\xfe")),
    "that is elsewhere": says(CONFIGURATION, Answer(b"", 301, {"Location": "http://a.test/"})),
    "that is not there": says(CONFIGURATION, as_json({}, 404)),
}


def by_weak_key(provider: Provider) -> None:
    provider.key = rsa_key("weak", 1024)
    provider.publish(provider.key)


def key_with_stolen_name() -> Any:
    """Makes a key that calls itself as the published one does."""
    other = rsa_key("another")
    given: Any = other.as_dict(private=True) | {"kid": rsa_key().kid}
    return type(other).import_key(given)


def changed_after_signing(token: str, claims: dict[str, Any]) -> str:
    """Puts other claims before the signature of a token."""
    head, _, signature = token.split(".")
    return ".".join((head, unsigned(claims | {"sub": "admin"}).split(".")[1], signature))
