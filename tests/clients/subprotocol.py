"""Python's `websockets` against the example `subprotocol`."""

from scenario import run
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus


async def the_subprotocol_is_chosen_when_it_is_offered(host):
    for offered, chosen in [(["machbase.rpc"], "machbase.rpc"), (["v9", "machbase.rpc"], "machbase.rpc"), (["v9"], None)]:
        async with connect(f"ws://{host}/ws?token=allow", subprotocols=offered) as client:
            assert client.subprotocol == chosen, client.subprotocol


async def text_comes_back_behind_its_prefix(host):
    async with connect(f"ws://{host}/ws?token=allow") as client:
        assert client.subprotocol is None
        for text in ["hello", "", "안녕 \U0001f980", '{"a":1}', "123"]:
            await client.send(text)
            assert await client.recv() == f"echo:{text}"


async def without_the_token_it_is_forbidden(host):
    for query in ["", "?token=", "?token=deny", "?other=allow"]:
        try:
            await connect(f"ws://{host}/ws{query}")
            raise AssertionError(f"accepted with {query!r}")
        except InvalidStatus as refused:
            assert refused.response.status_code == 403, refused


run([
    the_subprotocol_is_chosen_when_it_is_offered,
    text_comes_back_behind_its_prefix,
    without_the_token_it_is_forbidden,
])
