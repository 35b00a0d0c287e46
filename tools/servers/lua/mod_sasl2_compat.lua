-- Lets mod_sasl2, mod_sasl2_bind2, mod_sasl2_fast and mod_sasl2_sm of Debian's prosody-modules, which are written for a later
-- Prosody, run on 0.12.3. That one lacks conn:ssl_*(), event.stream in "stream-features", stanza:add_error(),
-- stanza:get_child_attr(), and do_enable() and do_resume() of mod_smacks.
local st = require "util.stanza";
local filters = require "util.filters";
local smacks = module:depends("smacks");
module:depends("tls_exporter");

-- 1. methods of connections, added once to the class of net.server_epoll
local function teach(conn)
	local meta = getmetatable(conn);
	local class = meta and meta.__index;
	if type(class) ~= "table" or class.ssl_info then return; end
	function class:ssl_info() local s = self:socket(); return s.info and s:info(); end
	function class:ssl_peerfinished() local s = self:socket(); return s.getpeerfinished and s:getpeerfinished(); end
	function class:ssl_exportkeyingmaterial(...)
		local s = self:socket();
		return s.exportkeyingmaterial and s:exportkeyingmaterial(...);
	end
end

-- 2. the 'from' of the client's stream header: 0.12 writes it as the 'to' of its own header, where it can be read
local function watch(session)
	if session.type and session.type:sub(1, 3) ~= "c2s" then return; end
	filters.add_filter(session, "bytes/out", function (data)
		if session.username == nil and type(data) == "string" and data:find("^<[?os]") then
			session.header_from = data:match("<[^?][^>]-%sto=['\"]([^'\"]+)") or session.header_from;
		end
		return data;
	end, 1000);
end
filters.add_filter_hook(watch);
function module.unload() filters.remove_filter_hook(watch); end

module:hook("stream-features", function (event)
	teach(event.origin.conn);
	event.stream = event.stream or { from = event.origin.header_from };
end, 1000);

-- 3. methods of stanzas
local stanza_class = getmetatable(st.stanza("x"));
if not stanza_class.add_error then
	function stanza_class:add_error(err)
		local condition = type(err) == "table" and (err.condition or err[1]) or "undefined-condition";
		return self:tag(condition, { xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas" }):up();
	end
end
if not stanza_class.get_child_attr then
	function stanza_class:get_child_attr(name, xmlns, attr)
		local child = self:get_child(name, xmlns);
		return child and child.attr[attr];
	end
end

-- 4. mod_smacks in two steps: its handlers do both in one, so what they write is held back between the two
local sm_ns = "urn:xmpp:sm:3";
local function held(session, handler, stanza)
	local out, real = {}, session.rawsend;
	session.rawsend = function (data) out[#out+1] = tostring(data); return true; end
	handler(session, stanza, sm_ns);
	session.rawsend = real;
	return out, real;
end
function smacks.do_enable(session, stanza)
	local out = held(session, smacks.handle_enable, stanza);
	if not session.smacks then
		return nil, { type = "cancel", condition = out[1]:match("<([%w-]+) [^>]*stanzas") };
	end
	local max = out[1]:match("max='(%d+)'");
	return { type = "enabled", id = session.resumption_token, resume_max = max, finish = function () end };
end
function smacks.do_resume(session, stanza)
	local registry = module:shared "/*/smacks/resumption-tokens";
	local original = registry[session.username.."@"..session.host.."/"..(stanza.attr.previd or "")];
	local out, real = held(session, smacks.handle_resume, stanza);
	if out[1]:find("^<failed") then
		return nil, {
			type = "cancel";
			condition = out[1]:match("<([%w-]+) [^>]*stanzas") or "item-not-found";
			context = { h = tonumber(out[1]:match("%sh='(%d+)'")) };
		};
	end
	original.rawsend = real;
	real.session = original;
	real.conn = original.conn;
	-- what mod_sasl2_fast looks for in the session that goes on
	original.sasl_handler = session.sasl_handler;
	original.client_id = session.client_id;
	original.fast_token_request = session.fast_token_request;
	return { type = "resumed", session = original, id = stanza.attr.previd, finish = function ()
		for i = 2, #out do original.rawsend(out[i]); end -- what was not acknowledged, then <r/>
	end };
end

-- 5. util.datetime of 0.12 refuses fractions of a second on Lua 5.4, and mod_sasl2_fast has some
local datetime = require "util.datetime";
if not pcall(datetime.datetime, 1.5) then
	local real = datetime.datetime;
	function datetime.datetime(t) return real(t and math.floor(t)); end
end

-- 6. where a token was refused, mod_sasl2 would go on with the mechanisms of mod_sasl2_fast alone
module:hook_tag("urn:xmpp:sasl:2", "authenticate", function (session)
	if session.sasl_handler and not session.sasl_handler.fast then session.password_handler = session.sasl_handler; end
end, 101);
module:hook("sasl2/c2s/failure", function (event)
	local session = event.session;
	if session.sasl_handler and session.sasl_handler.fast then session.sasl_handler = session.password_handler; end
end, 1);

-- 7. with a resource, 0.12 still offers <bind/>, <session/> and <sm/>
module:hook("stream-features", function (event)
	if not event.origin.resource then return; end
	local features = event.features;
	features:remove_children("bind", "urn:ietf:params:xml:ns:xmpp-bind");
	features:remove_children("session", "urn:ietf:params:xml:ns:xmpp-session");
	features:remove_children("sm", "urn:xmpp:sm:2");
	features:remove_children("sm", sm_ns);
end, -1000);
