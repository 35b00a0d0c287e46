import type { ClientXMPP } from '@sestina/client';
import { JID, NegotiationError, NoSessionError, type Sending } from '@sestina/core';
import type { NegotiationStep } from '@sestina/core/connection';
import { describe, expect, it } from 'vitest';
import { BIND, idOf, mechanisms, NS_SASL, type Played, PlayedServer, rejection } from '../support.js';

const SM = "<sm xmlns='urn:xmpp:sm:3'/>";
const FULL = JID.parse('alice@example.org/phone');

/** Between the login and an address, as XEP-0198 would be. */
function resuming(run: NegotiationStep['run']): NegotiationStep {
  return { name: 'sm', namespace: 'urn:xmpp:sm:3', needs: 'authenticated', gives: 'bound', before: 'bind', run };
}

/** In place of SASL. */
function loggingIn(run: NegotiationStep['run']): NegotiationStep {
  return { name: 'x', namespace: 'urn:x', needs: 'secure', gives: 'authenticated', before: 'mechanisms', run };
}

/** How the session of this client is told. */
function told(client: ClientXMPP): string[] {
  const events: string[] = [];
  for (const what of ['Bind', 'Start', 'Resumed', 'Restored', 'End'] as const)
    client.on(`session${what}`, () => events.push(what));
  return events;
}

async function lostAndBack(server: PlayedServer, client: ClientXMPP): Promise<Played> {
  const connecting = client.connect();
  const played = await server.next();
  await played.session();
  await connecting;
  played.peer.drop();
  const again = await server.next();
  await again.login();
  await again.open(SM + BIND);
  return again;
}

