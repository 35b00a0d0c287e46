"""A client made with slixmpp, for the tests: commands come in and events go out as lines of JSON.

Echoes messages, answers what its plugins answer, and does what it is told: {"id": 1, "do": "ping", "to": "..."} is answered
with {"id": 1, "result": ...} or {"id": 1, "error": "..."}. Ends with its standard input.
"""

import asyncio
import json
import os
import sys

from slixmpp import ClientXMPP

PLUGINS = ["xep_0004", "xep_0030", "xep_0092", "xep_0115", "xep_0128", "xep_0199", "xep_0203"]
FORM_TYPE = "urn:xmpp:dataforms:softwareinfo"


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def values_of(form):
    return {name: field["value"] for name, field in form.get_fields().items()}


def info_of(info):
    return {
        "identities": [list(identity) for identity in sorted(info["identities"], key=str)],
        "features": sorted(info["features"]),
        "node": info["node"],
        "forms": [values_of(form) for form in info if form.name == "x"],
    }


class Peer(ClientXMPP):
    def __init__(self, settings):
        super().__init__(settings["jid"], settings["password"], sasl_mech="SCRAM-SHA-256")
        self.ca_certs = settings["ca"]
        self.echo = True
        for name in PLUGINS:
            self.register_plugin(name)
        self["xep_0092"].software_name = "slixmpp <peer>"
        self["xep_0092"].version = "1 & 2"
        self["xep_0092"].os = "none"
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", self.heard)
        self.add_event_handler("failed_auth", lambda _: say({"event": "failed"}))
        self.add_event_handler("disconnected", lambda _: say({"event": "disconnected"}))
        self.add_event_handler("entity_caps", lambda presence: say({"event": "caps", "from": str(presence["from"])}))

    async def started(self, _event):
        form = self["xep_0004"].make_form(ftype="result")
        form.add_field(var="FORM_TYPE", ftype="hidden", value=FORM_TYPE)
        form.add_field(var="os", value="Linux & more")
        form.add_field(var="ipv6", ftype="boolean", value="1")
        await self["xep_0030"].set_identities(identities={("client", "bot", "en", "Ein Bot ❦")})
        self["xep_0128"].set_extended_info(data=form)
        await self.get_roster()
        self.send_presence()
        await self["xep_0115"].update_caps()
        say({"event": "online", "jid": str(self.boundjid)})

    def heard(self, message):
        if message["type"] not in ("chat", "normal"):
            return
        # The interface "form" is an empty form where there is none.
        form = message.xml.find("{jabber:x:data}x") is not None and values_of(message["form"])
        say(
            {
                "event": "message",
                "from": str(message["from"]),
                "body": message["body"],
                "form": form or None,
                "delay": str(message["delay"]["stamp"]) if message.xml.find("{urn:xmpp:delay}delay") is not None else None,
            }
        )
        if self.echo and not form:
            message.reply(message["body"]).send()

    async def do(self, command):
        what, to = command["do"], command.get("to")
        if what == "ping":
            return await self["xep_0199"].ping(to, timeout=10)
        if what == "version":
            answer = (await self["xep_0092"].get_version(to, timeout=10))["software_version"]
            return {name: answer[name] for name in ("name", "version", "os")}
        if what == "info":
            answer = await self["xep_0030"].get_info(jid=to, node=command.get("node"), timeout=10, cached=False)
            return info_of(answer["disco_info"])
        if what == "items":
            answer = await self["xep_0030"].get_items(jid=to, timeout=10)
            return sorted(str(item[0]) for item in answer["disco_items"]["items"])
        if what == "caps":
            known = await self["xep_0115"].get_caps(to)
            return known and info_of(known)
        if what == "verstring":
            return await self["xep_0115"].get_verstring(to)
        if what == "echo":
            self.echo = command["on"]
            return None
        if what == "send":
            for index in range(command.get("count", 1)):
                self.send_message(mto=to, mbody=command["body"].replace("#", str(index)), mtype="chat")
            return None
        if what == "form":
            message = self.make_message(mto=to, mbody="a form", mtype="chat")
            form = self["xep_0004"].make_form(ftype="form", title="Survey", instructions="Say <something> & more")
            form.add_field(var="FORM_TYPE", ftype="hidden", value="urn:example:survey")
            form.add_field(var="name", ftype="text-single", label="Your name", required=True)
            form.add_field(var="sure", ftype="boolean", label="Sure?", value=True)
            form.add_field(
                var="play",
                ftype="list-multi",
                options=[{"label": "Romeo & Juliet", "value": "rj"}, {"label": "Hamlet", "value": "h"}],
            )
            form.add_field(var="notes", ftype="text-multi", value=["one", "two"])
            message.append(form)
            message.send()
            return None
        if what == "presence":
            self.send_presence(pto=to, ptype=command.get("type"), pstatus=command.get("status"))
            return None
        raise ValueError("no such command: " + what)

    async def answer(self, command):
        try:
            say({"id": command["id"], "result": await self.do(command)})
        except Exception as error:
            condition = getattr(error, "condition", None)
            say({"id": command["id"], "error": condition or repr(error)})


async def main():
    settings = json.loads(os.environ["PEER"])
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    peer = Peer(settings)
    peer.connect(address=(settings["host"], settings["port"]))
    tasks = set()
    while line := await lines.readline():
        task = asyncio.ensure_future(peer.answer(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await peer.disconnect(wait=1)


asyncio.new_event_loop().run_until_complete(main())
