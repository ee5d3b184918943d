"""
The page as a phone meets it: what its first screen costs to fetch, until it is there, and until it answers a press.
Chromium on this machine with its processor slowed down, against the whole local system; nothing is cached.
"""

from __future__ import annotations

import gzip
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser, Response, async_playwright

from bench.report import Report, Table, WrongAnswer
from bench.system import system
from local.people import CAST
from tests.browser import chromium

VISITS = 7
SLOWER = 4
"""What Lighthouse takes for a mid-range phone: https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md"""
PHONE = {"width": 390, "height": 844}
_WATCH = """
window.seen = { paint: 0, press: 0 };
const watch = (type, read, options) =>
  new PerformanceObserver((list) => list.getEntries().forEach(read)).observe({ type, buffered: true, ...options });
watch("largest-contentful-paint", (entry) => { seen.paint = entry.startTime; });
watch("event", (entry) => { seen.press = Math.max(seen.press, entry.duration); }, { durationThreshold: 16 });
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One first visit. Milliseconds, and bytes of script."""

    paint: float
    press: float
    gzip: int
    files: int


async def run(report: Report) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="timbre-bench-") as folder:
        wav = chromium.spoken(CAST / "nora-k.opus", Path(folder) / "speech.wav")
        async with system(with_page=True) as up, async_playwright() as playwright:
            if not up.up.has_page:
                raise WrongAnswer("the page was not built; it needs Node")
            browser = await playwright.chromium.launch(
                executable_path=chromium.executable(), args=chromium.arguments(wav)
            )
            visits = [await _visit(browser, up.up.stack.gateway) for _ in range(VISITS)]
            await browser.close()
    rows = (
        ("script of the first screen, gzip -9", "kB", visits[0].gzip / 1000, "120"),
        ("  in files", "", visits[0].files, ""),
        ("largest contentful paint, median", "ms", median(visit.paint for visit in visits), "1500"),
        ("largest contentful paint, slowest", "ms", max(visit.paint for visit in visits), ""),
        (
            "press on “Write instead” until the next paint, median",
            "ms",
            median(v.press for v in visits),
            "100",
        ),
    )
    title = f"First visit, {VISITS} times, processor {SLOWER} times slower"
    report.table(Table(title, ("what", "unit", "measured", "goal"), rows))


async def _visit(browser: Browser, address: str) -> Visit:
    context = await browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]}, locale="en"
    )
    await context.add_init_script(_WATCH)
    tab = await context.new_page()
    session: Any = await context.new_cdp_session(tab)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    scripts: list[Response] = []
    tab.on("response", lambda each: scripts.append(each) if each.request.resource_type == "script" else None)
    await tab.goto(address)
    await tab.wait_for_load_state("networkidle")
    size = sum([len(gzip.compress(await each.body(), 9)) for each in scripts])
    await tab.get_by_role("button", name="Write instead").click()
    await tab.get_by_role("textbox").wait_for()
    await tab.wait_for_timeout(500)
    seen = await tab.evaluate("window.seen")
    await context.close()
    return Visit(seen["paint"], seen["press"], size, len(scripts))
