"""
`make doctor`: lets each service of the running stack look at its neighbours, with the settings it runs with.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from local.aws import Resources
from local.child import inherited
from local.setup import ROOT
from local.stack import SERVICES, Stack, emulator_of
from local.state import State


async def examine(state: State, running: dict[str, Any]) -> dict[str, Any]:
    """
    Run every service's doctor and return what each found, by service.

    Args:
        state: The folder of the stack.
        running: What it published; see `Stack.published`.
    """
    ports = running["ports"]
    stack = Stack(state, ports, emulator_of(state, ports["emulator"]), running["emulates_cloud"])
    resources = Resources(**running["aws"])
    found = await asyncio.gather(*(_examine(stack, service, resources) for service in SERVICES))
    return dict(zip(SERVICES, found, strict=True))


async def _examine(stack: Stack, service: str, resources: Resources) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *stack.command(service, "doctor"),
        "--json",
        cwd=ROOT,
        env=inherited() | stack.service_settings(service, resources),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await process.communicate()
    if process.returncode in {0, 1} and output:
        return json.loads(output)
    said = complaint.decode(errors="replace").strip().replace("\n", "; ")
    return [{"neighbour": service, "ok": False, "said": said, "fix": "correct the settings"}]


def lines(found: dict[str, Any]) -> list[str]:
    """What was found, for people."""
    told: list[str] = []
    for service, findings in found.items():
        told.append(service)
        for each in findings:
            line = f"  {'✓' if each['ok'] else '✗'} {each['neighbour']}: {each['said']}"
            told.append(line if each["ok"] else f"{line} → {each['fix']}")
    return told
