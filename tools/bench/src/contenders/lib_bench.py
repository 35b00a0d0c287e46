"""What the contenders in Python share."""

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


async def timed(options, run):
    """Measures in turns: see timed() of sample.ts. Gives how often the work was done, and milliseconds of one run."""
    runs = 0
    for _ in range(options["warmup"]):
        await run()
        runs += 1
    times = []
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        start = time.process_time()
        count = 0
        while time.process_time() - start < TURN / 1000:
            await run()
            count += 1
        runs += count
        times.append((time.process_time() - start) * 1000 / count)
        print(times[-1], flush=True)
    times.sort()
    return runs, times[len(times) // 2]
