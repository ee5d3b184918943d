"""
Which ports of 127.0.0.1 are free.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Mapping

_LAST = 65535


def free_port(preferred: int = 0, *, taken: Iterable[int] = ()) -> int:
    """
    Return `preferred` if it is free and not in `taken`, or else the next port that is; 0 means any.

    Nothing is held: somebody else may still take it before it is used. Any port is at least no other's for a minute.

    Raises:
        OSError: no port from `preferred` upwards is free.
    """
    avoid = set(taken)
    if preferred == 0:
        while (port := _any()) in avoid:
            pass
        return port
    for port in range(preferred, _LAST + 1):
        if port not in avoid and _is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, f"no port from {preferred} upwards is free")


def free_ports(preferred: Mapping[str, int]) -> dict[str, int]:
    """Give every name a free port of its own: the preferred one, or the next after it."""
    ports: dict[str, int] = {}
    for name, port in preferred.items():
        others = {other for key, other in preferred.items() if key != name}
        ports[name] = free_port(port, taken=others | set(ports.values()))
    return ports


def _any() -> int:
    # A connection that ends at this port first leaves the port waiting (RFC 9293, TIME-WAIT). For a minute the
    # system gives it to nobody who asks for any port, while a server that wants this one may have it.
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address):
            server.accept()[0].close()
    return address[1]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As a server would: connections of an earlier run that linger do not count, a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
        return True
