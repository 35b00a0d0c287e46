import asyncio
import json
import re
import time

from lib_bench import config, finish, take_turns
from lib_scripted import scripted_client


async def main():
    options = config()
    with open(options["file"], encoding="utf-8") as file:
        data = json.load(file)
    messages = "".join(data["messages"])
    bodies = []
    making = 0

    async def answer(query):
        nonlocal making
        start = time.process_time()
        id = re.search(r"\bid=[\"']([^\"']*)", query).group(1)
        query_id = re.search(r"queryid=[\"']([^\"']*)", query).group(1)
        said = (messages.replace("QUERY", query_id) + data["end"].replace("IQ", id)).encode()
        making = time.process_time() - start
        await transport.deliver_all(said)

    def wrote(text):
        if "<query" in text and "urn:xmpp:mam:2" in text:
            asyncio.ensure_future(answer(text))

    xmpp, transport, _sending = scripted_client(wrote, ["xep_0313"])
    archive = xmpp["xep_0313"]

    async def read():
        nonlocal bodies
        start = time.process_time()
        result = await archive.retrieve(rsm={"max": len(data["messages"])})
        bodies = [each["mam_result"]["forwarded"]["stanza"]["body"] for each in result["mam"]["results"]]
        return {"page": (time.process_time() - start - making) * 1000}

    await read()
    await take_turns(read)
    finish({}, {"count": len(bodies), "sum": len("".join(bodies))})


asyncio.run(main())
