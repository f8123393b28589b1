"""Python's `websockets` against the example `events`."""

import json
from contextlib import asynccontextmanager

from scenario import run
from websockets.asyncio.client import connect


@asynccontextmanager
async def guest(host):
    async with connect(f"ws://{host}/events") as client:
        assert await client.recv() == '{"event":"hello","data":"world"}'
        yield client


async def emit(client, event, data):
    await client.send(json.dumps({"event": event, "data": data}))


async def heard(client):
    """Returns the next event, and skips `bye` events of clients of earlier scenarios."""
    while True:
        event = json.loads(await client.recv())
        if event.get("event") != "bye":
            return event


async def howdy_reaches_all_clients(host):
    async with guest(host) as ada, guest(host) as bob:
        await ada.send('{"event":"howdy","data":"stranger"}')
        for client in (ada, bob):
            event = await heard(client)
            assert event["event"] == "howdy" and event["data"]["text"] == "stranger", event


async def message_in_a_room_reaches_its_members(host):
    async with guest(host) as ada, guest(host) as bob, guest(host) as eve:
        await emit(ada, "join", "engine")
        joined = await heard(ada)
        assert joined["event"] == "joined", joined
        number = joined["data"]["from"]
        await emit(bob, "join", "engine")
        for client in (ada, bob):
            assert (await heard(client))["event"] == "joined"
        await emit(ada, "say", {"room": "engine", "text": "It runs. \U0001f980"})
        said = {"event": "said", "data": {"room": "engine", "from": number, "text": "It runs. \U0001f980"}}
        for client in (ada, bob):
            assert await heard(client) == said
        await emit(eve, "say", {"room": "engine", "text": "Let me in."})
        assert await heard(eve) == {"event": "refused", "data": "you are not in that room"}


async def invalid_event_gets_an_error_and_keeps_the_socket(host):
    async with guest(host) as ada:
        for sent, path in [
            ('{"event":"howdy","data":5}', "/data"),
            ('{"event":"howdy","data":""}', "/data"),
            ('{"event":"nothing"}', "/event"),
            ("{}", ""),
            ("not json", ""),
        ]:
            await ada.send(sent)
            frame = await heard(ada)
            assert (frame["type"], frame["on"]) == ("validation", "message"), frame
            assert path in [error["path"] for error in frame["errors"]], frame
            await ada.send('{"event":"who"}')
            assert (await heard(ada))["event"] == "here"


run([
    howdy_reaches_all_clients,
    message_in_a_room_reaches_its_members,
    invalid_event_gets_an_error_and_keeps_the_socket,
])
