import type { ClientXMPP } from '@sestina/client';
import { ElementView, type Iq, parseDocument, StanzaError, TimeoutError } from '@sestina/core';
import type { NegotiationContext } from '@sestina/core/connection';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { idOf, mechanisms, type Played, PlayedServer, rejection } from '../support.js';

const QUERY = new ElementView(parseDocument("<query xmlns='jabber:iq:register'/>"));

/** A client that asks before it logs in, and what becomes of that. */
async function asking(
  ask: (context: NegotiationContext, client: ClientXMPP) => Promise<Iq>,
  { clock, timeout }: { clock?: VirtualClock; timeout?: number } = {},
): Promise<{ played: Played; request: string; answer: Promise<Iq>; failed: Promise<Error>; client: ClientXMPP }> {
  const server = new PlayedServer(clock ? { clock } : {});
  const client = server.client({ ...(clock ? { clock } : {}), ...(timeout ? { timeout } : {}) });
  const asked = new Promise<{ answer: Promise<Iq> }>((resolve) => {
    client.negotiation.add({
      name: 'register',
      namespace: 'http://jabber.org/features/iq-register',
      needs: 'secure',
      async run(context) {
        const answer = ask(context, client);
        resolve({ answer });
        await answer;
        return 'done';
      },
    });
  });
  const failed = rejection(client.connect());
  const played = await server.next();
  await played.open(`<register xmlns='http://jabber.org/features/iq-register'/>${mechanisms('PLAIN')}`);
  const { answer } = await asked;
  answer.catch(() => {});
  return { played, request: await played.peer.receive(/<iq.*?<\/iq>/), answer, failed, client };
}

const ask = ({ request }: NegotiationContext, client: ClientXMPP): Promise<Iq> =>
  request(client.iq({ type: 'get' }, QUERY));

describe('a request in the course of the negotiation', () => {
  it('resolves with the result', async () => {
    const { played, request, answer, failed } = await asking(ask);
    expect(request).toMatch(/type=['"]get['"]/);
    played.peer.send(`<iq type='result' id='${idOf(request)}'><query xmlns='jabber:iq:register'/></iq>`);
    expect((await answer).xml.firstElement?.namespace).toBe('jabber:iq:register');
    expect(await failed).toMatchObject({ code: 'ERR_NO_SESSION' });
  });

  it('rejects with the error that comes back', async () => {
    const { played, request, answer, failed } = await asking(ask);
    played.peer.send(
      `<iq type='error' id='${idOf(request)}'><error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    await expect(answer).rejects.toBeInstanceOf(StanzaError);
    expect(await failed).toMatchObject({ condition: 'not-allowed' });
  });

  it('rejects when its time is up, which is that of the connection unless it says otherwise', async () => {
    for (const own of [undefined, 700]) {
      const clock = new VirtualClock();
      const { answer, failed, client } = await asking(
        ({ request }) => request(client0().iq({ type: 'get' }, QUERY), own === undefined ? {} : { timeout: own }),
        { clock, timeout: 5_000 },
      );
      await clock.advance((own ?? 5_000) - 1);
      expect(client.state).toBe('connecting');
      await clock.advance(1);
      await expect(answer).rejects.toBeInstanceOf(TimeoutError);
      expect(await failed).toBeInstanceOf(TimeoutError);
      await clock.advance(5_000);
      expect(clock.pending).toEqual([]);
    }
  });

  it('rejects with the reason of its signal', async () => {
    const controller = new AbortController();
    const { answer, failed } = await asking(({ request }, client) =>
      request(client.iq({ type: 'get' }, QUERY), { signal: controller.signal }),
    );
    const reason = new RangeError('enough');
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(await failed).toBe(reason);
  });

  it('rejects when the connection goes', async () => {
    const { played, answer, failed } = await asking(ask);
    played.peer.drop();
    await expect(answer).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST' });
    expect(await failed).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
  });

  it('is one of type get or set', async () => {
    const server = new PlayedServer();
    const client = server.client();
    client.negotiation.add({
      name: 'x',
      namespace: 'urn:x',
      needs: 'secure',
      async run({ request }) {
        await request(client.iq({ type: 'result', id: 'a' }));
        return 'next';
      },
    });
    const failed = rejection(client.connect());
    await (await server.next()).open(`<x xmlns='urn:x'/>${mechanisms('PLAIN')}`);
    expect(await failed).toBeInstanceOf(TypeError);
  });
});

/** One that is never connected, to make stanzas with. */
function client0(): ClientXMPP {
  return new PlayedServer().client();
}

describe('the stream header', () => {
  it('has our address once TLS is on, unless a plugin says otherwise', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const header = async (): Promise<string> => {
      const failed = rejection(client.connect());
      const played = await server.next();
      const text = await played.open(mechanisms('X-NONE'));
      await failed;
      return text;
    };
    expect(await header()).toContain("from='alice@example.org'");
    const never = client.negotiation.header({ from: 'never' });
    expect(await header()).not.toContain('from=');
    const secure = client.negotiation.header({ from: 'secure' });
    expect(await header()).toContain("from='alice@example.org'");
    secure.dispose();
    expect(await header()).not.toContain('from=');
    never.dispose();
    expect(await header()).toContain("from='alice@example.org'");
  });

  it('has no address before TLS, whatever a plugin says', async () => {
    const server = new PlayedServer({ secure: false });
    const client = server.client();
    client.negotiation.header({ from: 'secure' });
    const failed = rejection(client.connect());
    const played = await server.next();
    expect(await played.open('')).not.toContain('alice');
    await failed;
  });
});
