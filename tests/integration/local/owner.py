"""
Owns one supervised PostgreSQL until it is killed: `owner.py DATA PORT PASSWORD`. Prints the server's pid.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from local import postgres
from local.supervisor import Supervisor


async def main() -> None:
    data, port, password = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    postgres.create(data, password)
    postgres.reclaim(data)
    async with Supervisor(data.parent / "logs", lambda _name, _line: None) as supervisor:
        await supervisor.start(postgres.server(data, port, password))
        sys.stdout.write(f"{supervisor.pids['postgres']}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


asyncio.run(main())
