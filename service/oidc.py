"""Tokens of an OpenID Connect provider: signed by one of its keys, made for this service, not out of date."""

from __future__ import annotations

import json
import logging
from http.client import HTTPException
from threading import Lock
from typing import Any
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
        #: one asks at a time; how often that failed
        self._lock, self._failed = Lock(), 0

    def who(self, token: str) -> Who:
        """Whose token it is; raises BadToken."""
        settings = self.settings
        try:
            claims = jwt.decode(
                token,
                self._key(jwt.get_unverified_header(token).get("kid")),
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

    def _key(self, id: Any) -> jwt.PyJWK:
        """The provider's key of that id; raises PyJWKClientError, or PyJWKClientConnectionError where it is away.

        Nobody waits for a key that is known; and whoever waited for a question that failed does not ask it again.
        """
        failed = self._failed
        if (known := self._known(id)) is not None:
            return known
        with self._lock:
            if self._failed != failed:
                raise jwt.PyJWKClientConnectionError("it was away just now")
            try:
                if self._keys is None:
                    self._keys = jwt.PyJWKClient(self.settings.oidc_keys or self._found(), timeout=ANSWER_SECONDS)
                return self._keys.get_signing_key(id)
            except (OSError, HTTPException, ValueError, jwt.PyJWKClientConnectionError) as error:
                self._failed += 1
                raise jwt.PyJWKClientConnectionError(type(error).__name__) from None

    def _known(self, id: Any) -> jwt.PyJWK | None:
        """The key of that id, if it is among those that the provider gave lately."""
        cache = None if self._keys is None else self._keys.jwk_set_cache
        given = None if cache is None else cache.get()
        keys = [] if given is None else given.keys
        return next((key for key in keys if key.key_id == id and key.public_key_use in ("sig", None)), None)

    def _found(self) -> str:
        """Where the provider says that its keys are."""
        address = self.settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
        with urlopen(address, timeout=ANSWER_SECONDS) as answer:
            found = json.load(answer)
        if not isinstance(found, dict) or found.get("issuer") != self.settings.oidc_issuer:
            raise jwt.PyJWKClientConnectionError("it is another provider")
        keys = found.get("jwks_uri")
        if not isinstance(keys, str):
            raise jwt.PyJWKClientConnectionError("it does not say where its keys are")
        return keys


def _claim(claims: dict[str, Any], name: str) -> Any:
    """A claim by its name, or by a path of names through objects; None where it lacks."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _words(claim: Any) -> list[str]:
    """A claim with one word, or with a list of them; nothing else has any."""
    given = claim if isinstance(claim, list) else [claim]
    return [one for one in given if isinstance(one, str)]
