import { JID, NegotiationError, Plugin, XmlElement } from '@sestina/core';
import { StreamNegotiation } from '@sestina/core/connection';
import { type SaslAnswer, SaslLogin, type SaslProfile } from '@sestina/sasl';
import { ScramServer } from '@sestina/sasl/server';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BIND, base64, mechanisms, type Played, PlayedServer, rejection } from '../support.js';

const NS = 'urn:xmpp:sasl:2';

/** XEP-0388, as far as it is a profile: what shows that the login does not know how it is written. */
const profile: SaslProfile<XmlElement> = {
  restarts: false,
  auth(mechanism, initial) {
    const xml = new XmlElement('authenticate', NS, { mechanism });
    return initial === undefined ? xml : xml.append(new XmlElement('initial-response', NS).append(initial));
  },
  response: (data) => new XmlElement('response', NS).append(data),
  abort: () => new XmlElement('abort', NS),
  read(xml): SaslAnswer | undefined {
    if (xml.namespace !== NS) return undefined;
    switch (xml.name) {
      case 'challenge':
        return { kind: 'challenge', data: xml.text };
      case 'success':
      case 'continue':
        return { kind: xml.name, data: xml.child('additional-data')?.text };
      case 'failure':
        return { kind: 'failure', condition: xml.firstElement?.name, text: xml.child('text')?.text };
      default:
        return undefined;
    }
  },
};

class Sasl2 extends Plugin {
  static override readonly id = 'sasl2';
  static override readonly inject = [StreamNegotiation, SaslLogin] as const;

  constructor(negotiation: StreamNegotiation, login: SaslLogin) {
    super();
    this.own(
      negotiation.header({ from: 'secure' }),
      negotiation.add({
        name: 'authentication',
        namespace: NS,
        needs: 'secure',
        gives: 'authenticated',
        before: 'mechanisms',
        async run(context) {
          const offered = context.feature.childrenNamed('mechanism').map(({ text }) => text);
          const { mechanism, kind, answer } = await login.run(context, offered, profile);
          if (kind === 'continue') throw new NegotiationError('the server wants tasks');
          const jid = JID.tryParse(answer.child('authorization-identifier')?.text ?? '');
          context.authenticated({ mechanism, jid });
          return 'features';
        },
      }),
    );
  }
}

const offer = (...names: string[]): string =>
  `<authentication xmlns='${NS}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</authentication>`;

/** The mechanism and the data of the client's next attempt. */
async function authenticate(played: Played): Promise<{ mechanism: string; data: string }> {
  const text = await played.peer.receive(/<authenticate [^>]*>.*?<\/authenticate>/);
  const [, mechanism = '', data = ''] =
    /mechanism=['"]([^'"]*)['"][^>]*><initial-response>([^<]*)</.exec(text.replace(/ xmlns=['"][^'"]*['"]/g, '')) ?? [];
  return { mechanism, data: Buffer.from(data, 'base64').toString() };
}

async function started(features = offer('SCRAM-SHA-256') + mechanisms('PLAIN')) {
  const server = new PlayedServer();
  const client = server.client();
  client.use(Sasl2);
  const connecting = client.connect();
  connecting.catch(() => {});
  const played = await server.next();
  await played.open(features);
  return { client, connecting, played };
}

function scramServer(): ScramServer {
  const random = new SeededRandom(5);
  return new ScramServer({
    hash: 'SHA-256',
    randomBytes: (length) => random.bytes(length),
    lookup: async () => ({ password: 'secret' }),
  });
}

/** Up to what the server says at last. */
async function exchanged(played: Played, scram: ScramServer): Promise<string> {
  const { data } = await authenticate(played);
  const first = await scram.respond(Buffer.from(data));
  played.peer.send(`<challenge xmlns='${NS}'>${Buffer.from(first.data ?? []).toString('base64')}</challenge>`);
  const response = await played.peer.receive(/<response[^>]*>[^<]*<\/response>/);
  const last = await scram.respond(Buffer.from(/>([^<]*)</.exec(response)?.[1] ?? '', 'base64'));
  return Buffer.from(last.data ?? []).toString('base64');
}

