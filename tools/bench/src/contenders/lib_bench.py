"""What the contenders in Python share."""

import asyncio
import gc
import json
import sys
import time


def config():
    return json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}


def finish(values, check=None):
    print("\n" + json.dumps({"values": values, "check": check}), flush=True)
    sys.exit(0)


# Milliseconds of processor time that a turn takes at least.
TURN = 50


def memory():
    """Bytes that the process holds, once what can go has gone."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


async def take_turns(turn):
    """Measures in turns: see takeTurns() of sample.ts."""
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while (await loop.run_in_executor(None, sys.stdin.readline)).strip() == "go":
        print(json.dumps(await turn()), flush=True)


async def timed(options, run, figures):
    """The same for work that is done again and again: see timed() of sample.ts. Gives how often it was done."""
    runs = 0
    for _ in range(options["warmup"]):
        await run()
        runs += 1

    async def turn():
        nonlocal runs
        start = time.process_time()
        count = 0
        while time.process_time() - start < TURN / 1000:
            await run()
            count += 1
        runs += count
        return figures((time.process_time() - start) * 1000 / count)

    await take_turns(turn)
    return runs
