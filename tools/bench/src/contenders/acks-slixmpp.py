import asyncio
import time

from lib_bench import config, finish, memory, take_turns
from lib_scripted import scripted_client


async def main():
    options = config()
    count = options["count"]
    written = 0

    def wrote(text):
        nonlocal written
        written += text.count("</message>")

    xmpp, transport, _sending = scripted_client(wrote, ["xep_0198"])
    counting = xmpp["xep_0198"]
    # What <enable/> and <enabled/> do.
    counting.enabled_in = counting.enabled_out = True

    async def send(count):
        goal = written + count
        for i in range(count):
            body = "Neither, fair saint, if either thee dislike. %d" % i
            xmpp.send_message(mto="romeo@montague.example", mbody=body)
        while written < goal:
            await asyncio.sleep(0)
        if len(counting.unacked_queue) != count:
            raise RuntimeError("%d of %d messages are kept" % (len(counting.unacked_queue), count))

    async def release():
        transport.deliver(("<a xmlns='urn:xmpp:sm:3' h='%d'/>" % written).encode())
        while counting.unacked_queue:
            await asyncio.sleep(0)

    if not options["often"]:
        # More would leave memory behind that is used again, and would not be seen.
        await send(10)
        await release()
        before = memory()
        await send(count)
        finish({"kept": (memory() - before) / 1024 / count}, len(counting.unacked_queue))
    await send(count)
    await release()
    runs = 1

    async def work():
        nonlocal runs
        runs += 1
        start = time.process_time()
        await send(count)
        sent = time.process_time()
        await release()
        acked = time.process_time()
        return {"sent": (sent - start) * 1000000 / count, "acked": (acked - sent) * 1000000 / count}

    await take_turns(work)
    finish({}, written / runs)


asyncio.run(main())
