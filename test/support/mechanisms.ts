import type { ClientOptions } from '@sestina/client';
import type { ServerOptions } from '@sestina/servers';
import type { Bench } from './bench.js';

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';
export const TLS_VERSIONS: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];

/** The SASL mechanisms that need a name and a password. */
export const PASSWORD_MECHANISMS = [
  'PLAIN',
  'SCRAM-SHA-1',
  'SCRAM-SHA-256',
  'SCRAM-SHA-512',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-512-PLUS',
] as const;
export type PasswordMechanism = (typeof PASSWORD_MECHANISMS)[number];

/** What happens to somebody who logs in with a mechanism: it works, the server refuses it, or does not offer it. */
export type Outcome = 'works' | 'refused' | 'absent';

/** A way of running a server, and what is to be expected of its main host. */
export interface Variant {
  readonly name: string;
  readonly server: ServerOptions;
  readonly mechanisms: Readonly<Record<TlsVersion, Readonly<Record<PasswordMechanism, Outcome>>>>;
  /** Whether it lists the types of channel binding that it has (XEP-0440). */
  readonly listsTypes: boolean;
  /** Whether it minds a client that could bind and saw no -PLUS mechanism offered (RFC 5802 §7, flag `y`). */
  readonly noticesDowngrade: boolean;
}

const SCRAM_1_AND_256 = {
  PLAIN: 'works',
  'SCRAM-SHA-1': 'works',
  'SCRAM-SHA-256': 'works',
  'SCRAM-SHA-512': 'absent',
  'SCRAM-SHA-512-PLUS': 'absent',
} as const;
const ALL_SCRAM = { ...SCRAM_1_AND_256, 'SCRAM-SHA-512': 'works' } as const;

/** A test compares this with what the streams say, so that no mechanism comes or goes unnoticed. */
export const VARIANTS: readonly Variant[] = [
  {
    name: 'prosody',
    server: { kind: 'prosody' },
    listsTypes: false,
    noticesDowngrade: true,
    mechanisms: {
      'TLSv1.2': { ...SCRAM_1_AND_256, 'SCRAM-SHA-1-PLUS': 'works', 'SCRAM-SHA-256-PLUS': 'works' },
      // It knows nothing but tls-unique, which TLS 1.3 has not.
      'TLSv1.3': { ...SCRAM_1_AND_256, 'SCRAM-SHA-1-PLUS': 'absent', 'SCRAM-SHA-256-PLUS': 'absent' },
    },
  },
  {
    name: 'prosody with tls-exporter',
    server: { kind: 'prosody', scramPlusExporter: true },
    listsTypes: true,
    noticesDowngrade: true,
    mechanisms: {
      'TLSv1.2': { ...SCRAM_1_AND_256, 'SCRAM-SHA-1-PLUS': 'works', 'SCRAM-SHA-256-PLUS': 'works' },
      'TLSv1.3': { ...SCRAM_1_AND_256, 'SCRAM-SHA-1-PLUS': 'works', 'SCRAM-SHA-256-PLUS': 'works' },
    },
  },
  {
    name: 'ejabberd',
    server: { kind: 'ejabberd' },
    listsTypes: false,
    noticesDowngrade: false,
    mechanisms: {
      'TLSv1.2': {
        ...ALL_SCRAM,
        'SCRAM-SHA-1-PLUS': 'works',
        'SCRAM-SHA-256-PLUS': 'works',
        'SCRAM-SHA-512-PLUS': 'works',
      },
      // It wants tls-unique, which TLS 1.3 has not.
      'TLSv1.3': {
        ...ALL_SCRAM,
        'SCRAM-SHA-1-PLUS': 'refused',
        'SCRAM-SHA-256-PLUS': 'refused',
        'SCRAM-SHA-512-PLUS': 'refused',
      },
    },
  },
];

class Enough extends Error {}

/** What a server offers to log in with, as its stream says. */
export async function offeredMechanisms(bench: Bench, options: Partial<ClientOptions> = {}): Promise<string[]> {
  const client = bench.client({ jid: `nobody@${bench.server.domain}`, password: 'none', ...options });
  let names: string[] | undefined;
  client.negotiation.add({
    name: 'mechanisms',
    namespace: 'urn:ietf:params:xml:ns:xmpp-sasl',
    needs: 'secure',
    before: 'mechanisms',
    async run({ feature }) {
      names = feature.childrenNamed('mechanism').map(({ text }) => text);
      throw new Enough();
    },
  });
  const error = await client.connect().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Enough) || !names) throw error;
  return names;
}
