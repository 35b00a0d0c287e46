import asyncio
import json
import re
import time

from lib_bench import config, finish, take_turns
from lib_scripted import scripted_client


async def work(data):
    def wrote(text):
        if "jabber:iq:roster" not in text:
            return
        id = re.search(r"\bid=[\"']([^\"']*)", text).group(1)
        answer = "<iq type='result' id='%s' to='juliet@capulet.example/balcony'>%s</iq>" % (id, data["query"])
        transport.answer(answer)

    xmpp, transport, sending = scripted_client(wrote)
    online = 0

    def got_online(_presence):
        nonlocal online
        online += 1

    xmpp.add_event_handler("got_online", got_online)
    presences = "".join(data["presences"]).encode()
    start = time.process_time()
    await xmpp.get_roster()
    fetched = time.process_time()
    await transport.deliver_all(presences)
    while online < len(data["presences"]):
        await asyncio.sleep(0)
    present = time.process_time()
    sending.cancel()
    roster = xmpp.client_roster
    # Its own address is in there too.
    contacts = [jid for jid in roster.keys() if roster[jid]["subscription"] == "both"]
    return (
        {"roster": (fetched - start) * 1000, "presences": (present - fetched) * 1000},
        {"contacts": len(contacts), "groups": len([g for g in roster.groups() if g]), "online": online},
    )


async def main():
    options = config()
    with open(options["file"], encoding="utf-8") as file:
        data = json.load(file)
    if not options.get("often"):
        finish(*await work(data))
    check = {}

    async def turn():
        nonlocal check
        values, check = await work(data)
        return values

    await turn()
    await take_turns(turn)
    finish({}, check)


asyncio.run(main())
