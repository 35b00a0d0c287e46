"""slixmpp without a network."""

import asyncio

from slixmpp import ClientXMPP

CHUNK = 16384
HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    " id='s1' from='capulet.example' version='1.0' xml:lang='en'>"
)
ADDRESS = "juliet@capulet.example/balcony"


class Transport:
    """What asyncio gives slixmpp; `wrote` is told of each text that goes out."""

    def __init__(self, xmpp, wrote):
        self.xmpp = xmpp
        self.wrote = wrote

    def get_extra_info(self, _name, default=None):
        return default

    def write(self, data):
        self.wrote(data.decode())

    def close(self):
        pass

    def abort(self):
        pass

    def answer(self, text):
        """Says that, as soon as what is being done is done."""
        asyncio.get_running_loop().call_soon(self.deliver, text.encode())

    def deliver(self, data):
        for start in range(0, len(data), CHUNK):
            self.xmpp.data_received(data[start : start + CHUNK])

    async def deliver_all(self, data):
        """Hands over all of it; after each 16 KB the event loop turns, as it does between two reads of a socket."""
        for start in range(0, len(data), CHUNK):
            self.xmpp.data_received(data[start : start + CHUNK])
            await asyncio.sleep(0)


def scripted_client(wrote, plugins=()):
    """A client with a session. Gives the client, its transport and what sends its stanzas."""
    xmpp = ClientXMPP(ADDRESS, "R0m30")
    for plugin in plugins:
        xmpp.register_plugin(plugin)
    transport = Transport(xmpp, wrote)
    xmpp.connection_made(transport)
    sending = asyncio.ensure_future(xmpp.run_filters())
    transport.deliver(HEADER.encode())
    xmpp.bound = True
    xmpp._session_started = True
    xmpp._always_send_everything = True
    return xmpp, transport, sending
