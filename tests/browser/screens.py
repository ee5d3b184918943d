"""
Looking at screens: is everything there, does it fit, does axe find anything, and what does it look like.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from local.page import FRONTEND
from tests.browser.visitors import PATIENCE

LOADING = re.compile(r"L[oó][aá]d[ií][nñ]g|Cargando")
_TOO_WIDE = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(element => element.getBoundingClientRect().right > width + 1)
    .map(element => `${element.tagName.toLowerCase()}.${element.className}`);
}
"""
_AXE = """
async () => {
  const { violations, passes } = await axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  });
  if (passes.length < 10) return ['axe looked at next to nothing'];
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
"""


@cache
def _axe() -> str:
    return (FRONTEND / "node_modules/axe-core/axe.min.js").read_text()


async def settled(page: Page) -> None:
    """Return when the screen shows what there is, instead of the places for it."""
    await expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_role("main").get_by_text(LOADING)).to_have_count(0, timeout=PATIENCE)


async def too_wide(page: Page) -> list[str]:
    """Return what makes the page scroll sideways."""
    return await page.evaluate(_TOO_WIDE)


async def found_by_axe(page: Page) -> list[str]:
    """Return what axe complains about, on what."""
    # The content security policy lets no page load a script from elsewhere; a debugger may run one.
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_axe())
    found: list[Any] = await page.evaluate(_AXE)
    return [str(complaint) for complaint in found]


async def picture(page: Page, folder: Path, name: str) -> None:
    await page.screenshot(path=folder / f"{name}.png", full_page=True, animations="disabled")
