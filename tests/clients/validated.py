"""Python's `websockets` against the example `validated`."""

import json

from scenario import run
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus


async def answers(client, message):
    await client.send(json.dumps({"message": message}))
    answer = json.loads(await client.recv())
    time = answer.pop("time")
    assert answer == {"id": "ada", "message": message}, answer
    assert type(time) is int and time > 1_577_836_800_000, f"time is in milliseconds: {time}"


async def valid_message_gets_a_reply(host):
    async with connect(f"ws://{host}/ws?id=ada") as client:
        for message in ["hi", "", "grüß \U0001f980"]:
            await answers(client, message)


async def invalid_message_gets_an_error_and_keeps_the_socket(host):
    async with connect(f"ws://{host}/ws?id=ada") as client:
        for sent, path in [('{"message": 5}', "/message"), ("{}", ""), ("not json", ""), (b"{}", "")]:
            await client.send(sent)
            frame = json.loads(await client.recv())
            assert (frame["type"], frame["on"]) == ("validation", "message"), frame
            assert path in [error["path"] for error in frame["errors"]], frame
            await answers(client, "still open")


async def missing_id_is_rejected_before_the_upgrade(host):
    try:
        await connect(f"ws://{host}/ws")
        raise AssertionError("accepted without an id")
    except InvalidStatus as refused:
        assert refused.response.status_code == 422, refused
        assert refused.response.headers["Content-Type"].startswith("application/problem+json")
        problem = json.loads(refused.response.body)
        assert (problem["type"], problem["on"]) == ("validation", "query"), problem


run([
    valid_message_gets_a_reply,
    invalid_message_gets_an_error_and_keeps_the_socket,
    missing_id_is_rejected_before_the_upgrade,
])
