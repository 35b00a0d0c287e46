import asyncio
import json

from lib_bench import config, finish, timed
from slixmpp import ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

READ = 16384


def cut(data, size):
    start = 0
    while start < len(data):
        end = min(start + size, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[start:end]
        start = end


async def main():
    options = config()
    with open(options["corpus"], encoding="utf-8") as file:
        corpus = json.load(file)
    stanzas = corpus["stanzas"]
    if options["chunk"] == "stanza":
        chunks = [text.encode() for text in stanzas]
    else:
        chunks = list(cut("".join(stanzas).encode(), options["chunk"]))
    xmpp = ClientXMPP("juliet@capulet.example/balcony", "R0m30")
    xmpp.init_parser()
    xmpp.data_received(corpus["header"].encode())
    seen = {"count": 0, "sum": 0}

    def handle(second):
        def handler(stanza):
            seen["count"] += 1
            seen["sum"] += len(stanza["from"].full) + len(stanza[second])

        return handler

    for name, second in (("message", "body"), ("presence", "show"), ("iq", "type")):
        matcher = MatchXPath("{jabber:client}" + name)
        xmpp.register_handler(Callback("every " + name, matcher, handle(second)))

    async def feed():
        goal = seen["count"] + len(stanzas)
        fed = 0
        for chunk in chunks:
            xmpp.data_received(chunk)
            fed += len(chunk)
            if fed >= READ:
                fed = 0
                await asyncio.sleep(0)
        while seen["count"] < goal:
            await asyncio.sleep(0)

    runs = await timed(options, feed, lambda milliseconds: {"us": milliseconds * 1000 / len(stanzas)})
    finish(
        {},
        {"count": seen["count"] / runs, "sum": seen["sum"] / runs},
    )


asyncio.run(main())
