"""Python's `websockets` against the example `echo`: an implementation that shares no code with Node's."""

import asyncio
import random

from scenario import run
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

MIB = 1024 * 1024


def open_echo(host, **options):
    return connect(f"ws://{host}/echo", max_size=64 * MIB, **options)


async def echoes(client, message):
    await client.send(message)
    answer = await client.recv()
    assert type(answer) is type(message), f"{type(message)} came back as {type(answer)}"
    assert answer == message, f"{len(message)} in, {len(answer)} out, not the same"


async def text_and_binary_are_echoed_unchanged(host):
    async with open_echo(host) as client:
        for message in ["hello", "", "grüß 你好 \U0001f980", b"", bytes(range(256))]:
            await echoes(client, message)


async def large_messages_are_echoed(host):
    async with open_echo(host, compression=None) as client:
        await echoes(client, "é" * (MIB // 2))
        await echoes(client, random.randbytes(16 * MIB))


async def messages_are_echoed_with_any_compression_parameters(host):
    text = "the same words again and again, " * 100
    for server_takes_none in [False, True]:
        for client_takes_none in [False, True]:
            for server_bits, client_bits in [(None, True), (9, 9), (15, None), (12, 15)]:
                offer = ClientPerMessageDeflateFactory(
                    server_no_context_takeover=server_takes_none,
                    client_no_context_takeover=client_takes_none,
                    server_max_window_bits=server_bits,
                    client_max_window_bits=client_bits,
                )
                async with open_echo(host, compression=None, extensions=[offer]) as client:
                    [agreed] = client.protocol.extensions
                    assert agreed.remote_no_context_takeover or not server_takes_none, agreed
                    assert agreed.remote_max_window_bits <= (server_bits or 15), agreed
                    for message in [text, text, "", "a", random.randbytes(70_000), text * 50, text]:
                        await echoes(client, message)
                    await client.send([text, "", text])
                    assert await client.recv() == text * 2


async def fragments_are_echoed_as_one_message(host):
    async with open_echo(host) as client:
        await client.send(["a", "", "bc", "é"])
        assert await client.recv() == "abcé"
        await client.send([b"\x00", b"\xff" * 70_000])
        assert await client.recv() == b"\x00" + b"\xff" * 70_000


async def pongs_repeat_the_payload_of_their_ping(host):
    async with open_echo(host) as client:
        pongs = [await client.ping(payload) for payload in ["", "a", "b" * 125]]
        await asyncio.gather(*pongs)
        await client.pong(b"nobody asked")
        await echoes(client, "still open")


async def messages_are_echoed_in_order(host):
    async with open_echo(host) as client:
        async def send():
            for number in range(5000):
                await client.send(str(number))

        sending = asyncio.create_task(send())
        for number in range(5000):
            assert await client.recv() == str(number)
        await sending


async def close_frame_is_answered_with_its_code(host):
    for code in [1000, 1001, 1011, 3000, 4999]:
        client = await open_echo(host)
        await client.close(code, "bye")
        assert client.close_code == code, client.close_code
        assert client.protocol.close_rcvd is not None, "the close frame was not answered"


async def invalid_text_gets_a_close_frame_with_its_code(host):
    client = await open_echo(host, compression=None)
    await client.send(b"\xff\xfe", text=True)
    try:
        await client.recv()
        raise AssertionError("an answer to bytes that are not UTF-8")
    except ConnectionClosed as closed:
        assert closed.rcvd is not None and closed.rcvd.code == 1007, closed


async def unknown_path_gets_404(host):
    try:
        await connect(f"ws://{host}/elsewhere")
        raise AssertionError("a path without a route was accepted")
    except InvalidStatus as refused:
        assert refused.response.status_code == 404, refused


run([
    text_and_binary_are_echoed_unchanged,
    large_messages_are_echoed,
    messages_are_echoed_with_any_compression_parameters,
    fragments_are_echoed_as_one_message,
    pongs_repeat_the_payload_of_their_ping,
    messages_are_echoed_in_order,
    close_frame_is_answered_with_its_code,
    invalid_text_gets_a_close_frame_with_its_code,
    unknown_path_gets_404,
])