const success = (data: string, jid = 'alice@example.org'): string =>
  `<success xmlns='${NS}'><additional-data>${data}</additional-data><authorization-identifier>${jid}</authorization-identifier></success>`;

describe('another profile of SASL, in a plugin', () => {
  it('logs in on one stream, where the features of after the login come in the same breath', async () => {
    const { client, connecting, played } = await started();
    const authenticated = client.wait('authSuccess');
    const data = await exchanged(played, scramServer());
    played.peer.send(`${success(data)}<stream:features>${BIND}</stream:features>`);
    await played.bind();
    await connecting;
    expect(await authenticated).toEqual({ mechanism: 'SCRAM-SHA-256' });
    expect(played.peer.received.match(/<stream:stream/g)).toHaveLength(1);
    expect(played.peer.received).not.toContain('<auth ');
    await client.disconnect();
  });

  it('believes no server that has not proven itself (T1)', async () => {
    const { connecting, played } = await started();
    await exchanged(played, scramServer());
    const before = played.peer.received;
    played.peer.send(success(base64(`v=${base64('0'.repeat(32))}`)));
    expect(await rejection(connecting)).toMatchObject({ code: 'ERR_AUTH', reason: 'server-not-authenticated' });
    await played.peer.receiveEnd();
    expect(played.peer.received).toBe(before);
  });

  it('tries the next mechanism on the same stream', async () => {
    const { client, connecting, played } = await started(offer('SCRAM-SHA-512', 'PLAIN'));
    const refused: string[] = [];
    client.on('failedAuth', ({ error }) => refused.push(`${error.mechanism} ${error.reason}`));
    await authenticate(played);
    played.peer.send(`<failure xmlns='${NS}'><invalid-mechanism xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>`);
    expect(await authenticate(played)).toEqual({ mechanism: 'PLAIN', data: '\0alice\0secret' });
    played.peer.send(
      `<success xmlns='${NS}'><authorization-identifier>alice@example.org</authorization-identifier></success>` +
        `<stream:features>${BIND}</stream:features>`,
    );
    await played.bind();
    await connecting;
    expect(refused).toEqual(['SCRAM-SHA-512 invalid-mechanism']);
    await client.disconnect();
  });

  it('tells the same error as SASL does, once as an event and once as a rejection', async () => {
    const { client, connecting, played } = await started();
    const events: unknown[] = [];
    client.on('failedAuth', ({ error }) => events.push(error));
    await authenticate(played);
    played.peer.send(
      `<failure xmlns='${NS}'><account-disabled xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/><text>ask\u202e us</text></failure>`,
    );
    const error = await rejection(connecting);
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'account-disabled', text: 'ask\u202e us' });
    expect(error.message).toContain('"ask� us"');
    await client.disconnect();
    expect(events).toEqual([error]);
    expect(events[0]).toBe(error);
  });

  it('takes no other account than the one that was asked for', async () => {
    const { connecting, played } = await started();
    played.peer.send(success(await exchanged(played, scramServer()), 'mallory@example.org'));
    expect(await rejection(connecting)).toMatchObject({ code: 'ERR_AUTH', reason: 'invalid-authzid' });
  });

  it('shares what was learned of the server with the first profile', async () => {
    const server = new PlayedServer();
    const client = server.client();
    client.use(Sasl2);
    const connecting = client.connect();
    const played = await server.next();
    await played.open(offer('SCRAM-SHA-256') + mechanisms('PLAIN'));
    const data = await exchanged(played, scramServer());
    played.peer.send(`${success(data)}<stream:features>${BIND}</stream:features>`);
    await played.bind();
    await connecting;
    await client.disconnect();
    const failed = rejection(client.connect());
    const again = await server.next();
    await again.open(mechanisms('PLAIN'));
    expect(await failed).toMatchObject({ reason: 'downgrade' });
    expect(again.peer.received).not.toContain('<auth');
  });
});
