import asyncio
import json
import re
import time

from lib_bench import config, finish
from slixmpp import ClientXMPP

CHUNK = 16384
HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    " id='s1' from='capulet.example' version='1.0' xml:lang='en'>"
)


class Transport:
    """What asyncio gives slixmpp, without a network."""

    def __init__(self, xmpp, query):
        self.xmpp = xmpp
        self.query = query

    def get_extra_info(self, _name, default=None):
        return default

    def write(self, data):
        text = data.decode()
        if "jabber:iq:roster" not in text:
            return
        id = re.search(r"\bid=[\"']([^\"']*)", text).group(1)
        answer = "<iq type='result' id='%s' to='juliet@capulet.example/balcony'>%s</iq>" % (id, self.query)
        asyncio.get_running_loop().call_soon(self.deliver, answer.encode())

    def deliver(self, data):
        for start in range(0, len(data), CHUNK):
            self.xmpp.data_received(data[start : start + CHUNK])


async def main():
    with open(config()["file"], encoding="utf-8") as file:
        data = json.load(file)
    xmpp = ClientXMPP("juliet@capulet.example/balcony", "R0m30")
    transport = Transport(xmpp, data["query"])
    xmpp.connection_made(transport)
    sending = asyncio.ensure_future(xmpp.run_filters())
    transport.deliver(HEADER.encode())
    xmpp.bound = True
    xmpp._session_started = True
    xmpp._always_send_everything = True
    online = 0

    def got_online(_presence):
        nonlocal online
        online += 1

    xmpp.add_event_handler("got_online", got_online)
    presences = "".join(data["presences"]).encode()
    start = time.perf_counter()
    await xmpp.get_roster()
    fetched = time.perf_counter()
    for at in range(0, len(presences), CHUNK):
        xmpp.data_received(presences[at : at + CHUNK])
        await asyncio.sleep(0)
    while online < len(data["presences"]):
        await asyncio.sleep(0)
    present = time.perf_counter()
    sending.cancel()
    roster = xmpp.client_roster
    # Its own address is in there too.
    contacts = [jid for jid in roster.keys() if roster[jid]["subscription"] == "both"]
    finish(
        {"roster": (fetched - start) * 1000, "presences": (present - fetched) * 1000},
        {"contacts": len(contacts), "groups": len([g for g in roster.groups() if g]), "online": online},
    )


asyncio.run(main())
