import {
  builtInMechanisms,
  chooseMechanism,
  DowngradeError,
  type MechanismPolicy,
  NoMechanismError,
  type SaslCredentials,
  type SaslEnvironment,
  type SaslError,
  type SaslExchange,
  SaslMechanism,
} from '@sestina/sasl';
import { describe, expect, it } from 'vitest';
import { environment } from './support.js';

interface Case {
  offered: string;
  credentials?: SaslCredentials;
  environment?: Partial<SaslEnvironment>;
  policy?: MechanismPolicy;
  /** The mechanism, or the code of the error. */
  expected: string;
}

const password = { username: 'alice', password: 'secret' };
const binds: Partial<SaslEnvironment> = { channelBindingTypes: ['tls-exporter', 'tls-server-end-point'] };
const clear: Partial<SaslEnvironment> = { secure: false };
const none = 'no-mechanism';
const downgrade = 'downgrade';

const table: Record<string, Case[]> = {
  'the strongest common one': [
    { offered: 'PLAIN SCRAM-SHA-1', expected: 'SCRAM-SHA-1' },
    { offered: 'SCRAM-SHA-1 SCRAM-SHA-256 PLAIN', expected: 'SCRAM-SHA-256' },
    { offered: 'SCRAM-SHA-512 SCRAM-SHA-256', expected: 'SCRAM-SHA-512' },
    { offered: 'PLAIN', expected: 'PLAIN' },
    { offered: 'X-UNKNOWN DIGEST-MD5 SCRAM-SHA-1', expected: 'SCRAM-SHA-1' },
    { offered: '', expected: none },
    { offered: 'DIGEST-MD5 CRAM-MD5', expected: none },
    { offered: 'scram-sha-1', expected: none },
    { offered: 'SCRAM-SHA-1 SCRAM-SHA-1', expected: 'SCRAM-SHA-1' },
  ],
  'never PLAIN or a token without TLS': [
    { offered: 'PLAIN', environment: clear, expected: none },
    { offered: 'PLAIN SCRAM-SHA-1', environment: clear, expected: 'SCRAM-SHA-1' },
    { offered: 'PLAIN', environment: clear, policy: { only: ['PLAIN'], minimum: 'PLAIN' }, expected: none },
    { offered: 'OAUTHBEARER', environment: clear, credentials: { token: 't' }, expected: none },
    { offered: 'EXTERNAL', environment: clear, credentials: { external: true }, expected: none },
  ],
  'ANONYMOUS only when asked for': [
    { offered: 'ANONYMOUS', expected: none },
    { offered: 'ANONYMOUS', credentials: {}, expected: none },
    { offered: 'ANONYMOUS', credentials: { trace: 'x' }, expected: none },
    { offered: 'ANONYMOUS', credentials: { anonymous: false }, expected: none },
    { offered: 'ANONYMOUS PLAIN', credentials: { anonymous: true }, expected: 'ANONYMOUS' },
    { offered: 'ANONYMOUS PLAIN', credentials: { ...password, anonymous: true }, expected: 'PLAIN' },
  ],
  'EXTERNAL only when asked for': [
    { offered: 'EXTERNAL', expected: none },
    { offered: 'EXTERNAL SCRAM-SHA-1', expected: 'SCRAM-SHA-1' },
    { offered: 'EXTERNAL SCRAM-SHA-1', credentials: { ...password, external: true }, expected: 'EXTERNAL' },
    { offered: 'SCRAM-SHA-1', credentials: { external: true }, expected: none },
  ],
  'what the credentials suffice for': [
    { offered: 'OAUTHBEARER PLAIN', expected: 'PLAIN' },
    { offered: 'OAUTHBEARER PLAIN', credentials: { ...password, token: 't' }, expected: 'OAUTHBEARER' },
    { offered: 'OAUTHBEARER SCRAM-SHA-1', credentials: { token: 't' }, expected: 'OAUTHBEARER' },
    { offered: 'OAUTHBEARER SCRAM-SHA-1', credentials: { ...password, token: 't' }, expected: 'SCRAM-SHA-1' },
    { offered: 'SCRAM-SHA-1 PLAIN', credentials: { username: 'alice' }, expected: none },
    { offered: 'SCRAM-SHA-1 PLAIN', credentials: { password: 'secret' }, expected: none },
  ],
  'channel binding first': [
    { offered: 'SCRAM-SHA-256 SCRAM-SHA-256-PLUS', environment: binds, expected: 'SCRAM-SHA-256-PLUS' },
    { offered: 'SCRAM-SHA-512 SCRAM-SHA-1-PLUS', environment: binds, expected: 'SCRAM-SHA-1-PLUS' },
    { offered: 'SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS', environment: binds, expected: 'SCRAM-SHA-256-PLUS' },
    { offered: 'SCRAM-SHA-1 SCRAM-SHA-1-PLUS', expected: 'SCRAM-SHA-1' },
    { offered: 'SCRAM-SHA-1-PLUS', expected: none },
    { offered: 'SCRAM-SHA-1 SCRAM-SHA-1-PLUS', environment: { ...binds, ...clear }, expected: 'SCRAM-SHA-1' },
    {
      offered: 'SCRAM-SHA-1 SCRAM-SHA-1-PLUS',
      environment: { ...binds, serverChannelBindingTypes: ['tls-unique'] },
      expected: 'SCRAM-SHA-1',
    },
    {
      offered: 'SCRAM-SHA-1 SCRAM-SHA-1-PLUS',
      environment: { ...binds, serverChannelBindingTypes: ['tls-unique', 'tls-exporter'] },
      expected: 'SCRAM-SHA-1-PLUS',
    },
  ],
  'policy: channel binding': [
    {
      offered: 'SCRAM-SHA-1 SCRAM-SHA-1-PLUS',
      environment: binds,
      policy: { channelBinding: 'never' },
      expected: 'SCRAM-SHA-1',
    },
    { offered: 'SCRAM-SHA-1-PLUS', environment: binds, policy: { channelBinding: 'never' }, expected: none },
    {
      offered: 'SCRAM-SHA-512 SCRAM-SHA-1-PLUS',
      environment: binds,
      policy: { channelBinding: 'require' },
      expected: 'SCRAM-SHA-1-PLUS',
    },
    { offered: 'SCRAM-SHA-512', environment: binds, policy: { channelBinding: 'require' }, expected: none },
    { offered: 'SCRAM-SHA-1 SCRAM-SHA-1-PLUS', policy: { channelBinding: 'require' }, expected: none },
    {
      offered: 'EXTERNAL',
      credentials: { external: true },
      policy: { channelBinding: 'require' },
      expected: none,
    },
  ],
  'policy: minimum (T6, pinning)': [
    { offered: 'PLAIN', policy: { minimum: 'SCRAM-SHA-1' }, expected: downgrade },
    { offered: 'PLAIN SCRAM-SHA-1', policy: { minimum: 'SCRAM-SHA-256' }, expected: downgrade },
    { offered: 'PLAIN SCRAM-SHA-256', policy: { minimum: 'SCRAM-SHA-256' }, expected: 'SCRAM-SHA-256' },
    { offered: 'SCRAM-SHA-512', policy: { minimum: 'SCRAM-SHA-256' }, expected: 'SCRAM-SHA-512' },
    { offered: 'SCRAM-SHA-512', policy: { minimum: 'SCRAM-SHA-1-PLUS' }, expected: downgrade },
    {
      offered: 'ANONYMOUS',
      credentials: { anonymous: true },
      policy: { minimum: 'SCRAM-SHA-1' },
      expected: downgrade,
    },
    { offered: 'PLAIN SCRAM-SHA-1', policy: { minimum: 'SCRAM-SHA-3' }, expected: none },
  ],
  'policy: only': [
    { offered: 'PLAIN SCRAM-SHA-256', policy: { only: ['PLAIN'] }, expected: 'PLAIN' },
    { offered: 'PLAIN', policy: { only: ['SCRAM-SHA-1', 'SCRAM-SHA-256'] }, expected: none },
    { offered: 'PLAIN', policy: { only: [] }, expected: none },
    { offered: 'SCRAM-SHA-1', policy: { only: ['SCRAM-SHA-1'], minimum: 'SCRAM-SHA-256' }, expected: downgrade },
  ],
};

