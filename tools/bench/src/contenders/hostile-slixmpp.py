import asyncio
import json
import logging
import time

from lib_bench import config, finish
from slixmpp import ClientXMPP

LONGEST = 10
READ = 16384
HEADER = (
    b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' version='1.0'>"
)


class Victim(ClientXMPP):
    def __init__(self):
        super().__init__("juliet@capulet.example/balcony", "R0m30")
        self.refused = None
        self.init_parser()
        self.data_received(HEADER)

    def send(self, data, use_filters=True):
        """What it sends is the stream error."""
        self.refused = data["condition"]


async def attack(text, size):
    data = text.encode()
    victim = Victim()
    start = time.perf_counter()
    read = 0
    for at in range(0, len(data), size):
        chunk = data[at : at + size]
        victim.data_received(chunk)
        if victim.refused or time.perf_counter() - start > LONGEST:
            break
        read += len(chunk)
        if read % READ < len(chunk):
            await asyncio.sleep(0)
    return (time.perf_counter() - start) * 1000, victim.refused or "taken"


async def main():
    logging.disable(logging.CRITICAL)
    options = config()
    with open(options["file"], encoding="utf-8") as file:
        inputs = json.load(file)
    values, outcomes = {}, {}
    for each in inputs:
        times = []
        for _ in range(options["warmup"] + options["slices"]):
            milliseconds, outcomes[each["id"]] = await attack(each["text"], each["chunk"])
            times.append(milliseconds)
        times = sorted(times[options["warmup"] :])
        values[each["id"]] = times[len(times) // 2]
    finish({**values, "longest": max(values.values())}, outcomes)


asyncio.run(main())
