import { administratorOf, type CertifiedHost, MAX_UPLOAD, type Site } from './site.js';

const HOSTS: readonly CertifiedHost[] = ['main', 'anonymous', 'external', 'expired', 'wrongName', 'selfSigned'];

const PASSWORD_MECHANISMS = [
  'PLAIN',
  ...['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((name) => [name, `${name}-PLUS`]),
];
const UNWANTED_MECHANISMS = ['DIGEST-MD5', 'X-OAUTH2'];

/** What the HTTP interface may be asked. */
export const API_COMMANDS = [
  'status',
  'register',
  'unregister',
  'check_account',
  'kick_session',
  'kick_user',
  'list_cluster',
] as const;

/**
 * The configuration of ejabberd. YAML takes JSON, which needs no care with quotes and blanks.
 *
 * @param api The path of the Unix socket with the HTTP interface.
 */
export function ejabberdConfig(site: Site, api: string): string {
  const { directory, ports, hosts, component, certificates, ca } = site;
  const c2s = { ip: '127.0.0.1', module: 'ejabberd_c2s', tls_verify: true, access: 'all', shaper: 'none' };
  const http = { ip: '127.0.0.1', module: 'ejabberd_http', backlog: 128 };
  const handlers = { '/xmpp-websocket': 'ejabberd_http_ws', '/http-bind': 'mod_bosh', '/upload': 'mod_http_upload' };
  const secret = { password: component.secret };
  const streamManagement = {
    mod_stream_mgmt: {
      resume_timeout: 60,
      max_ack_queue: 10_000,
      resend_on_timeout: 'if_offline',
      queue_type: 'ram',
    },
  };
  const archive = { mod_mam: { db_type: 'sql', default: 'always', assume_mam_usage: true } };
  const contacts = [
    { modules: 'all', name: 'abuse-addresses', urls: ['mailto:abuse@example.org', 'xmpp:abuse@example.org'] },
    { modules: 'all', name: 'security-addresses', urls: ['https://example.org/security'] },
  ];
  const relay = { host: '203.0.113.1', port: 3478, transport: 'udp' };
  const balanced = { type: 'bare_source', component_number: site.balancedComponents };
  const config = {
    loglevel: site.log,
    hide_sensitive_log_data: true,
    hosts: HOSTS.map((host) => hosts[host]),
    certfiles: HOSTS.map((host) => certificates[host].pem),
    ca_file: ca.file,
    c2s_cafile: ca.file,
    c2s_protocol_options: ['no_sslv3', 'no_tlsv1', 'no_tlsv1_1', 'no_compression'],
    listen: [
      // A small backlog resets connections when many clients come at once.
      { ...c2s, port: ports.c2s, starttls: true, max_stanza_size: 1_048_576, backlog: 1024 },
      { ...c2s, port: ports.c2sTls, tls: true, max_stanza_size: 1_048_576, backlog: 1024 },
      {
        ip: '127.0.0.1',
        port: ports.component,
        module: 'ejabberd_service',
        backlog: 128,
        shaper: 'none',
        // Otherwise a component gets the stanzas of every domain listed here.
        global_routes: false,
        hosts: Object.fromEntries(component.domains.map((domain) => [domain, secret])),
      },
      { ...http, port: ports.http, request_handlers: handlers },
      { ...http, port: ports.https, tls: true, request_handlers: handlers },
      { module: 'ejabberd_http', port: `unix:${api}`, request_handlers: { '/api': 'mod_http_api' } },
    ],
    api_permissions: { tests: { from: ['mod_http_api'], who: 'all', what: API_COMMANDS } },
    sql_type: 'sqlite',
    sql_database: site.cluster?.database ?? `${directory}/data.sqlite`,
    // Not mnesia: it keeps what is new in memory for two seconds, so an account would not survive SIGKILL.
    auth_method: 'sql',
    auth_password_format: 'plain', // keeps every SCRAM mechanism possible
    disable_sasl_mechanisms: [...UNWANTED_MECHANISMS, 'EXTERNAL'],
    host_config: {
      [hosts.anonymous]: {
        auth_method: ['anonymous'],
        anonymous_protocol: 'sasl_anon',
        allow_multiple_connections: true,
        disable_sasl_mechanisms: [...UNWANTED_MECHANISMS, ...PASSWORD_MECHANISMS, 'EXTERNAL'],
      },
      [hosts.external]: { disable_sasl_mechanisms: [...UNWANTED_MECHANISMS, ...PASSWORD_MECHANISMS] },
    },
    ...(balanced.component_number !== undefined && {
      domain_balancing: { [component.domains.at(-1) ?? '']: balanced },
    }),
    acl: { admin: { user: [administratorOf(hosts)] } },
    access_rules: { configure: [{ allow: 'admin' }] },
    acme: { auto: false },
    s2s_access: 'none',
    shaper_rules: { max_user_sessions: 10_000, max_user_offline_messages: 5_000 },
    registration_timeout: 'infinity',
    ...(site.loginTimeout === undefined ? {} : { negotiation_timeout: Math.ceil(site.loginTimeout / 1000) }),
    modules: {
      mod_adhoc: {},
      mod_admin_extra: {},
      mod_announce: { access: 'configure' },
      mod_avatar: {},
      mod_blocking: {},
      mod_bosh: {},
      mod_caps: {},
      mod_carboncopy: {},
      mod_client_state: {},
      mod_configure: {},
      mod_disco: { server_info: contacts },
      mod_http_api: {},
      mod_http_upload: {
        host: 'upload.@HOST@',
        put_url: `https://${hosts.main}:${ports.https}/upload/@HOST@`,
        docroot: `${directory}/upload/@HOST@`,
        access: 'all',
        max_size: MAX_UPLOAD,
        thumbnail: false,
      },
      mod_last: {},
      mod_muc: { host: 'muc.@HOST@', access_create: 'all', access_mam: 'all', access_register: 'all' },
      mod_offline: { access_max_user_messages: 'max_user_offline_messages' },
      mod_ping: {},
      mod_privacy: {},
      mod_private: {},
      mod_pubsub: {
        host: 'pubsub.@HOST@',
        access_createnode: 'all',
        ignore_pep_from_offline: false,
        max_items_node: 1000,
        plugins: ['flat', 'pep'],
      },
      mod_register: { ip_access: 'all', password_strength: 0, welcome_message: {} },
      mod_push: {},
      mod_roster: { versioning: true, store_current_id: true },
      ...(site.streamManagement ? streamManagement : {}),
      mod_stun_disco: {
        access: 'all',
        secret: component.secret,
        offer_local_services: false,
        services: ['turn', 'stun'].map((type) => ({ ...relay, type, restricted: type === 'turn' })),
      },
      mod_time: {},
      mod_vcard: { search: true, host: 'vjud.@HOST@', allow_return_all: true },
      mod_vcard_xupdate: {},
      mod_version: {},
      ...(site.archive ? archive : {}),
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
