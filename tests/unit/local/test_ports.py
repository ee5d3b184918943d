from __future__ import annotations

import socket

import pytest

from local.ports import free_port, free_ports


def test_a_free_port_is_kept_and_a_busy_one_gives_way_to_the_next() -> None:
    start = free_port()
    assert free_port(start) == start
    with socket.create_server(("127.0.0.1", start)):
        assert free_port(start) > start


def test_a_listener_on_every_interface_makes_a_port_busy() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        busy = server.getsockname()[1]
        assert free_port(busy) > busy


def test_any_port_is_kept_from_others_and_free_for_a_server() -> None:
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_every_name_gets_a_port_of_its_own_and_nobody_takes_anothers() -> None:
    start = free_port()
    with socket.create_server(("127.0.0.1", start)):
        ports = free_ports({"first": start, "second": start + 1, "any": 0})
    assert ports["first"] not in {start, start + 1}
    assert len(set(ports.values())) == 3
