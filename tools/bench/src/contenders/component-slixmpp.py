import asyncio
import time

from lib_bench import config, finish, take_turns
from slixmpp import ComponentXMPP


class Component:
    def __init__(self, options):
        self.options = options
        self.xmpp = ComponentXMPP(options["domain"], options["secret"], "127.0.0.1", options["port"])
        self.answered = 0
        self.started = asyncio.Event()
        self.ended = asyncio.Event()
        self.xmpp.add_event_handler("session_start", lambda _: self.started.set())
        self.xmpp.add_event_handler("message", self.message)
        self.xmpp.connect()

    def message(self, message):
        body = message["body"]
        if body == "END":
            self.ended.set()
            return
        self.answered += 1
        message.reply(body).send()

    async def run(self, count):
        self.answered = 0
        self.ended.clear()
        start = "START %d %s" % (count, self.options["domain"])
        self.xmpp.send_message(mfrom=self.options["domain"], mto=self.options["load"], mbody=start, mtype="normal")
        await self.ended.wait()


async def main():
    options = config()
    component = Component(options)
    await asyncio.wait_for(component.started.wait(), 30)
    count = options["count"]

    async def turn():
        cpu = time.process_time()
        start = time.perf_counter()
        await component.run(count)
        seconds = time.perf_counter() - start
        used = time.process_time() - cpu
        return {"cpu": used * 1000000 / count, "rate": count / seconds}

    await turn()
    await take_turns(turn)
    finish({}, component.answered)


asyncio.run(main())
