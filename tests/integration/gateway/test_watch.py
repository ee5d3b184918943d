"""The one stream: NDJSON, a line as soon as there is one, and what a client sees when it breaks."""

from __future__ import annotations

import json

import grpc
import grpc.aio
import pytest

from tests.integration.gateway.conftest import Edge, reason
from timbre.media.v1 import media_pb2 as pb
from timbre.media.v1.media_pb2_grpc import MediaServiceStub

NAME = "recordings/00000000-0000-4000-8000-00000000000"


def test_each_event_is_sent_when_it_happens(edge: Edge) -> None:
    """The service sends its second event only after the client, having read the first, completes the upload."""
    with edge.client() as client, client.stream("GET", f"/v1/{NAME}c:watch") as response:
        assert response.headers["content-type"] == "application/json"
        assert "content-encoding" not in response.headers
        lines = response.iter_lines()
        first = json.loads(next(lines))
        edge.call("POST", f"/v1/{NAME}c:complete", json={}).raise_for_status()
        rest = [json.loads(line) for line in lines]
    assert first["recording"]["state"] == "STATE_TRANSCRIBING"
    assert [next(iter(event)) for event in rest] == ["heartbeat", "ended"]


def test_an_error_before_the_first_event_is_an_error(edge: Edge) -> None:
    assert reason(edge.call("GET", f"/v1/{NAME}0:watch")) == (404, "NOT_FOUND")


def test_a_stream_that_breaks_has_no_terminal_event(edge: Edge) -> None:
    """HTTP has no trailers: this is why the contract ends every good stream with an event that says so."""
    response = edge.call("GET", f"/v1/{NAME}b:watch")
    events = [json.loads(line) for line in response.text.splitlines()]
    assert response.status_code == 200
    assert [next(iter(event)) for event in events] == ["recording"]


async def test_a_grpc_client_gets_the_events_and_the_error(edge: Edge) -> None:
    async with edge.channel() as channel:
        watch = MediaServiceStub(channel).WatchRecording
        whole = watch(pb.WatchRecordingRequest(name=f"{NAME}1"), metadata=edge.credentials())
        assert [event.WhichOneof("event") async for event in whole] == ["recording", "heartbeat", "ended"]
        broken = watch(pb.WatchRecordingRequest(name=f"{NAME}b"), metadata=edge.credentials())
        events = aiter(broken)
        assert (await anext(events)).HasField("recording")
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await anext(events)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
