import type { ChannelBindingType } from '@sestina/core/transport';
import { ScramServer } from '@sestina/sasl/server';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BIND, mechanisms, NS_SASL, PlayedServer, rejection } from '../support.js';

const DATA = new TextEncoder().encode('the data of this connection');
const list = (...types: string[]): string =>
  `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${types.map((type) => `<channel-binding type='${type}'/>`).join('')}</sasl-channel-binding>`;
const BOTH = mechanisms('SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-512');

/** What a client that has these types begins with. */
async function begins(
  types: readonly ChannelBindingType[],
  features: string,
  sasl: { channelBinding?: 'never' | 'prefer' | 'require' } = {},
): Promise<{ mechanism: string; flag: string } | { error: unknown }> {
  const channelBinding = Object.fromEntries(types.map((type) => [type, DATA]));
  const server = new PlayedServer({ channelBinding });
  const client = server.client({ sasl });
  const failed = rejection(client.connect());
  const played = await server.next();
  await played.open(features);
  const auth = played.auth().catch(() => undefined);
  const first = await Promise.race([auth, failed]);
  if (!first || first instanceof Error) return { error: await failed };
  played.peer.drop();
  await failed;
  const { mechanism, data } = first as { mechanism: string; data: string };
  return { mechanism, flag: data.slice(0, data.indexOf(',')) };
}

describe('channel binding', () => {
  it('is used by the type that both sides have, before a longer hash', async () => {
    expect(await begins(['tls-exporter', 'tls-server-end-point'], list('tls-exporter') + BOTH)).toEqual({
      mechanism: 'SCRAM-SHA-256-PLUS',
      flag: 'p=tls-exporter',
    });
    expect(await begins(['tls-exporter', 'tls-server-end-point'], list('tls-server-end-point') + BOTH)).toEqual({
      mechanism: 'SCRAM-SHA-256-PLUS',
      flag: 'p=tls-server-end-point',
    });
  });

  it('is not used where the types do not meet, and that is no accusation', async () => {
    expect(await begins(['tls-server-end-point'], list('tls-exporter', 'tls-server-end-point-2') + BOTH)).toMatchObject(
      {
        mechanism: 'SCRAM-SHA-512',
      },
    );
  });

  it('is not guessed on TLS 1.3 where the server does not say its types', async () => {
    expect(await begins(['tls-exporter', 'tls-server-end-point'], BOTH)).toEqual({
      mechanism: 'SCRAM-SHA-512',
      flag: 'n',
    });
  });

  it('is tls-unique below TLS 1.3 where the server does not say its types', async () => {
    expect(await begins(['tls-unique', 'tls-server-end-point'], BOTH)).toEqual({
      mechanism: 'SCRAM-SHA-256-PLUS',
      flag: 'p=tls-unique',
    });
  });

  it('is not told to be possible where the server names types but offers no -PLUS, of which it has to have proof', async () => {
    expect(await begins(['tls-exporter'], list('tls-exporter') + mechanisms('SCRAM-SHA-256'))).toEqual({
      mechanism: 'SCRAM-SHA-256',
      flag: 'n',
    });
  });

  it.each<[string, readonly ChannelBindingType[]]>([
    ['on TLS 1.3', ['tls-exporter', 'tls-server-end-point']],
    ['below', ['tls-unique', 'tls-server-end-point']],
  ])('T8: is told to be possible where there is neither a -PLUS nor a list of types: %s', async (_, types) => {
    expect(await begins(types, mechanisms('SCRAM-SHA-256'))).toEqual({ mechanism: 'SCRAM-SHA-256', flag: 'y' });
  });

  it('is left out where the caller says never', async () => {
    expect(await begins(['tls-exporter'], mechanisms('SCRAM-SHA-256'), { channelBinding: 'never' })).toEqual({
      mechanism: 'SCRAM-SHA-256',
      flag: 'n',
    });
    expect(await begins(['tls-exporter'], list('tls-exporter') + BOTH, { channelBinding: 'never' })).toEqual({
      mechanism: 'SCRAM-SHA-512',
      flag: 'n',
    });
  });

  it('is insisted on where the caller requires it', async () => {
    expect(await begins(['tls-exporter'], list('tls-exporter') + BOTH, { channelBinding: 'require' })).toMatchObject({
      flag: 'p=tls-exporter',
    });
    const { error } = (await begins(['tls-exporter'], mechanisms('SCRAM-SHA-256'), {
      channelBinding: 'require',
    })) as { error: unknown };
    expect(error).toMatchObject({ reason: 'no-mechanism' });
  });

  it('logs in where the data of both sides is the same, and not where it differs', async () => {
    for (const theirs of [DATA, new TextEncoder().encode('the data of the connection to a man in the middle')]) {
      const server = new PlayedServer({ channelBinding: { 'tls-exporter': DATA } });
      const client = server.client();
      const connecting = client.connect();
      const outcome = connecting.then(
        () => 'in',
        (error: unknown) => error,
      );
      const played = await server.next();
      await played.open(list('tls-exporter') + mechanisms('SCRAM-SHA-1-PLUS'));
      const random = new SeededRandom(3);
      const scram = new ScramServer({
        hash: 'SHA-1',
        plus: true,
        randomBytes: (length) => random.bytes(length),
        lookup: async () => ({ password: 'secret' }),
        channelBinding: async () => theirs,
      });
      const { data } = await played.auth();
      const first = await scram.respond(Buffer.from(data));
      played.peer.send(`<challenge xmlns='${NS_SASL}'>${Buffer.from(first.data ?? []).toString('base64')}</challenge>`);
      const response = await played.peer.receive(/<response[^>]*>[^<]*<\/response>/);
      const last = await scram.respond(Buffer.from(/>([^<]*)</.exec(response)?.[1] ?? '', 'base64'));
      if (last.success) {
        played.peer.send(`<success xmlns='${NS_SASL}'>${Buffer.from(last.data ?? []).toString('base64')}</success>`);
        await played.open(BIND);
        await played.bind();
        expect(await outcome).toBe('in');
        await client.disconnect();
      } else {
        played.peer.send(`<failure xmlns='${NS_SASL}'><not-authorized/></failure>`);
        expect(await outcome).toMatchObject({ reason: 'not-authorized' });
      }
      expect(last.success).toBe(theirs === DATA);
    }
  });
});
