"""Python's `websockets` against the example `ticker` as it is without settings."""

import asyncio

from scenario import run
from websockets.asyncio.client import connect

GREETING = "You are connected to the server."
TICK = "A message from the server to the client."


async def a_greeting_is_followed_by_a_tick_every_three_seconds(host):
    clock = asyncio.get_running_loop()
    # Anybody may send this header; who is no proxy is not believed.
    headers = {"X-Forwarded-For": "203.0.113.7, 192.0.2.1"}
    async with connect(f"ws://{host}/", additional_headers=headers) as client:
        assert await client.recv() == GREETING
        await client.send("from 192.0.2.1, they say")
        greeted = clock.time()
        for tick in range(1, 3):
            assert await client.recv() == TICK
            # A tick may be seen late, and the greeting too; neither early.
            assert clock.time() - greeted > 3 * tick - 1.5, f"tick {tick} is early"


async def nonsense_from_who_is_no_proxy_is_let_pass(host):
    async with connect(f"ws://{host}/", additional_headers={"X-Forwarded-For": "nobody"}) as client:
        assert await client.recv() == GREETING


run([
    a_greeting_is_followed_by_a_tick_every_three_seconds,
    nonsense_from_who_is_no_proxy_is_let_pass,
])
