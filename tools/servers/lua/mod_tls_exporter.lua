-- For Prosody 0.12 with LuaSec 1.2: SCRAM-*-PLUS with tls-exporter (TLS 1.3, RFC 9266) and tls-server-end-point, XEP-0440.
local st = require "util.stanza";

-- let the -PLUS mechanisms accept more than tls-unique
local register = require "util.sasl".registerMechanism;
require "util.sasl.scram".init(function (name, backends, f, cb)
	register(name, backends, f, cb and { "tls-unique", "tls-exporter", "tls-server-end-point" });
end);

local f = io.open(module:get_option_string("certificate") or "");
local end_point = f and require "util.hashes".sha256(require "util.encodings".base64.decode(
	(f:read("*a"):match("%-%-\n(.-)\n%-%-"):gsub("%s", ""))));
if f then f:close(); end

local function exporter(conn)
	local sock = conn and conn.socket and conn:socket();
	local info = sock and sock.info and sock:info();
	if info and info.protocol == "TLSv1.3" and sock.exportkeyingmaterial then
		return function () return sock:exportkeyingmaterial("EXPORTER-Channel-Binding", 32, ""); end
	end
end

local mech_ns = "urn:ietf:params:xml:ns:xmpp-sasl";
module:hook("stream-features", function (event)      -- after mod_saslauth (0) has added <mechanisms/>
	local origin, features = event.origin, event.features;
	local handler = origin.sasl_handler;
	if origin.username or not origin.encrypted or not handler or not handler.add_cb_handler then return; end
	local get = exporter(origin.conn);
	if get then handler:add_cb_handler("tls-exporter", get); end
	if end_point then handler:add_cb_handler("tls-server-end-point", function () return end_point; end); end
	local cb = handler.profile.cb;
	if not cb or not next(cb) then return; end
	local list = features:get_child("mechanisms", mech_ns);
	if list then
		local have = {};
		for tag in list:childtags("mechanism") do have[tag:get_text()] = true; end
		for mech in pairs(handler:mechanisms()) do
			if mech:match("%-PLUS$") and not have[mech] then list:tag("mechanism"):text(mech):up(); end
		end
	end
	local binding = st.stanza("sasl-channel-binding", { xmlns = "urn:xmpp:sasl-cb:0" });
	for name in pairs(cb) do binding:tag("channel-binding", { type = name }):up(); end
	features:add_child(binding);
end, -10);
