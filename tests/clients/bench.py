"""Python's `websockets` against the example `bench`."""

import json

from scenario import run
from websockets.asyncio.client import connect


async def the_echo_is_of_any_kind(host):
    async with connect(f"ws://{host}/echo", max_size=None) as client:
        for data in ["hello", b"", bytes(range(256)), b"x" * 1024 * 1024]:
            await client.send(data)
            assert await client.recv() == data


async def a_typed_message_is_answered_where_it_is_valid(host):
    for path, valid in [("/json", True), ("/json-checked", False)]:
        async with connect(f"ws://{host}{path}?id=ada") as client:
            for message, answered in [("hi", True), ("", valid), ("x" * 1001, valid)]:
                await client.send(json.dumps({"message": message}))
                answer = json.loads(await client.recv())
                assert ("id" in answer) == answered, answer


async def the_room_hears_everybody_but_oneself(host):
    async with connect(f"ws://{host}/room") as ada, connect(f"ws://{host}/room") as bob:
        await ada.send("from ada")
        assert await bob.recv() == "from ada"
        await bob.send("from bob")
        assert await ada.recv() == "from bob"


run([
    the_echo_is_of_any_kind,
    a_typed_message_is_answered_where_it_is_valid,
    the_room_hears_everybody_but_oneself,
])
