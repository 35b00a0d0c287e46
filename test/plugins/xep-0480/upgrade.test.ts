import { pbkdf2Sync } from 'node:crypto';
import type { ClientOptions } from '@sestina/client';
import { SaslError } from '@sestina/sasl';
import { SaslUpgrade, type SaslUpgradeOptions } from '@sestina/xep-0480';
import { describe, expect, it } from 'vitest';
import { RecordingTracer } from '../../support/recorders.js';
import { BIND, NS_SASL2, rejection, Sasl2Server } from '../../support/sasl2.js';

const NS = 'urn:xmpp:sasl:upgrade:0';
const NS_SCRAM = 'urn:xmpp:scram-upgrade:0';
const upgrade = (...names: string[]): string =>
  names.map((name) => `<upgrade xmlns='${NS}'>${name}</upgrade>`).join('');
const SALT = Buffer.from('A_SXCRXQ6sek8bf_Z').toString('base64');
const ask = (iterations: string, salt = SALT): string =>
  `<task-data xmlns='${NS_SASL2}'><salt xmlns='${NS_SCRAM}' iterations='${iterations}'>${salt}</salt></task-data>`;
const open = { requireChannelBinding: false };

async function started(
  options: Partial<SaslUpgradeOptions> = open,
  client: Partial<ClientOptions> = {},
  more = upgrade('UPGR-SCRAM-SHA-512', 'UPGR-BLOOP'),
  mechanism = 'SCRAM-SHA-256',
) {
  const channelBinding = { 'tls-exporter': new Uint8Array(32) };
  const server = new Sasl2Server(mechanism.endsWith('-PLUS') ? { channelBinding } : {});
  const xmpp = server.client(client);
  xmpp.use(SaslUpgrade, options);
  const { stream, connecting } = await server.connect(xmpp);
  await stream.open({ more, mechanisms: [mechanism] });
  const asked = await stream.authenticate();
  return { server, xmpp, stream, connecting, asked };
}
async function wanted(stream: Sasl2Server['stream'], asked: Parameters<typeof stream.scram>[0], task: string) {
  const data = await stream.scram(asked);
  await stream.say(
    `<continue xmlns='${NS_SASL2}'><additional-data>${data}</additional-data><tasks><task>${task}</task></tasks></continue>`,
  );
}

describe('an upgrade', () => {
  it('gives the server the stronger hash, and nobody sees it', async () => {
    const tracer = new RecordingTracer();
    const { server, xmpp, stream, connecting, asked } = await started(open, { tracer });
    const upgraded = xmpp.wait('saslUpgraded');
    expect(asked.childrenNamed('upgrade', NS).map(({ text }) => text)).toEqual(['UPGR-SCRAM-SHA-512']);
    await wanted(stream, asked, 'UPGR-SCRAM-SHA-512');
    expect((await stream.next('next')).attribute('task')).toBe('UPGR-SCRAM-SHA-512');
    await stream.say(ask('4096'));
    const hash = (await stream.next('task-data')).child('hash', NS_SCRAM)?.text;
    expect(hash).toBe(pbkdf2Sync('secret', 'A_SXCRXQ6sek8bf_Z', 4096, 64, 'sha512').toString('base64'));
    await stream.success({ features: BIND });
    await stream.bind();
    await connecting;
    expect(await upgraded).toEqual({ mechanism: 'SCRAM-SHA-512' });
    const shown = [...tracer.sent, ...tracer.received].join('');
    expect(shown).not.toContain(hash);
    expect(shown).not.toContain(SALT);
    await server.end(xmpp);
  });

  it.each<[string, Partial<SaslUpgradeOptions>, Partial<ClientOptions>, string]>([
    ['by default in a login that is not bound', {}, {}, upgrade('UPGR-SCRAM-SHA-512')],
    ['where that is off', { ...open, enabled: false }, {}, upgrade('UPGR-SCRAM-SHA-512')],
    ['for what nobody knows, or is weaker', open, {}, upgrade('UPGR-SCRAM-SHA-1', 'UPGR-BLOOP')],
    ['where the server offers none', open, {}, ''],
  ])('is not asked for %s', async (_where, options, client, more) => {
    const { server, xmpp, asked } = await started(options, client, more);
    expect(asked.childrenNamed('upgrade', NS)).toEqual([]);
    await server.end(xmpp);
  });

  it.each([
    ['PLAIN', '256 512'],
    ['SCRAM-SHA-1', '256 512'],
    ['SCRAM-SHA-256', '256 512'],
    ['SCRAM-SHA-512', '512'],
    ['SCRAM-SHA-512-PLUS', '512'],
  ])('is asked for in a login by %s where it is no weaker: SHA-%s', async (mechanism, hashes) => {
    const more = upgrade('UPGR-SCRAM-SHA-512', ' UPGR-SCRAM-SHA-256 ', 'UPGR-SCRAM-SHA-1');
    const { server, xmpp, asked } = await started(open, {}, more, mechanism);
    expect(asked.attribute('mechanism')).toBe(mechanism);
    const wanted = asked.childrenNamed('upgrade', NS).map(({ text }) => text.replace('UPGR-SCRAM-SHA-', ''));
    expect(wanted.join(' ')).toBe(hashes);
    await server.end(xmpp);
  });

  it('is asked for by default where the login is bound to its connection', async () => {
    const { server, xmpp, asked } = await started({}, {}, upgrade('UPGR-SCRAM-SHA-512'), 'SCRAM-SHA-256-PLUS');
    expect(asked.childrenNamed('upgrade', NS)).toHaveLength(1);
    await server.end(xmpp);
  });

  it('that is refused says why, and counts for nothing', async () => {
    const { server, xmpp, stream, connecting, asked } = await started(open);
    const told: unknown[] = [];
    xmpp.on('saslUpgraded', (event) => told.push(event));
    await wanted(stream, asked, 'UPGR-SCRAM-SHA-512');
    await stream.next('next');
    await stream.say(`<task-data xmlns='${NS_SASL2}'/>`);
    const error = await rejection(connecting);
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'temporary-auth-failure', cause: expect.any(SaslError) });
    expect(told).toEqual([]);
    await server.end(xmpp);
  });

  it('that nobody asked for is not done', async () => {
    const { stream, connecting, asked } = await started({ ...open, enabled: false });
    await wanted(stream, asked, 'UPGR-SCRAM-SHA-512');
    expect(await rejection(connecting)).toMatchObject({
      code: 'ERR_AUTH',
      reason: 'sasl-abort',
      text: 'an upgrade that nobody has asked for',
    });
    expect(stream.peer.received).not.toContain('<next');
  });

  it.each([
    ['one iteration', '1', SALT],
    ['too many iterations', '4294967295', SALT],
    ['no number of iterations', 'many', SALT],
    ['no salt', '4096', ''],
    ['a salt that is none', '4096', '?'],
  ])('with %s is refused: the next login does not ask, and gets in', async (_what, iterations, salt) => {
    const { server, xmpp, stream, asked } = await started(open, { reconnect: { base: 1, max: 1 } });
    await wanted(stream, asked, 'UPGR-SCRAM-SHA-512');
    await stream.next('next');
    await stream.say(ask(iterations, salt));
    expect(stream.peer.received).not.toContain('<hash');
    const again = await server.connect(xmpp);
    await again.stream.open({ more: upgrade('UPGR-SCRAM-SHA-512') });
    expect((await again.stream.login()).childrenNamed('upgrade', NS)).toEqual([]);
    await again.stream.bind();
    await again.connecting;
    await server.end(xmpp);
  });
});
