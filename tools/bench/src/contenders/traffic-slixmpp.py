import asyncio
import time

from lib_bench import config, finish
from slixmpp import ClientXMPP

WINDOW = 200
BATCH = 128
END = "THE-END"
BODY = "Neither, fair saint, if either thee dislike."


class Traffic:
    def __init__(self, xmpp):
        self.xmpp = xmpp
        self.received = 0
        self.arrived = asyncio.Event()
        xmpp.add_event_handler("message", self.message)

    def message(self, message):
        if message["from"].full and message["body"]:
            self.received += 1
            self.arrived.set()

    def send(self, to, body):
        self.xmpp.send_message(mto=to, mbody=body, mtype="chat")

    async def echo(self, count):
        start = self.received
        sent = 0
        while self.received - start < count:
            while sent < count and sent - (self.received - start) < WINDOW:
                self.send(self.xmpp.boundjid.full, "%s %d" % (BODY, sent))
                sent += 1
            self.arrived.clear()
            await self.arrived.wait()

    async def sink(self, count):
        self.arrived.clear()
        for i in range(1, count):
            self.send("sink@localhost", "%s %d" % (BODY, i))
            if i % BATCH == 0:
                await self.xmpp.waiting_queue.join()
        self.send("sink@localhost", END)
        await self.arrived.wait()


async def main():
    options = config()
    sink = options["mode"] == "sink"
    xmpp = ClientXMPP(options["domain"] if sink else options["jid"], options.get("password", ""))
    xmpp.ca_certs = options.get("caFile")
    traffic = Traffic(xmpp)
    started = asyncio.Event()
    xmpp.add_event_handler("session_start", lambda _: started.set())
    xmpp.connect(("127.0.0.1", options["port"]), force_starttls=not sink, disable_starttls=sink)
    await asyncio.wait_for(started.wait(), 30)
    run = traffic.sink if sink else traffic.echo
    count = options["count"]
    await run(-(-count // 10))
    cpu = time.process_time()
    start = time.perf_counter()
    await run(count)
    seconds = time.perf_counter() - start
    used = time.process_time() - cpu
    finish({"cpu": used * 1000000 / count, "rate": count / seconds})


asyncio.run(main())
