import asyncio
import json
import logging
import time

from lib_bench import config, finish, take_turns
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
    start = time.process_time()
    read = 0
    for at in range(0, len(data), size):
        chunk = data[at : at + size]
        victim.data_received(chunk)
        if victim.refused or time.process_time() - start > LONGEST:
            break
        read += len(chunk)
        if read % READ < len(chunk):
            await asyncio.sleep(0)
    return (time.process_time() - start) * 1000, victim.refused or "taken"


async def main():
    logging.disable(logging.CRITICAL)
    options = config()
    with open(options["file"], encoding="utf-8") as file:
        inputs = json.load(file)
    outcomes = {}

    async def attack_all():
        values = {}
        for each in inputs:
            values[each["id"]], outcomes[each["id"]] = await attack(each["text"], each["chunk"])
        return values

    if not options["often"]:
        values = await attack_all()
        finish({"longest": max(values.values())}, outcomes)
    for _ in range(options["warmup"]):
        await attack_all()
    await take_turns(attack_all)
    finish({}, outcomes)


asyncio.run(main())
