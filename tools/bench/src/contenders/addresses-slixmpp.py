import asyncio
import json
import time

from lib_bench import config, finish, memory, take_turns
from lib_scripted import Transport
from slixmpp import ComponentXMPP

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept'"
    " xmlns:stream='http://etherx.jabber.org/streams' from='echo.example' id='s1'>"
)


class Store:
    """What slixmpp wants of what keeps rosters."""

    def __init__(self, texts):
        self.texts = texts
        self.read = {}

    def entries(self, owner, _state=None):
        if owner is None:
            return self.texts.keys()
        self.read[owner] = json.loads(self.texts.get(owner, "{}"))
        return self.read[owner].keys()

    def load(self, owner, jid, _state):
        subscription = self.read[owner][jid]["subscription"]
        return {
            "name": "",
            "groups": [],
            "from": subscription in ("from", "both"),
            "to": subscription in ("to", "both"),
            "whitelisted": False,
            "pending_out": False,
            "pending_in": False,
        }

    def save(self, _owner, _jid, _item, _state):
        pass


def texts_of(options):
    texts = {}
    for owner in range(options["addresses"]):
        jids = ["contact%d.%d@montague.example" % (owner, i) for i in range(options["contacts"])]
        texts["bot%d@echo.example" % owner] = json.dumps({jid: {"subscription": "from"} for jid in jids})
    return texts


async def main():
    options = config()
    store = Store(texts_of(options))
    total = options["addresses"] * options["contacts"]
    written = broadcasts = 0
    online = asyncio.Event()

    def wrote(text):
        nonlocal written
        written += text.count("<presence")
        if "<stream:stream" in text:
            transport.answer(HEADER)
        elif text.startswith("<handshake"):
            transport.answer("<handshake/>")

    async def broadcast():
        nonlocal broadcasts
        goal = written + total
        broadcasts += 1
        for owner in store.texts:
            roster = xmpp.roster[owner]
            for jid in roster.keys():
                if roster[jid]["from"]:
                    status = "here for the %dth time" % broadcasts
                    xmpp.send_presence(pfrom=owner, pto=jid, pstatus=status)
        while written < goal:
            await asyncio.sleep(0)

    before = memory()
    start = time.process_time()
    xmpp = ComponentXMPP("echo.example", "R0m30", "127.0.0.1", 5347)
    xmpp.add_event_handler("session_start", lambda _: online.set())
    transport = Transport(xmpp, wrote)
    _sending = asyncio.ensure_future(xmpp.run_filters())
    xmpp.connection_made(transport)
    await online.wait()
    xmpp.roster.set_backend(store)
    await broadcast()
    started = (time.process_time() - start) * 1000

    def check():
        known = sum(len(xmpp.roster[owner]) for owner in store.texts)
        return {"known": known, "told": written / broadcasts}

    if not options["often"]:
        finish({"start": started, "kept": (memory() - before) / 1024 / options["addresses"]}, check())

    async def turn():
        start = time.process_time()
        await broadcast()
        return {"us": (time.process_time() - start) * 1000000 / total}

    await take_turns(turn)
    finish({}, check())


asyncio.run(main())
