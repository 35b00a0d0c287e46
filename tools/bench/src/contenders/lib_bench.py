"""What the contenders in Python share."""

import json
import sys
import time


def config():
    return json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}


def finish(values, check=None):
    print("\n" + json.dumps({"values": values, "check": check}), flush=True)
    sys.exit(0)


async def timed(options, run):
    """Milliseconds of one run: the median of several, after others to warm up."""
    times = []
    for i in range(options["warmup"] + options["slices"]):
        start = time.perf_counter()
        await run()
        if i >= options["warmup"]:
            times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return times[len(times) // 2]
