import asyncio

from lib_bench import config, finish, timed
from slixmpp import ClientXMPP
from slixmpp.xmlstream.tostring import tostring


def draft(i):
    to = "romeo%d@montague.example/orchard" % (i % 200)
    return to, "m%d" % i, "Neither, fair saint, if <either> thee dislike & so on %d" % i


async def main():
    options = config()
    xmpp = ClientXMPP("juliet@capulet.example/balcony", "R0m30")
    for plugin in ("xep_0085", "xep_0184", "xep_0359"):
        xmpp.register_plugin(plugin)
    drafts = [draft(i) for i in range(options["count"])]

    def write(to, id, body):
        message = xmpp.make_message(mto=to, mbody=body, mtype="chat")
        message["id"] = id
        message["chat_state"] = "active"
        message["request_receipt"] = True
        message["origin_id"]["id"] = id
        # What its send queue does with it.
        return tostring(message.xml, xmlns=xmpp.default_ns, stream=xmpp, top_level=True)

    async def run():
        for each in drafts:
            write(*each)

    await timed(options, run, lambda milliseconds: {"us": milliseconds * 1000 / len(drafts)})
    finish({}, {"first": write(*draft(0)), "second": write(*draft(1))})


asyncio.run(main())
