import { pbkdf2Sync } from 'node:crypto';
import { type ChannelBindingType, ScramMechanism } from '@sestina/sasl';
import type { ScramServerOptions } from '@sestina/sasl/server';
import { describe, expect, it } from 'vitest';
import { fromBase64, rejection, text } from '../support.js';
import { login, profile, serve, Wire, type WireOptions } from './wire.js';

const TLS13: readonly ChannelBindingType[] = ['tls-exporter', 'tls-server-end-point'];
const BOTH = ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'];
const NAMED = ['tls-exporter'];
const sasl2 = { ...profile, sasl2: true };

/** The flag that a login begins with, and whether it came to a proof or was given up. */
async function outcome(
  offered: readonly string[],
  options: WireOptions & { readonly profile: typeof profile },
  server: Partial<ScramServerOptions> = {},
): Promise<string> {
  const wire = new Wire(options);
  const done = login()
    .run(wire, offered, options.profile)
    .then(
      () => 'done',
      (error: { reason: string }) => error.reason,
    );
  const first = await Promise.race([wire.next(0), done]);
  if (typeof first === 'string') return first;
  const flag = text(fromBase64(first.data ?? '')).split(',')[0];
  await Promise.race([serve(wire, server), done]);
  const proof = wire.sent.some(({ name }) => name === 'response');
  return `${flag} ${await done}${proof ? '' : ' without a proof'}`;
}

describe('XEP-0440: what a server offers is held against the rules', () => {
  const without = 'downgrade without a proof';
  it.each<[string, readonly string[], WireOptions, string, string]>([
    ['2: this side cannot bind', BOTH, { named: NAMED }, 'n done', 'n done'],
    ['3: neither -PLUS nor types', ['SCRAM-SHA-256'], { types: TLS13 }, 'y done', 'y done'],
    ['4: -PLUS without types', BOTH, { types: TLS13 }, 'n done', `p=tls-exporter ${without}`],
    ['5: types without -PLUS', ['SCRAM-SHA-256'], { types: TLS13, named: NAMED }, `n ${without}`, `n ${without}`],
    ['6: unknown types', BOTH, { types: TLS13, named: ['tls-invented'] }, `n ${without}`, `n ${without}`],
    [
      '6: unknown types to us, beside tls-server-end-point',
      BOTH,
      { types: ['tls-unique'], named: ['tls-server-end-point'] },
      'n done',
      'n done',
    ],
    [
      '7: the strongest that both have',
      BOTH,
      { types: TLS13, named: [...TLS13].reverse() },
      'p=tls-exporter done',
      'p=tls-exporter done',
    ],
  ])('rule %s', async (_rule, offered, options, first, second) => {
    expect(await outcome(offered, { ...options, profile })).toBe(first);
    expect(await outcome(offered, { ...options, profile: sasl2 })).toBe(second);
  });

  it.each([
    ['4', BOTH, undefined],
    ['5', ['SCRAM-SHA-256'], NAMED],
    ['6', BOTH, ['tls-invented']],
  ])('rule %s is relaxed for a server that proves its list', async (_rule, mechanisms, named) => {
    const offered = { mechanisms, ...(named && { channelBindingTypes: named }) };
    const options = { types: TLS13, ...(named && { named }), profile: sasl2 };
    expect(await outcome(mechanisms, options, { offered })).toMatch(/^(?:n|p=tls-exporter) done$/);
  });
});

