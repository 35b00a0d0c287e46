"""A component made with slixmpp: echoes messages and answers pings. Ends with its standard input."""

import asyncio
import json
import os
import sys

from slixmpp import ComponentXMPP


class Echo(ComponentXMPP):
    def __init__(self, settings):
        super().__init__(settings["domain"], settings["secret"], settings["host"], settings["port"])
        self.register_plugin("xep_0199")
        self.add_event_handler("session_start", lambda _: print("online", flush=True))
        self.add_event_handler("message", self.heard)

    def heard(self, message):
        if message["type"] in ("chat", "normal") and message["body"]:
            message.reply(message["body"]).send()


async def main():
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    component = Echo(json.loads(os.environ["PEER"]))
    component.connect()
    await lines.read()
    await component.disconnect(wait=1)


asyncio.new_event_loop().run_until_complete(main())
