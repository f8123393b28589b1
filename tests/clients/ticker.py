"""Python's `websockets` against the example `ticker` with its default settings."""

import asyncio

from scenario import run
from websockets.asyncio.client import connect

GREETING = "You are connected to the server."
TICK = "A message from the server to the client."


async def greeting_is_followed_by_a_tick_every_three_seconds(host):
    clock = asyncio.get_running_loop()
    # Any client can send this header. The server ignores it unless the client is a trusted proxy.
    headers = {"X-Forwarded-For": "203.0.113.7, 192.0.2.1"}
    async with connect(f"ws://{host}/", additional_headers=headers) as client:
        assert await client.recv() == GREETING
        await client.send("from 192.0.2.1, they say")
        greeted = clock.time()
        for tick in range(1, 3):
            assert await client.recv() == TICK
            # The greeting and the ticks may arrive late, but not early.
            assert clock.time() - greeted > 3 * tick - 1.5, f"tick {tick} is early"


async def forwarded_header_of_an_untrusted_client_is_ignored(host):
    async with connect(f"ws://{host}/", additional_headers={"X-Forwarded-For": "nobody"}) as client:
        assert await client.recv() == GREETING


run([
    greeting_is_followed_by_a_tick_every_three_seconds,
    forwarded_header_of_an_untrusted_client_is_ignored,
])