describe('the outcome of a step', () => {
  it('resumed goes on with the session that was kept', async () => {
    const server = new PlayedServer();
    const client = server.client({ reconnect: { base: 1 } });
    const events = told(client);
    client.keepSession({ keeps: () => true });
    client.negotiation.add(resuming(async () => 'resumed'));
    const resumed = client.wait('sessionResumed');
    const played = await lostAndBack(server, client);
    await resumed;
    await client.disconnect();
    expect(events).toEqual(['Bind', 'Start', 'Resumed', 'End']);
    expect(played.peer.received).not.toContain('<bind');
  });

  it('resumed is a lie where no session was kept', async () => {
    const server = new PlayedServer();
    const client = server.client();
    client.negotiation.add(resuming(async () => 'resumed'));
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.login();
    await played.open(SM + BIND);
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect((await failed).message).toMatch(/"sm".*"resumed".*no session/);
    expect(client.online).toBe(false);
  });

  it('resumed is a lie before the login', async () => {
    const server = new PlayedServer();
    const client = server.client({ reconnect: { base: 1 } });
    client.keepSession({ keeps: () => true });
    const connecting = client.connect();
    const first = await server.next();
    await first.session();
    await connecting;
    client.negotiation.add({ ...resuming(async () => 'resumed'), needs: 'secure', before: 'mechanisms' });
    const failed = client.wait('connectionFailed');
    first.peer.drop();
    await (await server.next()).open(SM + mechanisms('PLAIN'));
    expect((await failed).error.message).toContain('nobody has logged in');
    await client.disconnect();
  });

  it('restored begins a session of this process, with the address that the server kept', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const events = told(client);
    client.negotiation.add(
      resuming(async ({ bound }) => {
        bound(FULL);
        return 'restored';
      }),
    );
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(SM + BIND);
    await connecting;
    expect(client.boundJid?.full).toBe('alice@example.org/phone');
    await client.disconnect();
    expect(events).toEqual(['Bind', 'Restored', 'End']);
    expect(played.peer.received).not.toContain('<bind');
  });

  it('restored ends a session that this process had kept', async () => {
    const server = new PlayedServer();
    const client = server.client({ reconnect: { base: 1 } });
    const events = told(client);
    client.keepSession({ keeps: () => true });
    client.negotiation.add(
      resuming(async ({ bound }) => {
        bound(FULL);
        return 'restored';
      }),
    );
    const connecting = client.connect();
    const first = await server.next();
    await first.session();
    await connecting;
    first.peer.drop();
    const again = await server.next();
    await again.login();
    const restored = client.wait('sessionRestored');
    await again.open(SM + BIND);
    await restored;
    await client.disconnect();
    expect(events).toEqual(['Bind', 'Start', 'Bind', 'End', 'Restored', 'End']);
  });

  it.each(['session', 'restored'] as const)('%s is a lie without an address', async (outcome) => {
    const server = new PlayedServer();
    const client = server.client();
    client.negotiation.add(resuming(async () => outcome));
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.login();
    await played.open(SM + BIND);
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect((await failed).message).toContain('there is no address');
  });

  it('session leaves out what else is offered', async () => {
    const server = new PlayedServer();
    const client = server.client();
    client.negotiation.add(
      resuming(async ({ bound }) => {
        bound(FULL);
        return 'session';
      }),
    );
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(`${SM + BIND}<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>`);
    await connecting;
    expect(played.peer.received).not.toContain('<iq');
    await client.disconnect();
  });

  it('features goes on with those that come on the same stream', async () => {
    const server = new PlayedServer();
    const client = server.client();
    client.negotiation.add(
      loggingIn(async ({ link, authenticated }) => {
        await link.receive((xml) => xml.name === 'welcome');
        authenticated({ mechanism: 'X-WELCOME' });
        return 'features';
      }),
    );
    const connecting = client.connect();
    const played = await server.next();
    await played.open(`<x xmlns='urn:x'/>${mechanisms('PLAIN')}`);
    played.peer.send(`<welcome xmlns='urn:x'/><stream:features>${BIND}</stream:features>`);
    await played.bind();
    await connecting;
    expect(played.peer.received.match(/<stream:stream/g)).toHaveLength(1);
    expect(played.peer.received).not.toContain('<auth');
    await client.disconnect();
  });

  it.each(['restart', 'features'] as const)(
    '%s of a step that gives the login and does not is a lie',
    async (outcome) => {
      const server = new PlayedServer();
      const client = server.client();
      client.negotiation.add(loggingIn(async () => outcome));
      const failed = rejection(client.connect());
      await (await server.next()).open(`<x xmlns='urn:x'/>${mechanisms('PLAIN')}`);
      expect(await failed).toBeInstanceOf(NegotiationError);
      expect((await failed).message).toMatch(/"x".*"authenticated"/);
    },
  );

  it('restart of a step that gives TLS and does not is a lie', async () => {
    const server = new PlayedServer({ secure: false });
    const client = server.client();
    client.negotiation.add({
      name: 'x',
      namespace: 'urn:x',
      needs: 'open',
      gives: 'secure',
      run: async () => 'restart',
    });
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(`<x xmlns='urn:x'/>${mechanisms('PLAIN')}`);
    expect(await failed).toBeInstanceOf(NegotiationError);
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });

  it('done says goodbye and tells who wanted it', async () => {
    const server = new PlayedServer();
    const client = server.client({ reconnect: { initial: true } });
    client.negotiation.add(loggingIn(async () => 'done'));
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(`<x xmlns='urn:x'/>${mechanisms('PLAIN')}`);
    expect(await failed).toBeInstanceOf(NoSessionError);
    expect(await failed).toMatchObject({ code: 'ERR_NO_SESSION', step: 'x', retryable: false });
    expect(played.peer.received.endsWith('</stream:stream>')).toBe(true);
    expect(client.state).toBe('disconnected');
  });

  it.each(['nonsense', undefined, 'toString'])('%s is none', async (outcome) => {
    const server = new PlayedServer();
    const client = server.client();
    client.negotiation.add(loggingIn(async () => outcome as never));
    const failed = rejection(client.connect());
    await (await server.next()).open(`<x xmlns='urn:x'/>${mechanisms('PLAIN')}`);
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect((await failed).message).toContain('no such outcome');
  });
});

