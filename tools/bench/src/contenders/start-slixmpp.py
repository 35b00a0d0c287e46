import time

start = time.perf_counter()
import slixmpp  # noqa: E402

imported = time.perf_counter()

from lib_bench import finish  # noqa: E402

assert slixmpp.ClientXMPP
finish({"import": (imported - start) * 1000})
