import { inspect } from 'node:util';
import { builtInMechanisms, type SaslCredentials, type SaslExchange, ScramKeyCache } from '@sestina/sasl';
import { ScramServer } from '@sestina/sasl/server';
import { expect, it } from 'vitest';
import { bytes, environment, random, rejection, text } from './support.js';

const secrets: SaslCredentials = {
  username: 'alice',
  password: 'Passw0rd-Geheim',
  token: 'T0ken-Geheim',
  authzid: 'bob',
  anonymous: true,
  external: true,
};

/** All that a log could show of it. */
const shown = (value: unknown) =>
  inspect(value, { depth: 20, showHidden: true }) + JSON.stringify(value) + (value instanceof Error ? value.stack : '');

const withBinding = () =>
  environment({ channelBindingTypes: ['tls-exporter'], offeredMechanisms: ['SCRAM-SHA-1-PLUS'] });

it.each(builtInMechanisms().map((mechanism) => [mechanism.name, mechanism] as const))(
  'T51: %s shows no secret at any step',
  async (_name, mechanism) => {
    const exchange: SaslExchange = mechanism.start(secrets, withBinding());
    const seen = [shown(mechanism), shown(exchange)];
    await exchange.initial();
    seen.push(shown(exchange));
    seen.push(
      shown(
        await rejection(exchange.respond(bytes('r=bad,s=c2FsdA==,i=4096')).then(() => exchange.success(undefined))),
      ),
    );
    seen.push(shown(await rejection(exchange.initial())), shown(exchange));
    expect(seen.join()).not.toContain('Geheim');
  },
);

it('T51: a whole login shows neither password nor keys, cache included', async () => {
  const scramKeyCache = new ScramKeyCache();
  const mechanism = builtInMechanisms().find(({ name }) => name === 'SCRAM-SHA-256');
  const exchange = mechanism?.start(secrets, environment({ scramKeyCache }));
  if (!exchange) throw new Error('no such mechanism');
  const lookup = async () => ({ password: 'Passw0rd-Geheim' });
  const server = new ScramServer({ hash: 'SHA-256', randomBytes: random, lookup });
  const first = await server.respond((await exchange.initial()) ?? new Uint8Array());
  const final = await exchange.respond(first.data ?? new Uint8Array());
  const seen = [shown(exchange), shown(server)];
  const last = await server.respond(final);
  await exchange.success(last.data);
  seen.push(shown(exchange), shown(server), shown(scramKeyCache));
  expect(last.success).toBe(true);
  expect(seen.join()).not.toContain('Geheim');
  expect(seen.join()).not.toContain(text(final).split('p=')[1]);
  expect(seen.join()).not.toContain('Uint8Array');
});

it.each<[string, SaslCredentials]>([
  ['SCRAM-SHA-1', { username: 'alice', password: 'Geheim\x07' }],
  ['SCRAM-SHA-1', { username: 'Geheim\x07', password: 'x' }],
  ['PLAIN', { username: 'alice', password: 'Geheim\0' }],
  ['OAUTHBEARER', { token: 'Geheim\x01' }],
  ['OAUTHBEARER', { token: 'Geheim', port: -1 }],
  ['ANONYMOUS', { anonymous: true, trace: 'Geheim\n' }],
])('T51: credentials unfit for %s are not in the error', async (name, credentials) => {
  const mechanism = builtInMechanisms().find((one) => one.name === name);
  const error = await rejection(mechanism?.start(credentials, environment()).initial() ?? Promise.resolve());
  expect(error).toMatchObject({ code: 'credentials' });
  expect(shown(error)).not.toContain('Geheim');
});
