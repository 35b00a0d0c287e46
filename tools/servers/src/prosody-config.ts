import { administratorOf, type CertifiedHost, MAX_UPLOAD, type Site } from './site.js';

/** A Lua string literal that holds any bytes. */
export function luaString(text: string): string {
  const escaped = [...Buffer.from(text)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w .,:;@/+*=-]/.test(character) ? character : `\\${String(byte).padStart(3, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

// Not "limits": even unconfigured it throttles a session to some 10 kB/s. Not "s2s": nothing here leaves this machine.
const MODULES = [
  ...['roster', 'saslauth', 'tls', 'disco', 'posix', 'register', 'admin_shell'],
  ...['carbons', 'pep', 'private', 'blocklist', 'bookmarks', 'vcard4', 'vcard_legacy', 'lastactivity'],
  ...['version', 'uptime', 'time', 'ping', 'csi_simple', 'offline', 'bosh', 'websocket'],
  ...['adhoc', 'admin_adhoc', 'server_contact_info', 'turn_external', 'cloud_notify'],
];

function globals(site: Site, plugins: string, shell: string): string {
  const { directory, ports, ca, certificates } = site;
  const modules = [...MODULES, ...(site.archive ? ['mam'] : []), ...(site.streamManagement ? ['smacks'] : [])];
  return `
run_as_root = true
pidfile = ${luaString(`${directory}/prosody.pid`)}
data_path = ${luaString(`${directory}/data`)}
admin_socket = ${luaString(shell)}
plugin_paths = { ${luaString(plugins)} }
log = { { levels = { min = "${site.log}" }, to = "file", filename = ${luaString(`${directory}/server.log`)} } }
gc = { mode = "generational" }
network_settings = { read_size = 65536 }
use_ipv6 = false

interfaces = { "127.0.0.1" }
c2s_ports = { ${ports.c2s} }
c2s_direct_tls_ports = { ${ports.c2sTls} }
component_interfaces = interfaces
component_ports = { ${ports.component} }
http_interfaces = interfaces
http_ports = { ${ports.http} }
https_interfaces = interfaces
https_ports = { ${ports.https} }
http_default_host = ${luaString(site.hosts.main)}
consider_websocket_secure = true
consider_bosh_secure = true

-- A certificate inside *_ssl would be shown for every host, and a filled certificates directory gives a client without SNI a
-- random one: so the directory is empty, each host has its own, and the ports below name what goes without SNI.
certificates = ${luaString(`${directory}/no-certificates`)}
ssl = { cafile = ${luaString(ca.file)}; capath = false; protocol = "tlsv1_2+" }
c2s_direct_tls_ssl = {
	cafile = ${luaString(ca.file)}; capath = false; protocol = "tlsv1_2+";
	verify = { "peer", "client_once" }; verifyext = { lsec_ignore_purpose = false };
}
c2s_direct_tls_certificate = ${luaString(certificates.main.cert)}
https_certificate = ${luaString(certificates.main.cert)}
c2s_require_encryption = true
${site.loginTimeout === undefined ? '' : `c2s_timeout = ${site.loginTimeout / 1000}`}
allow_unencrypted_plain_auth = false

authentication = "internal_plain" -- keeps SCRAM-SHA-1 and SCRAM-SHA-256 possible
storage = "internal"
allow_registration = true
contact_info = { abuse = { "mailto:abuse@example.org", "xmpp:abuse@example.org" }; security = { "https://example.org/security" } }
turn_external_host = "turn.example"
turn_external_port = 3478
turn_external_secret = ${luaString(site.component.secret)}
turn_external_tcp = true
smacks_hibernation_time = 60
smacks_max_queue_size = 10000
archive_expires_after = "1d"
c2s_stanza_size_limit = 1024 * 1024
modules_enabled = { ${modules.map((name) => `"${name}"`).join('; ')} }
modules_disabled = { "s2s" }
`;
}

function virtualHost(site: Site, host: CertifiedHost, lines: readonly string[] = []): string {
  return [
    `VirtualHost ${luaString(site.hosts[host])}`,
    ...[`certificate = ${luaString(site.certificates[host].cert)}`, ...lines].map((line) => `\t${line}`),
    '',
  ].join('\n');
}

function component(site: Site, domain: string): string {
  const keepsNew = /^(?:echo|kick-old)\./.test(domain);
  return `
Component ${luaString(domain)}
	component_secret = ${luaString(site.component.secret)}
	component_conflict_resolve = "${keepsNew ? 'kick_old' : 'kick_new'}"
`;
}

/**
 * The text of prosody.cfg.lua.
 *
 * @param plugins A directory with more Lua modules.
 * @param shell The path of the admin shell's socket.
 */
export function prosodyConfig(site: Site, plugins: string, shell: string): string {
  const { hosts } = site;
  const external = [
    'authentication = "ccert"',
    // Without the last one a certificate that is good for clients only counts as unsuitable.
    `c2s_ssl = { cafile = ${luaString(site.ca.file)}; capath = false; protocol = "tlsv1_2+"; verify = { "peer", "client_once" };`,
    '\tverifyext = { lsec_ignore_purpose = false } }',
  ];
  const exporter = site.scramPlusExporter ? ['"tls_exporter"'] : [];
  const sasl2 = site.sasl2 ? ['"sasl2_compat"', '"sasl2"', '"sasl2_bind2"', '"sasl2_fast"', '"sasl2_sm"'] : [];
  return [
    globals(site, plugins, shell),
    virtualHost(site, 'main', [
      'c2s_require_encryption = false',
      `admins = { ${luaString(administratorOf(hosts))} }`,
      `disco_items = { { ${luaString(hosts.muc)}, "rooms" }, { ${luaString(hosts.pubsub)}, "pubsub" }, { ${luaString(hosts.upload)}, "files" } }`,
      `modules_enabled = { ${[...exporter, ...sasl2].join('; ')} }`,
    ]),
    virtualHost(site, 'anonymous', ['authentication = "anonymous"']),
    virtualHost(site, 'external', external),
    virtualHost(site, 'expired'),
    virtualHost(site, 'wrongName'),
    virtualHost(site, 'selfSigned'),
    // Component("x", "muc") would silently ignore its second argument.
    `Component(${luaString(hosts.muc)}) "muc"`,
    '\tname = "Rooms"; restrict_room_creation = false; muc_room_default_public = true',
    `\tmodules_enabled = { ${site.archive ? '"muc_mam", "muc_moderation"' : ''} }`,
    `Component(${luaString(hosts.pubsub)}) "pubsub"`,
    '\tname = "PubSub"; autocreate_on_publish = true; autocreate_on_subscribe = true',
    // Prosody 0.12 lets only administrators create nodes.
    `\tadmins = { ${site.users.map(({ jid }) => luaString(jid)).join('; ')} }`,
    `Component(${luaString(hosts.upload)}) "http_file_share"`,
    `\tname = "Files"; http_file_share_size_limit = ${MAX_UPLOAD}; http_host = ${luaString(hosts.main)}`,
    `\thttp_external_url = ${luaString(`https://${hosts.main}:${site.ports.https}/`)}`,
    ...site.component.domains.map((domain) => component(site, domain)),
  ].join('\n');
}