describe('what a session that goes on sends again', () => {
  it('is written before what waits, and not counted anew', async () => {
    const server = new PlayedServer();
    const client = server.client({ reconnect: { base: 1 } });
    client.keepSession({ keeps: () => true });
    const written: string[] = [];
    client.onWritten(({ element }) => written.push(element.attribute('id') ?? ''));
    const unacked: Sending[] = [];
    client.negotiation.add(
      resuming(async ({ resend }) => {
        resend(unacked);
        return 'resumed';
      }),
    );
    const connecting = client.connect();
    const first = await server.next();
    await first.session();
    await connecting;
    for (const id of ['m1', 'm2']) {
      const sending = client.sendMessage({ to: 'bob@example.net', id, body: id });
      unacked.push(sending);
      await sending;
    }
    first.peer.drop();
    const again = await server.next();
    client.sendMessage({ to: 'bob@example.net', id: 'm3', body: 'm3' });
    await again.login();
    const resumed = client.wait('sessionResumed');
    await again.open(SM + BIND);
    await resumed;
    const texts: string[] = [];
    for (let i = 0; i < 3; i++) texts.push(idOf(await again.peer.receive(/<message.*?<\/message>/)));
    expect(texts).toEqual(['m1', 'm2', 'm3']);
    expect(written).toEqual(['m1', 'm2', 'm3']);
    await client.disconnect();
  });

  it('cannot be without such a session', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const sending = client.sendMessage({ to: 'bob@example.net', body: 'x' });
    client.negotiation.add(
      resuming(async ({ resend }) => {
        resend([sending]);
        return 'next';
      }),
    );
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.login();
    await played.open(SM + BIND);
    expect(await failed).toBeInstanceOf(NegotiationError);
    await rejection(Promise.resolve(sending));
    expect(played.peer.received).not.toContain('<message');
  });
});

describe('what a step claims', () => {
  async function failure(step: NegotiationStep): Promise<Error> {
    const server = new PlayedServer();
    const client = server.client();
    client.negotiation.add(step);
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(`<x xmlns='urn:x'/>${SM}${mechanisms('PLAIN')}`);
    const early = await Promise.race([failed, played.auth().catch(() => undefined)]);
    if (!(early instanceof Error)) {
      played.peer.send(`<success xmlns='${NS_SASL}'/>`);
      await played.open(`<x xmlns='urn:x'/>${SM}${BIND}`);
    }
    return failed;
  }

  it('twice is refused, also where it takes no notice', async () => {
    const twice = loggingIn(async ({ authenticated }) => {
      authenticated({ mechanism: 'X' });
      try {
        authenticated({ mechanism: 'X' });
      } catch {
        // As if nothing were.
      }
      return 'restart';
    });
    expect((await failure(twice)).message).toMatch(/"x" is wrong.*done already/);
    const bound = resuming(async (context) => {
      context.bound(FULL);
      context.bound(FULL);
      return 'session';
    });
    expect((await failure(bound)).message).toMatch(/"sm" is wrong.*there is alice@example.org\/phone already/);
  });

  it('without having been added as one that gives it is refused', async () => {
    const step: NegotiationStep = {
      name: 'x',
      namespace: 'urn:x',
      needs: 'secure',
      async run({ authenticated }) {
        authenticated({ mechanism: 'X' });
        return 'restart';
      },
    };
    expect((await failure(step)).message).toContain('`gives`');
  });

  it('before the login is no address', async () => {
    const step = loggingIn(async ({ bound }) => {
      bound(FULL);
      return 'next';
    });
    expect((await failure(step)).message).toContain('before anybody has logged in');
  });

  it('is a full address', async () => {
    const step = resuming(async ({ bound }) => {
      bound(FULL.bare);
      return 'session';
    });
    expect((await failure(step)).message).toContain('without a resource');
  });

  it('is the account that was asked for', async () => {
    const step = loggingIn(async ({ authenticated }) => {
      authenticated({ mechanism: 'X', jid: JID.parse('mallory@example.org') });
      return 'restart';
    });
    expect(await failure(step)).toMatchObject({ code: 'ERR_AUTH', reason: 'invalid-authzid' });
  });

  it('after its end changes nothing', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const late: unknown[] = [];
    let claim = (): void => {};
    client.negotiation.add(
      loggingIn(async ({ authenticated, request, resend }) => {
        claim = () => {
          for (const attempt of [() => authenticated({ mechanism: 'X' }), () => resend([])]) {
            try {
              attempt();
            } catch (error) {
              late.push(error);
            }
          }
          void request(client.iq({ type: 'get' })).catch((error: unknown) => late.push(error));
        };
        return 'next';
      }),
    );
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(`<x xmlns='urn:x'/>${mechanisms('PLAIN')}`);
    await played.auth();
    claim();
    await expect.poll(() => late).toHaveLength(3);
    for (const error of late) expect(error).toBeInstanceOf(NegotiationError);
    played.peer.drop();
    await failed;
    expect(played.peer.received).not.toContain('<iq');
  });
});
