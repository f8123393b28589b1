"""Python's `websockets` against the example `subprotocol`."""

from scenario import run
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus


async def offered_subprotocol_is_selected(host):
    for offered, chosen in [(["machbase.rpc"], "machbase.rpc"), (["v9", "machbase.rpc"], "machbase.rpc"), (["v9"], None)]:
        async with connect(f"ws://{host}/ws?token=allow", subprotocols=offered) as client:
            assert client.subprotocol == chosen, client.subprotocol


async def text_is_echoed_after_the_prefix(host):
    async with connect(f"ws://{host}/ws?token=allow") as client:
        assert client.subprotocol is None
        for text in ["hello", "", "안녕 \U0001f980", '{"a":1}', "123"]:
            await client.send(text)
            assert await client.recv() == f"echo:{text}"


async def handshake_without_the_token_gets_403(host):
    for query in ["", "?token=", "?token=deny", "?other=allow"]:
        try:
            await connect(f"ws://{host}/ws{query}")
            raise AssertionError(f"accepted with {query!r}")
        except InvalidStatus as refused:
            assert refused.response.status_code == 403, refused


run([
    offered_subprotocol_is_selected,
    text_is_echoed_after_the_prefix,
    handshake_without_the_token_gets_403,
])
