/** The two servers, as Debian packages them. */
export type ServerKind = 'prosody' | 'ejabberd';

/** How a server is to be asked to end: `TERM` lets it say good-bye to its clients, `KILL` is a crash. */
export type StopSignal = 'TERM' | 'KILL';

/** What {@link startServer} takes. */
export interface ServerOptions {
  kind: ServerKind;
  /** How many accounts, or their names. Default 3: alice, bob and carol. Each gets a random password. */
  users?: number | readonly string[];
  /** How much the server writes into its log. Default `info`. */
  log?: 'info' | 'debug';
  /** Whether messages are archived (XEP-0313). Default false: the archives are slow. */
  archive?: boolean;
  /** Whether sessions can be counted and resumed (XEP-0198). Default true. */
  streamManagement?: boolean;
  /**
   * Prosody only: load a module on the main host that offers SCRAM-*-PLUS with `tls-exporter` and `tls-server-end-point` and
   * lists the channel bindings (RFC 9266, XEP-0440). Default false, as few clients expect it.
   */
  scramPlusExporter?: boolean;
  /**
   * Prosody only: the main host offers SASL2 (XEP-0388) with Bind 2 (XEP-0386), FAST tokens (XEP-0484) and inline resumption, and what
   * `scramPlusExporter` brings. Needs `streamManagement`. Default false.
   */
  sasl2?: boolean;
  /**
   * Milliseconds that a client has to log in, before the server ends the stream with `<connection-timeout/>`. Default: the
   * server's own, minutes.
   */
  loginTimeout?: number;
  /**
   * Ejabberd only: how many connections `kick-old.*` is divided between, by the bare address of the sender. Default: none of the
   * component domains is listed in `domain_balancing`, and each stanza goes to any of the connections.
   */
  balancedComponents?: number;
}

/** TCP ports on 127.0.0.1. */
export interface ServerPorts {
  /** STARTTLS. */
  c2s: number;
  /** Direct TLS (XEP-0368). */
  c2sTls: number;
  /** XEP-0114. */
  component: number;
  /** `ws://…/xmpp-websocket` (RFC 7395) and `/http-bind` (BOSH). */
  http: number;
  /** The same over TLS, with the certificate of the main host. */
  https: number;
}

/** The domains a server answers for. */
export interface ServerHosts {
  /** The accounts are here; the certificate is good. TLS is offered, not required: a client that forgets it goes unpunished. */
  main: string;
  /** SASL ANONYMOUS only. */
  anonymous: string;
  /** SASL EXTERNAL only, with a {@link RunningServer.clientCertificate}. */
  external: string;
  /** The certificate of this host has expired. */
  expired: string;
  /** The certificate of this host names another one. */
  wrongName: string;
  /** The certificate of this host is signed by itself. */
  selfSigned: string;
  /** Multi-user chat service (XEP-0045). */
  muc: string;
  /** Publish-subscribe service (XEP-0060). */
  pubsub: string;
  /** User directory (XEP-0055); ejabberd only. */
  search: string;
  /** HTTP file upload service (XEP-0363). */
  upload: string;
}

/** An account on the main host. */
export interface ServerUser {
  jid: string;
  username: string;
  password: string;
}

/** A certificate and its private key, both PEM. */
export interface CertificatePair {
  cert: string;
  key: string;
}

/** A server that {@link startServer} has started. It dies with this process, however that ends. */
export interface RunningServer extends AsyncDisposable {
  readonly kind: ServerKind;
  /** The main host, the same as `hosts.main`. */
  readonly domain: string;
  readonly host: '127.0.0.1';
  /** Stay the same over {@link stop} and {@link start}. */
  readonly ports: Readonly<ServerPorts>;
  /** The certificate authority that signed what is good here, PEM. */
  readonly ca: string;
  /** The path of a file with {@link ca}. */
  readonly caFile: string;
  /** The bare JID that may administer the main host, once there is such an account: `addUser('administrator', …)`. */
  readonly administrator: string;
  /** The accounts there are now. */
  readonly users: readonly ServerUser[];
  /**
   * Domains for external components (XEP-0114) and their common secret. A second connection for one domain: Prosody refuses it on
   * `component.*` and `kick-new.*`, and ends the first one on `echo.*` and `kick-old.*`; ejabberd shares the stanzas out.
   */
  readonly component: { readonly domains: readonly string[]; readonly secret: string };
  /** Configuration, data and logs; gone once the server is disposed of. */
  readonly directory: string;
  readonly hosts: Readonly<ServerHosts>;
  /** False after {@link stop} or a crash. */
  readonly running: boolean;

  /**
   * Makes a client certificate with an id-on-xmppAddr (RFC 6120 §13.7.1.4).
   *
   * @param user A name on `hosts.external`, which needs no account, or a bare JID.
   */
  clientCertificate(user: string): CertificatePair;
  /** Makes another good certificate for one of the domains: what a man in the middle has who talked an authority into it. */
  serverCertificate(domain: string): Promise<CertificatePair>;
  /** Adds an account on the main host. The server has to run. */
  addUser(username: string, password: string): Promise<void>;
  /** Removes an account of the main host and ends its sessions. The server has to run. */
  removeUser(username: string): Promise<void>;
  /**
   * Ends the session of a full JID, or all of a bare one, with a stream error: `<policy-violation/>`, but `<conflict/>` where
   * ejabberd ends that of a full JID.
   *
   * @param condition Prosody only: the condition of the stream error, `reset` for example.
   * @throws {ServerError} When the server cannot choose the condition.
   */
  closeSession(jid: string, condition?: string): Promise<void>;
  /** Stops the server and keeps its data for {@link start}. Default `TERM`. Does nothing where it does not run. */
  stop(signal?: StopSignal): Promise<void>;
  /** Starts it again. Does nothing where it runs. Resolves once every port listens. */
  start(): Promise<void>;
  /** {@link stop}, then {@link start}. */
  restart(signal?: StopSignal): Promise<void>;
  /** The last lines of the log. Default 100. */
  logTail(lines?: number): Promise<string>;
  /** Ends the server at once and removes its directory. */
  [Symbol.asyncDispose](): Promise<void>;
}
