import asyncio
import os
import time

from lib_bench import config, finish, take_turns
from slixmpp import ClientXMPP

WINDOW = 200
BATCH = 128
END = "THE-END"
BODY = "Neither, fair saint, if either thee dislike."


class Traffic:
    def __init__(self, xmpp):
        self.xmpp = xmpp
        self.received = 0
        self.seen = bytearray()
        self.arrived = asyncio.Event()
        xmpp.add_event_handler("message", self.message)

    def message(self, message):
        body = message["body"]
        if body.startswith(BODY):
            number = int(body[len(BODY) + 1 :])
            if message["from"].full != self.xmpp.boundjid.full or self.seen[number]:
                return
            self.seen[number] = 1
            self.received += 1
        elif body.startswith(END):
            self.received = int(body[len(END) + 1 :])
        else:
            return
        self.arrived.set()

    def send(self, to, body):
        self.xmpp.send_message(mto=to, mbody=body, mtype="chat")

    async def echo(self, count):
        self.seen = bytearray(count)
        self.received = 0
        sent = 0
        while self.received < count:
            while sent < count and sent - self.received < WINDOW:
                self.send(self.xmpp.boundjid.full, "%s %d" % (BODY, sent))
                sent += 1
            self.arrived.clear()
            await self.arrived.wait()
        return self.received

    async def sink(self, count):
        self.arrived.clear()
        for i in range(1, count):
            self.send("sink@localhost", "%s %d" % (BODY, i))
            if i % BATCH == 0:
                await self.xmpp.waiting_queue.join()
        self.send("sink@localhost", END)
        await self.arrived.wait()
        return self.received


def cpu_of(pid):
    """Seconds of CPU time that a process has had; None where they cannot be read."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
    messages = 0

    async def turn():
        nonlocal messages
        server = cpu_of(options.get("pid", 0))
        cpu = time.process_time()
        start = time.perf_counter()
        messages = await run(count)
        seconds = time.perf_counter() - start
        used = time.process_time() - cpu
        values = {"cpu": used * 1000000 / count, "rate": count / seconds, "share": used * 100 / seconds}
        if server is not None:
            values["server"] = (cpu_of(options["pid"]) - server) * 100 / seconds
        return values

    await turn()
    await take_turns(turn)
    finish({}, messages)


asyncio.run(main())
