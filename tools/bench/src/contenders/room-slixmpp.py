import asyncio
import json
import time

from lib_bench import config, finish, memory, take_turns
from lib_scripted import scripted_client
from slixmpp import JID


async def main():
    options = config()
    with open(options["file"], encoding="utf-8") as file:
        data = json.load(file)
    asked = asyncio.Event()
    heard = 0

    def wrote(text):
        if text.startswith("<presence") and "http://jabber.org/protocol/muc" in text:
            asked.set()

    def message(stanza):
        nonlocal heard
        if stanza["body"]:
            heard += 1

    xmpp, transport, _sending = scripted_client(wrote, ["xep_0045"])
    xmpp.add_event_handler("groupchat_message", message)
    room = JID(data["jid"])
    muc = xmpp["xep_0045"]

    async def enter():
        entering = asyncio.ensure_future(muc.join_muc_wait(room, data["nick"], maxstanzas=0))
        await asked.wait()
        await transport.deliver_all("".join(data["presences"] + [data["subject"]]).encode())
        await entering

    def check():
        occupants = muc.rooms[room].values()
        return {"occupants": len(occupants), "away": len([each for each in occupants if each["show"] == "away"])}

    before = memory()
    start = time.process_time()
    await enter()
    entered = (time.process_time() - start) * 1000
    if not options["inside"]:
        kept = (memory() - before) / 1024 / len(data["presences"])
        finish({"enter": entered, "kept": kept}, check())
    stanzas = data["stanzas"]
    messages = len([text for text in stanzas if text.startswith("<message")])
    happening = "".join(stanzas).encode()

    async def live():
        goal = heard + messages
        start = time.process_time()
        await transport.deliver_all(happening)
        while heard < goal:
            await asyncio.sleep(0)
        return {"us": (time.process_time() - start) * 1000000 / len(stanzas)}

    await live()
    await take_turns(live)
    finish({}, check())


asyncio.run(main())