describe('XEP-0474: the list of the profile in use is what is proven', () => {
  it.each<[string, readonly string[], readonly string[] | undefined, string]>([
    ['in another order', ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'], ['b', 'tls-exporter'], 'done'],
    ['with a mechanism taken away', ['SCRAM-SHA-256'], ['tls-exporter', 'b'], 'downgrade'],
    ['with a mechanism named twice', [...BOTH, 'SCRAM-SHA-256'], ['tls-exporter', 'b'], 'downgrade'],
    ['with a type taken away', BOTH, ['tls-exporter'], 'downgrade'],
    ['with all types taken away', BOTH, undefined, 'downgrade'],
  ])('%s', async (_what, offered, named, expected) => {
    const sent = { mechanisms: BOTH, channelBindingTypes: ['tls-exporter', 'b'] };
    const types: readonly ChannelBindingType[] = ['tls-exporter'];
    for (const each of [profile, sasl2]) {
      const options = { types, ...(named && { named }), profile: each };
      expect(await outcome(offered, options, { offered: sent })).toContain(` ${expected}`);
    }
  });

  it('who has proven it once has to do so again, until that is forgotten', async () => {
    const mechanisms = ['SCRAM-SHA-256'];
    const sasl = login();
    const run = async (offered?: ScramServerOptions['offered']): Promise<string> => {
      const wire = new Wire();
      const done = sasl.run(wire, mechanisms, profile).then(
        () => 'done',
        ({ reason }: { reason: string }) => reason,
      );
      await Promise.race([serve(wire, { ...(offered && { offered }) }), done]);
      return done;
    };
    expect(await run()).toBe('done');
    expect(await run({ mechanisms })).toBe('done');
    expect(await run()).toBe('downgrade');
    sasl.forgetPins();
    expect(await run()).toBe('done');
  });
});

describe('XEP-0515: the version of TLS that the server sees is ours', () => {
  const mechanisms = ['SCRAM-SHA-256'];
  it.each<[string, string | undefined, string | undefined, string]>([
    ['the same', 'TLSv1.3', '0304', 'n done'],
    ['the same, the older one', 'TLSv1.2', '0303', 'n done'],
    ['another', 'TLSv1.3', '0303', 'n downgrade without a proof'],
    ['in capitals, or no version at all', 'TLSv1.2', 'ABCD', 'n downgrade without a proof'],
    ['unknown to us, as in a browser', undefined, '0303', 'n done'],
    ['unsaid', 'TLSv1.3', undefined, 'n done'],
  ])('%s', async (_what, ours, theirs, expected) => {
    const options = { ...(ours && { tlsVersion: ours }), profile: sasl2 };
    const server = { offered: { mechanisms }, ...(theirs && { tlsVersion: theirs }) };
    expect(await outcome(mechanisms, options, server)).toBe(expected);
  });

  it('the way out of a proxy is in the message', async () => {
    const wire = new Wire({ tlsVersion: 'TLSv1.3' });
    const failed = rejection(login().run(wire, mechanisms, sasl2));
    await Promise.race([serve(wire, { offered: { mechanisms }, tlsVersion: '0303' }), failed]);
    expect(await failed).toMatchObject({ reason: 'downgrade', message: expect.stringContaining('proxy') });
  });
});

describe('the SaltedPassword for an upgrade (XEP-0480)', () => {
  const salted = async (changes: { readonly iterations?: number; readonly salt?: string } = {}): Promise<string> => {
    let made: Promise<Uint8Array> | undefined;
    const wire = new Wire();
    const running = login({ credentials: () => ({ username: 'alice', password: 'pencil' }) }).run(
      wire,
      ['SCRAM-SHA-256'],
      {
        ...profile,
        auth(mechanism, initial, password) {
          const { iterations = 4096, salt = 'A_SXCRXQ6sek8bf_Z' } = changes;
          const bytes = Uint8Array.from(Buffer.from(salt));
          made = password?.salted({ hash: 'SHA-256', salt: bytes, iterations });
          made?.catch(() => {});
          return profile.auth(mechanism, initial, password);
        },
      },
    );
    running.catch(() => {});
    await wire.next(0);
    wire.controller.abort(new Error('enough'));
    return (made ?? Promise.reject({ detail: 'no password' })).then(
      (bytes) => Buffer.from(bytes).toString('base64'),
      (error: { detail: string }) => error.detail,
    );
  };

  it('is that of RFC 5802', async () => {
    const hi = pbkdf2Sync('pencil', 'A_SXCRXQ6sek8bf_Z', 4096, 32, 'sha256');
    expect(await salted()).toBe(hi.toString('base64'));
  });

  it.each([
    ['iterations-too-low', { iterations: 1 }],
    ['iterations-too-low', { iterations: Number.NaN }],
    ['iterations-too-high', { iterations: 2 ** 32 - 1 }],
    ['salt-length', { salt: '' }],
    ['salt-length', { salt: 'x'.repeat(1025) }],
  ])('%s: is refused', async (detail, changes) => {
    expect(await salted(changes)).toBe(detail);
  });
});

describe('one way to log in, without credentials()', () => {
  it('is run as it is, and not where the policy forbids it', async () => {
    const way = { mechanism: new ScramMechanism('SHA-256'), credentials: { username: 'alice', password: 'secret' } };
    const unasked = { credentials: () => Promise.reject(new Error('nobody asks')) };
    const wire = new Wire();
    const done = login(unasked).runWith(wire, way, ['SCRAM-SHA-256'], profile);
    await serve(wire);
    expect(await done).toMatchObject({ mechanism: 'SCRAM-SHA-256', kind: 'success' });
    const strict = login({ ...unasked, policy: { channelBinding: 'require' } });
    const failed = rejection(strict.runWith(new Wire(), way, ['SCRAM-SHA-256'], profile));
    expect(await failed).toMatchObject({ reason: 'no-mechanism' });
  });
});
