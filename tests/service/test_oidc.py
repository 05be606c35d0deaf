"""Tokens of an OpenID Connect provider, which runs here: its keys are made for the tests, its answers go over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi.testclient import TestClient

from service import oidc
from service.access_settings import AccessSettings
from service.app import create_app
from service.settings import ServiceSettings, SettingsInvalid

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public(key: Any, algorithm: str, id: str) -> dict[str, Any]:
    """The public half as a JSON Web Key."""
    made = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**made, "kid": id, "use": "sig", "alg": algorithm}


KEYS = {"keys": [public(RSA, "RS256", "rsa"), public(CURVE, "ES256", "curve")]}


class Provider(BaseHTTPRequestHandler):
    """Says where its keys are, and gives them."""

    def do_GET(self) -> None:
        """Answer what a provider is asked."""
        port = self.server.server_address[1]
        issuer = f"http://127.0.0.1:{port}"
        found = {
            "/.well-known/openid-configuration": {"issuer": issuer, "jwks_uri": f"{issuer}/keys"},
            "/keys": KEYS,
        }[self.path]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of the provider."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def client(issuer: str, module_address: str) -> Iterator[TestClient]:
    """A service that takes the provider's tokens; the provider calls the roles otherwise than the service."""
    settings = ServiceSettings(
        database_url=module_address,
        oidc_issuer=issuer,
        oidc_role="realm.groups",
        oidc_roles="people-team=hr, planners=planner, everybody=employee, operators=admin",
    )
    with TestClient(create_app(settings)) as connected:
        yield connected


def token(issuer: str, key: Any = RSA, algorithm: str = "RS256", id: str = "rsa", **claims: Any) -> str:
    """A token that is right but for what is said."""
    said = {
        "iss": issuer,
        "aud": "staffing",
        "sub": "u-17",
        "exp": int(time.time()) + 600,
        "realm": {"groups": ["planners"]},
        **claims,
    }
    given = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(given, key, algorithm, headers={"kid": id})


def status(client: TestClient, token: str, path: str = "/v1/portfolios", method: str = "GET") -> int:
    """The status of a request with the token."""
    return client.request(method, path, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize(("key", "algorithm", "id"), [(RSA, "RS256", "rsa"), (CURVE, "ES256", "curve")])
def test_a_token_of_the_provider_says_who_asks(
    client: TestClient, issuer: str, key: Any, algorithm: str, id: str
) -> None:
    """Signed by one of the provider's keys, for this service, in time: its role is let in, and no further."""
    good = token(issuer, key, algorithm, id)
    assert status(client, good, "/v1/rules") == 200
    assert status(client, good, "/v1/audit/verify") == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": 1_700_000_000},
        {"exp": None},
        {"aud": "another service"},
        {"iss": "https://somebody.example"},
        {"sub": None},
        {"realm": {"groups": ["strangers"]}},
        {"realm": "planners"},
        {"realm": {"groups": 3}},
        {"realm": {"groups": {"planners": True}}},
        {"nbf": 4_000_000_000},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}={next(iter(wrong.values()))}",
)
def test_a_token_that_is_not_right_is_refused(client: TestClient, issuer: str, wrong: dict[str, Any]) -> None:
    """Out of date, for another service, of another provider, of nobody, or without a role: a 401."""
    assert status(client, token(issuer, **wrong), "/v1/rules") == 401


def test_a_signature_that_is_not_the_providers_is_refused(client: TestClient, issuer: str) -> None:
    """Signed by a stranger, not at all, or with the public key as if it were a secret: a 401."""
    assert status(client, token(issuer, STRANGER), "/v1/rules") == 401
    unsigned = jwt.encode(jwt.decode(token(issuer), options={"verify_signature": False}), None, "none")
    assert status(client, unsigned, "/v1/rules") == 401
    known = token(issuer, "a secret of 32 bytes that is known", "HS256")
    assert status(client, known, "/v1/rules") == 401
    assert status(client, "no.token.atall", "/v1/rules") == 401


def test_without_a_token_nobody_is_let_in(client: TestClient) -> None:
    """A service with a provider asks everybody who they are, on this machine too."""
    assert client.get("/v1/rules").status_code == 401


def test_claims_say_who_the_person_is_and_which_units_are_theirs(client: TestClient, issuer: str) -> None:
    """The strongest of several roles counts, admin comes with it, the person opens the own view alone."""
    employee = token(issuer, realm={"groups": ["everybody", "unknown"]}, staffing_person="p01")
    assert status(client, employee, "/v1/people/p01/contests") == 200
    assert status(client, employee, "/v1/people/p02/contests") == 403
    assert status(client, token(issuer, realm={"groups": ["everybody", "people-team"]}), "/v1/audit/verify") == 200


