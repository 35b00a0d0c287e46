import asyncio
import re
import time

from lib_bench import config, finish, memory
from lib_scripted import HEADER, Transport
from slixmpp import ClientXMPP

WARMUP = 20
SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
BIND = "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"


def says(streams, text):
    """What a server says that lets everybody in."""
    if "<stream:stream" in text:
        mechanisms = "<mechanisms %s><mechanism>ANONYMOUS</mechanism></mechanisms>" % SASL
        features = mechanisms if streams == 1 else "<bind %s/>" % BIND
        return "%s<stream:features>%s</stream:features>" % (HEADER, features)
    if text.startswith("<auth"):
        return "<success %s/>" % SASL
    if "xmpp-bind" in text:
        id = re.search(r"\bid=[\"']([^\"']*)", text).group(1)
        jid = "<jid>juliet@capulet.example/balcony</jid>"
        return "<iq type='result' id='%s'><bind %s>%s</bind></iq>" % (id, BIND, jid)
    return None


async def open_session():
    xmpp = ClientXMPP("capulet.example", None)
    streams = 0

    def wrote(text):
        nonlocal streams
        streams += "<stream:stream" in text
        said = says(streams, text)
        if said:
            transport.answer(said)

    transport = Transport(xmpp, wrote)
    started = asyncio.Event()
    xmpp.add_event_handler("session_start", lambda _: started.set())
    sending = asyncio.ensure_future(xmpp.run_filters())
    xmpp.connection_made(transport)
    await asyncio.wait_for(started.wait(), 60)
    return xmpp, transport, sending


async def main():
    sessions = config()["sessions"]
    kept = [await open_session() for _ in range(WARMUP)]
    before = memory()
    start = time.process_time()
    for _ in range(sessions):
        kept.append(await open_session())
    login = (time.process_time() - start) * 1000
    heap = (memory() - before) / 1024
    finish({"heap": heap / sessions, "login": login / sessions}, {"sessions": len(kept) - WARMUP})


asyncio.run(main())
