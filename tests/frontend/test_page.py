"""The web page's own tests, run by its own runner, and the rules that reach beyond its folder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from local import page

FRONTEND = Path("frontend")


@pytest.fixture(scope="module")
def npm(request: pytest.FixtureRequest) -> None:
    """Node and what the lock names; without Node the tests that need it are skipped, and it is said on the terminal."""
    try:
        page.install()
    except page.NoPageError as error:
        reporter = request.config.pluginmanager.get_plugin("terminalreporter")
        if reporter:
            reporter.write_line(f"NOT TESTED: {error}", red=True)
        pytest.skip(str(error))


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("npm")
@pytest.mark.parametrize("script", ["test", "types", "check-gen"])
def test_the_page_passes_its_own_checks(script: str) -> None:
    result = subprocess.run(
        ["npm", "run", "--silent", script],
        cwd=FRONTEND,
        capture_output=True,
        text=True,
        timeout=880,
        check=False,
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-20_000:]


def test_the_lock_names_no_registry_and_every_version() -> None:
    """What is pinned are versions and hashes; where they come from is each machine's business."""
    text = (FRONTEND / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 100
    package = json.loads((FRONTEND / "package.json").read_text())
    pins = {**package["dependencies"], **package["devDependencies"]}
    assert [f"{name}@{version}" for name, version in pins.items() if not version[0].isdigit()] == []


@pytest.mark.usefixtures("npm")
def test_the_page_is_built_once_and_told_where_everything_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    dist = page.built(said.append)
    said.clear()
    assert page.built(said.append) == dist
    assert said == [], "nothing changed, so nothing is built"
    placed = page.place(dist, tmp_path / "site", {"api": ""})
    assert json.loads((placed / "config.json").read_text()) == {"api": ""}
    assert (placed / "index.html").read_bytes() == (dist / "index.html").read_bytes()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(page.NoPageError, match=r"needs Node 20\.19 or newer with npm; here is none"):
        page.built(said.append)


@pytest.mark.usefixtures("npm")
def test_the_built_page_brings_no_script_or_style_in_the_document() -> None:
    """The content security policy would stop both."""
    html = (page.built(lambda _: None) / "index.html").read_text()
    assert "<style" not in html
    assert " style=" not in html
    assert html.count("<script") == html.count('<script type="module" crossorigin src="/assets/')