def test_a_provider_that_is_away_is_told(sqlite_address: str) -> None:
    """Nobody can be let in while the keys cannot be had, and the answer says why."""
    settings = ServiceSettings(database_url=sqlite_address, oidc_issuer="http://127.0.0.1:9")
    with TestClient(create_app(settings)) as connected:
        answer = connected.get("/v1/rules", headers={"Authorization": f"Bearer {token('http://127.0.0.1:9')}"})
    assert (answer.status_code, answer.json()["detail"]) == (
        401,
        "The OpenID Connect provider cannot be reached to check the token.",
    )


def test_units_that_are_no_words_are_no_units(issuer: str) -> None:
    """A claim of another kind lets nobody see more: it names no unit, and is no fault of ours."""
    provider = oidc.Provider(AccessSettings(oidc_issuer=issuer, oidc_role="realm.groups"))
    for units, known in (("north", {"north"}), (["north", 3], {"north"}), (3, set()), (True, set()), ({"a": 1}, set())):
        who = provider.who(token(issuer, realm={"groups": ["planner"]}, staffing_units=units))
        assert who.units == known, units


class Broken(BaseHTTPRequestHandler):
    """Says of itself, and of its keys, what the server was given for the path; closes where that is nothing."""

    def do_GET(self) -> None:
        """Answer, once the server lets it."""
        server: Any = self.server
        server.asked += 1
        assert server.go.wait(60)
        told = server.told.get(self.path)
        if told is not None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(told.replace("HERE", f"http://127.0.0.1:{server.server_address[1]}").encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def broken(told: dict[str, str]) -> Iterator[Any]:
    """A server that says what is told by path."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    server.told, server.asked, server.go = told, 0, threading.Event()
    server.go.set()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "told",
    [
        {},
        {DISCOVERY: "no JSON"},
        {DISCOVERY: '{"issuer": "HERE"}'},
        {DISCOVERY: '{"issuer": "HERE", "jwks_uri": 3}'},
        {DISCOVERY: '{"issuer": "HERE", "jwks_uri": "HERE/keys"}'},
        {DISCOVERY: '{"issuer": "HERE", "jwks_uri": "HERE/keys"}', "/keys": "no JSON"},
    ],
    ids=["closes", "no JSON", "no keys", "odd keys", "keys close", "keys no JSON"],
)
def test_a_provider_that_answers_badly_counts_as_away(sqlite_address: str, told: dict[str, str]) -> None:
    """Whatever it says, or does not say, of itself or of its keys: the answer is the same, and no fault of ours."""
    with broken(told) as server:
        issuer = f"http://127.0.0.1:{server.server_address[1]}"
        with TestClient(create_app(ServiceSettings(database_url=sqlite_address, oidc_issuer=issuer))) as connected:
            answer = connected.get("/v1/rules", headers={"Authorization": f"Bearer {token(issuer)}"})
    assert (answer.status_code, answer.json()["detail"]) == (
        401,
        "The OpenID Connect provider cannot be reached to check the token.",
    )


class Counted:
    """A lock that says when somebody comes to it."""

    def __init__(self) -> None:
        self.came, self._lock = threading.Semaphore(0), threading.Lock()

    def __enter__(self) -> None:
        self.came.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_who_waited_for_a_provider_that_is_away_does_not_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tokens come meanwhile, all have the answer when the first question has failed."""
    with broken({}) as server, ThreadPoolExecutor(4) as threads:
        server.go.clear()
        issuer = f"http://127.0.0.1:{server.server_address[1]}"
        provider, lock = oidc.Provider(AccessSettings(oidc_issuer=issuer)), Counted()
        monkeypatch.setattr(provider, "_lock", lock)
        asking = [threads.submit(provider.who, token(issuer)) for _ in range(4)]
        for _ in asking:
            assert lock.came.acquire(timeout=60)
        server.go.set()
        for one in asking:
            with pytest.raises(oidc.BadToken, match="cannot be reached"):
                one.result()
        assert server.asked == 1


def test_nobody_waits_for_a_key_that_is_known(issuer: str) -> None:
    """While the provider is asked for another key, a token with one of those it gave is let in."""
    provider = oidc.Provider(AccessSettings(oidc_issuer=issuer, oidc_role="realm.groups"))
    good = token(issuer, realm={"groups": ["planner"]})
    provider.who(good)
    with ThreadPoolExecutor(1) as threads, provider._lock:
        assert threads.submit(provider.who, good).result(timeout=60).role == "planner"


@pytest.mark.parametrize(
    "environment",
    [{"STAFFING_OIDC_ISSUER": "http://id.example"}, {"STAFFING_OIDC_ROLES": "planners=boss"}],
    ids=["plain http", "no such role"],
)
def test_settings_that_would_not_be_safe_are_refused(environment: dict[str, str]) -> None:
    """A provider without encryption, and a role that does not exist, keep the service from starting."""
    with pytest.raises(SettingsInvalid, match=next(iter(environment))):
        ServiceSettings.of(environment)
