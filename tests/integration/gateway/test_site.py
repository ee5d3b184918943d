"""The web page on the gateway's own origin: every file as it was built, and nothing of the API given away for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.contract import Method, all_methods
from gateway.settings import SettingsError
from tests.fixtures.tokens import Issuer
from tests.integration.gateway.conftest import Edge, envoy, reason, upstream

HOSTS = ("http://127.0.0.1:4566", "https://audio.example")
PAGE = '<!doctype html><script type="module" src="/assets/index-Ab1.js"></script>'
SCRIPT = "export const answer = 42;\n" * 100
FONT = bytes(range(256)) * 8
VERCEL = json.loads(Path("frontend/vercel.json").read_text())


@pytest.fixture(scope="module")
def site(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("site")
    built = folder / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "config.json").write_text('{"api": ""}')
    (built / "assets/index-Ab1.js").write_text(SCRIPT)
    (built / "assets/style-Cd2.css").write_text("body { margin: 0 }")
    (built / "assets/inter-Ef3.woff2").write_bytes(FONT)
    (built / "assets/index-Ab1.js.map").write_text("{}")
    with upstream(issuer, folder) as (places, _):
        addresses = {name: [place] for name, place in places.items()}
        with envoy(issuer, addresses, folder, site=built, site_hosts=HOSTS) as edge:
            yield edge


@pytest.mark.parametrize(
    "path", ["/", "/matches", "/recordings/3f8a-1", "/signed-in?code=a&state=b", "/nowhere/at/all"]
)
def test_every_address_of_the_page_is_the_page(site: Edge, path: str) -> None:
    response = site.call("GET", path, "")
    assert (response.status_code, response.text) == (200, PAGE)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/assets/index-Ab1.js", "application/javascript; charset=utf-8", SCRIPT.encode()),
        ("/assets/style-Cd2.css", "text/css; charset=utf-8", b"body { margin: 0 }"),
        ("/assets/inter-Ef3.woff2", "font/woff2", FONT),
    ],
)
def test_a_file_with_a_hash_is_kept_for_ever(site: Edge, path: str, kind: str, body: bytes) -> None:
    response = site.call("GET", path, "")
    assert (response.status_code, response.content) == (200, body)
    assert response.headers["content-type"] == kind
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "given"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None)]
)
def test_scripts_are_compressed_as_well_as_the_browser_can_take(
    site: Edge, accepted: str, given: str | None
) -> None:
    with (
        site.client("", **{"accept-encoding": accepted}) as client,
        client.stream("GET", "/assets/index-Ab1.js") as response,
    ):
        assert response.headers.get("content-encoding") == given
        assert (len(b"".join(response.iter_raw())) < len(SCRIPT)) == bool(given)


def test_answers_of_the_api_are_compressed_as_before(site: Edge) -> None:
    assert (
        site.call("GET", "/openapi.json", headers={"accept-encoding": "gzip, br"}).headers["content-encoding"]
        == "gzip"
    )


def test_the_configuration_is_asked_for_every_time(site: Edge) -> None:
    response = site.call("GET", "/config.json", "")
    assert response.json() == {"api": ""}
    assert response.headers["cache-control"] == "no-cache"


def test_browsers_are_told_what_vercel_tells_them_with_the_hosts_named(site: Edge) -> None:
    (everywhere,) = (rule["headers"] for rule in VERCEL["headers"] if rule["source"] == "/(.*)")
    told = site.call("GET", "/matches", "").headers
    for header in everywhere:
        if header["key"] != "Content-Security-Policy":
            assert told[header["key"]] == header["value"]
    policy = dict(part.strip().split(" ", 1) for part in told["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == f"'self' {HOSTS[0]} {HOSTS[1]}"
    assert policy["media-src"] == f"'self' blob: {HOSTS[0]} {HOSTS[1]}"
    assert "unsafe" not in told["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/assets/index-Ab1.js.map", "/index.html", "/envoy.yaml", "/.env"]
)
def test_what_is_no_file_of_the_page_is_not_there(site: Edge, path: str) -> None:
    assert site.call("GET", path, "").status_code == 401
    assert reason(site.call("GET", path)) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/", "/matches", "/assets/index-Ab1.js"])
def test_the_page_can_be_read_and_nothing_else(site: Edge, path: str) -> None:
    assert site.call("HEAD", path, "").status_code == 200
    assert reason(site.call("POST", path, json={})) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "method", [method for method in all_methods() if method.needs_user], ids=lambda method: method.path
)
def test_nothing_of_the_api_lost_its_door(site: Edge, method: Method) -> None:
    for verb in ("POST", "GET", "HEAD"):
        assert site.call(verb, method.path, "").status_code == 401, "a method's own path is no page"


@pytest.mark.parametrize("path", ["/v1/session", "/v1/", "/v1/nothing", "//v1/session", "/x/../v1/session"])
def test_what_begins_like_the_api_is_never_the_page(site: Edge, path: str) -> None:
    for verb in ("GET", "HEAD"):
        assert site.call(verb, f"{site.url}{path}", "").status_code == 401


def test_the_api_answers_as_before(site: Edge) -> None:
    assert site.call("GET", "/v1/recordings").status_code == 200
    assert site.call("GET", "/v1/recordings").headers["cache-control"] == "no-store"
    assert site.call("GET", "/docs", "").headers["cache-control"] == "no-store"
    assert site.call("GET", "/openapi.json", "").json()["openapi"].startswith("3.1")
    assert site.call("GET", "/healthz", "").status_code == 200


def test_a_page_that_is_not_there_is_no_setting(site: Edge, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=re.escape(f"site: there is no built page in {tmp_path}")):
        replace(site.settings, site=tmp_path)
