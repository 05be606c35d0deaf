"""Tokens of an OpenID Connect provider: signed by one of its keys, made for this service, not out of date."""

from __future__ import annotations

import json
import logging
from threading import Lock
from typing import Any, cast
from urllib.error import URLError
from urllib.request import urlopen

import jwt

from service.access_settings import AccessSettings
from service.who import Role, Who

#: signatures that a public key checks; never `none`, nor one for which the service would have to keep a secret
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
#: seconds that the provider's clock may differ from ours, and that we wait for an answer of it
LEEWAY_SECONDS = 30
ANSWER_SECONDS = 5
#: of several roles in a token the first of these counts; admin comes with any of them
STRONGEST: tuple[Role, ...] = ("hr", "planner", "lead", "auditor", "employee", "admin")

log = logging.getLogger("staffing")


class BadToken(Exception):
    """The token does not say who asks; the message says why, without a word of the token."""


class Provider:
    """The provider of the settings, asked for its keys when the first token comes, and again for an unknown key."""

    def __init__(self, settings: AccessSettings) -> None:
        self.settings = settings
        self._keys: jwt.PyJWKClient | None = None
        self._lock = Lock()

    def who(self, token: str) -> Who:
        """Whose token it is; raises BadToken."""
        settings = self.settings
        try:
            claims = jwt.decode(
                token,
                self._client().get_signing_key_from_jwt(token),
                algorithms=ALGORITHMS,
                audience=settings.oidc_audience,
                issuer=settings.oidc_issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise BadToken("The token is out of date.") from None
        except jwt.PyJWKClientConnectionError:
            log.warning("the OpenID Connect provider cannot be reached")
            raise BadToken("The OpenID Connect provider cannot be reached to check the token.") from None
        except jwt.PyJWTError:
            raise BadToken("The token is not one of the provider's for this service.") from None
        return self._who(claims)

    def _who(self, claims: dict[str, Any]) -> Who:
        settings = self.settings
        words, role_of = _words(_claim(claims, settings.oidc_role)), settings.role_of
        roles = {role_of[word] for word in words if word in role_of}
        if not roles:
            raise BadToken("The token has no role of this service.")
        person, units = _claim(claims, settings.oidc_person), _claim(claims, settings.oidc_units)
        return Who(
            role=next(role for role in STRONGEST if role in roles),
            name=f"oidc {claims['sub']}"[:200],  # never the name of a key
            person=person if isinstance(person, str) else None,
            units=None if units is None else frozenset(_words(units)),
            admin="admin" in roles,
        )

    def _client(self) -> jwt.PyJWKClient:
        with self._lock:
            if self._keys is None:
                self._keys = jwt.PyJWKClient(self.settings.oidc_keys or self._found(), timeout=ANSWER_SECONDS)
            return self._keys

    def _found(self) -> str:
        """Where the provider says that its keys are."""
        address = self.settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            with urlopen(address, timeout=ANSWER_SECONDS) as answer:
                found = json.load(answer)
        except (URLError, TimeoutError, ValueError) as error:
            raise jwt.PyJWKClientConnectionError(type(error).__name__) from None
        if not isinstance(found, dict) or found.get("issuer") != self.settings.oidc_issuer:
            raise jwt.PyJWKClientConnectionError("it is another provider")
        return cast(str, found["jwks_uri"])


def _claim(claims: dict[str, Any], name: str) -> Any:
    """A claim by its name, or by a path of names through objects; None where it lacks."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _words(claim: Any) -> list[str]:
    """A claim with one word, or with a list of them."""
    return [claim] if isinstance(claim, str) else [one for one in claim or () if isinstance(one, str)]
