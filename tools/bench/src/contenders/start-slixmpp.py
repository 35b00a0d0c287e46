import time

start = time.process_time()
import slixmpp  # noqa: E402

imported = time.process_time()

from lib_bench import finish  # noqa: E402

assert slixmpp.ClientXMPP
finish({"import": (imported - start) * 1000})
