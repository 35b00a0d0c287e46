import type { CertificateAuthority, CertificateFiles } from './certificates.js';
import type { Command } from './daemon.js';
import type { ServerHosts, ServerPorts, ServerUser } from './types.js';

/** What makes an ejabberd a node of a cluster. */
export interface ClusterMember {
  /** Its Erlang name. */
  readonly node: string;
  /** Of the daemon that knows where the nodes listen. */
  readonly epmdPort: number;
  /** What proves to another node that it may join. */
  readonly cookie: string;
  /** The database of all nodes, a file. */
  readonly database: string;
}

/** What both servers are configured from. */
export interface Site {
  readonly directory: string;
  readonly ports: ServerPorts;
  readonly hosts: ServerHosts;
  readonly component: { readonly domains: readonly string[]; readonly secret: string };
  readonly ca: CertificateAuthority;
  /** One for each host that speaks TLS. */
  readonly certificates: Readonly<Record<CertifiedHost, CertificateFiles>>;
  readonly users: readonly ServerUser[];
  readonly log: 'info' | 'debug';
  readonly archive: boolean;
  readonly streamManagement: boolean;
  readonly scramPlusExporter: boolean;
  readonly sasl2: boolean;
  /** In milliseconds; undefined: the server's own. */
  readonly loginTimeout: number | undefined;
  /** Connections that the last component domain is divided between. */
  readonly balancedComponents: number | undefined;
  /** Undefined: a server by itself. */
  readonly cluster: ClusterMember | undefined;
}

/** The hosts that have a certificate. */
export type CertifiedHost = Exclude<keyof ServerHosts, 'muc' | 'pubsub' | 'search' | 'upload'>;

/** What differs between Prosody and ejabberd. */
export interface Backend {
  readonly command: Command;
  /** The server's own log, a file. */
  readonly logFile: string;
  /** A line of the log that says a port was taken already. */
  readonly portTaken: RegExp;
  /** Writes the configuration, before the first start. */
  configure(): Promise<void>;
  /** Called once, after the first start. */
  populate(): Promise<void>;
  /** Resolves when the server can do the rest of this interface; rejects while it cannot. */
  ready(): Promise<void>;
  addUser(username: string, password: string): Promise<void>;
  removeUser(username: string): Promise<void>;
  closeSession(jid: string, condition?: string): Promise<void>;
}

/** Bytes of a file that the upload services take (XEP-0363). */
export const MAX_UPLOAD = 5_242_880;

/** Component domains below a main host; which policy is whose, see `RunningServer.component`. */
export function componentDomains(domain: string): string[] {
  return [`component.${domain}`, `echo.${domain}`, `kick-new.${domain}`, `kick-old.${domain}`];
}

/** All hosts below a main host. */
export function hostsOf(domain: string): ServerHosts {
  return {
    main: domain,
    anonymous: `anon.${domain}`,
    external: `external.${domain}`,
    expired: `expired.${domain}`,
    wrongName: `wrong-name.${domain}`,
    selfSigned: `self-signed.${domain}`,
    muc: `muc.${domain}`,
    pubsub: `pubsub.${domain}`,
    search: `vjud.${domain}`,
    upload: `upload.${domain}`,
  };
}

/** The bare JID of the one account that may administer the main host. */
export function administratorOf({ main }: ServerHosts): string {
  return `administrator@${main}`;
}

/** Makes the certificates of all hosts. */
export async function issueCertificates(ca: CertificateAuthority, hosts: ServerHosts): Promise<Site['certificates']> {
  const good = (host: string) => ca.issueServer(host, `DNS:${host}`);
  const [main, anonymous, external, expired, wrongName, selfSigned] = await Promise.all([
    ca.issueServer(hosts.main, `DNS:${hosts.main},IP:127.0.0.1`),
    good(hosts.anonymous),
    good(hosts.external),
    ca.issueServer(hosts.expired, `DNS:${hosts.expired}`, 'expired'),
    ca.issueServer(hosts.wrongName, 'DNS:another.example'),
    ca.issueServer(hosts.selfSigned, `DNS:${hosts.selfSigned}`, 'self-signed'),
  ]);
  return { main, anonymous, external, expired, wrongName, selfSigned };
}
