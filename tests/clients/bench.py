"""Python's `websockets` against the example `bench`."""

import json

from scenario import run
from websockets.asyncio.client import connect


async def text_and_binary_are_echoed(host):
    async with connect(f"ws://{host}/echo", max_size=None) as client:
        for data in ["hello", b"", bytes(range(256)), b"x" * 1024 * 1024]:
            await client.send(data)
            assert await client.recv() == data


async def valid_typed_message_gets_a_reply(host):
    for path, valid in [("/json", True), ("/json-checked", False)]:
        async with connect(f"ws://{host}{path}?id=ada") as client:
            for message, answered in [("hi", True), ("", valid), ("x" * 1001, valid)]:
                await client.send(json.dumps({"message": message}))
                answer = json.loads(await client.recv())
                assert ("id" in answer) == answered, answer


async def room_sends_a_message_to_all_other_sockets(host):
    async with connect(f"ws://{host}/room") as ada, connect(f"ws://{host}/room") as bob:
        await ada.send("from ada")
        assert await bob.recv() == "from ada"
        await bob.send("from bob")
        assert await ada.recv() == "from bob"


run([
    text_and_binary_are_echoed,
    valid_typed_message_gets_a_reply,
    room_sends_a_message_to_all_other_sockets,
])