function outcome({ offered, credentials = password, environment: changes, policy }: Case): string {
  const names = offered.split(' ').filter((name) => name !== '');
  try {
    const where = environment({ offeredMechanisms: names, ...changes });
    return chooseMechanism(names, builtInMechanisms(), credentials, where, policy).name;
  } catch (error) {
    return (error as SaslError).code;
  }
}

for (const [rule, cases] of Object.entries(table)) {
  describe(`the choice: ${rule}`, () => {
    it.each(cases.map((one) => [JSON.stringify(one), one] as const))('%s', (_name, one) => {
      expect(outcome(one)).toBe(one.expected);
    });
  });
}

describe('the choice', () => {
  it('says what was offered and what was usable', () => {
    const choose = () => chooseMechanism(['DIGEST-MD5'], builtInMechanisms(), password, environment());
    expect(choose).toThrow(NoMechanismError);
    expect(choose).toThrow(/offers DIGEST-MD5, usable here are SCRAM-SHA-512/);
  });

  it.each<[string, MechanismPolicy, Partial<SaslEnvironment>, RegExp]>([
    ['PLAIN', {}, clear, /offers PLAIN, .* PLAIN is not used without TLS/],
    ['PLAIN', { only: ['SCRAM-SHA-1'] }, {}, /PLAIN is not among `only`/],
    ['SCRAM-SHA-1', { channelBinding: 'require' }, binds, /SCRAM-SHA-1 is not bound to the TLS connection/],
    ['SCRAM-SHA-1-PLUS', { channelBinding: 'never' }, binds, /SCRAM-SHA-1-PLUS is bound to the TLS connection/],
    [
      'PLAIN SCRAM-SHA-256',
      { minimum: 'SCRAM-SHA-1', only: ['PLAIN'] },
      {},
      /PLAIN is weaker|SCRAM-SHA-256 is not among/,
    ],
  ])(
    'says why %s is not used, and accuses nobody where nothing better has worked',
    (offered, policy, changes, text) => {
      const choose = () =>
        chooseMechanism(offered.split(' '), builtInMechanisms(), password, environment(changes), policy);
      expect(choose).toThrow(NoMechanismError);
      expect(choose).toThrow(text);
      expect(choose).not.toThrow(/tampering/);
    },
  );

  it('says what is weaker than what has worked', () => {
    const policy: MechanismPolicy = { minimum: 'SCRAM-SHA-1' };
    try {
      chooseMechanism(['PLAIN'], builtInMechanisms(), password, environment(), policy);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DowngradeError);
      expect(error).toMatchObject({ offered: ['PLAIN'], refused: ['PLAIN'], retryable: false });
    }
  });

  it('takes the first of two equally strong mechanisms, so a user can replace one', () => {
    class Own extends SaslMechanism {
      readonly name = 'SCRAM-SHA-256';
      readonly strength = 52;
      readonly needsTls = false;
      usable(): boolean {
        return true;
      }
      start(): SaslExchange {
        throw new Error('not started here');
      }
    }
    const own = new Own();
    expect(chooseMechanism(['SCRAM-SHA-256'], [own, ...builtInMechanisms()], password, environment())).toBe(own);
  });

  it('does not choke on a long and hostile list', () => {
    const offered = Array.from({ length: 10_000 }, (_, index) => `\x1b[2J${index}`);
    const choose = () => chooseMechanism(offered, builtInMechanisms(), password, environment());
    expect(choose).toThrow(/^[\x20-\x7e…]{1,1000}$/);
  });
});
