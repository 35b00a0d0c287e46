import { ConfigError, NegotiationError } from '@sestina/core';
import type { NegotiationStep, StepOutcome } from '@sestina/core/connection';
import { describe, expect, it } from 'vitest';
import { BIND, mechanisms, NS_SASL, noting, PlayedServer, rejection, SESSION, STARTTLS } from '../support.js';

const X = "<x xmlns='urn:x'/>";

describe('steps of the negotiation', () => {
  it('are taken by what they need and give, those of a stage before what leads out of it', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const taken: string[] = [];
    client.negotiation.add(noting(taken, 'late', { needs: 'bound' }));
    client.negotiation.add(noting(taken, 'middle'));
    client.negotiation.add(noting(taken, 'early', { needs: 'secure' }));
    const all = "<late xmlns='urn:x'/><middle xmlns='urn:x'/><early xmlns='urn:x'/>";
    const connecting = client.connect();
    const played = await server.next();
    await played.open(all + mechanisms('PLAIN'));
    await played.auth();
    expect(taken).toEqual(['early']);
    played.peer.send(`<success xmlns='${NS_SASL}'/>`);
    await played.open(all + BIND);
    await played.bind();
    await connecting;
    expect(taken).toEqual(['early', 'early', 'middle', 'late']);
    await client.disconnect();
  });

  it('of a feature that the server does not offer are not taken', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const taken: string[] = [];
    client.negotiation.add(noting(taken, 'x', { namespace: 'urn:other' }));
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(taken).toEqual([]);
    await client.disconnect();
  });

  it('are told what is known', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const seen: unknown[] = [];
    client.negotiation.add({
      name: 'x',
      namespace: 'urn:x',
      needs: 'bound',
      async run({ feature, features, stage, link, signal }) {
        seen.push(feature.namespace, features.has('x', 'urn:x'), stage, link.transport.secure, signal.aborted);
        return 'next';
      },
    });
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(seen).toEqual(['urn:x', true, 'bound', true, false]);
    await client.disconnect();
  });

  it('are told of every stage as it is', async () => {
    const server = new PlayedServer({ secure: false });
    const client = server.client();
    const stages: string[] = [];
    for (const needs of ['open', 'secure', 'authenticated', 'bound'] as const) {
      const run: NegotiationStep['run'] = async ({ stage }) => {
        stages.push(`${needs}: ${stage}`);
        return 'next';
      };
      client.negotiation.add({ name: 'x', namespace: 'urn:x', needs, run });
    }
    const connecting = client.connect();
    const played = await server.next();
    await played.open(STARTTLS + X);
    await played.peer.receive('<starttls');
    played.peer.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    await played.end.acceptTls();
    await played.open(X + mechanisms('PLAIN'));
    await played.auth();
    played.peer.send(`<success xmlns='${NS_SASL}'/>`);
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(stages).toEqual([
      'open: secure',
      'secure: secure',
      'open: authenticated',
      'secure: authenticated',
      'authenticated: authenticated',
      'bound: bound',
    ]);
    await client.disconnect();
  });

  it('cannot be changed once they are added', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const taken: string[] = [];
    const step = { ...noting(taken, 'x'), gives: undefined as NegotiationStep['gives'] };
    client.negotiation.add(step);
    step.name = 'y';
    step.gives = 'bound';
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(taken).toEqual(['x']);
    await client.disconnect();
  });

  it('are removed by their registration', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const taken: string[] = [];
    client.negotiation.add(noting(taken, 'x')).dispose();
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(taken).toEqual([]);
    await client.disconnect();
  });

  it('stand before a built-in one of the same feature, until they are removed', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const registration = client.negotiation.add({
      name: 'mechanisms',
      namespace: NS_SASL,
      needs: 'secure',
      gives: 'authenticated',
      before: 'mechanisms',
      async run({ authenticated }) {
        authenticated({ mechanism: 'X-NONE' });
        return 'restart';
      },
    });
    const mechanism = client.wait('authSuccess');
    const connecting = client.connect();
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    await played.open(mechanisms('PLAIN') + BIND);
    await played.bind();
    await connecting;
    expect(await mechanism).toEqual({ mechanism: 'X-NONE' });
    expect(played.peer.received).not.toContain('<auth');
    await client.disconnect();

    registration.dispose();
    const again = client.connect();
    await (await server.next()).session();
    await again;
    await client.disconnect();
  });

  it('give way to the next that gives the same where they have nothing to do', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const taken: string[] = [];
    client.negotiation.add(noting(taken, 'x', { needs: 'secure', gives: 'authenticated', before: 'mechanisms' }));
    const connecting = client.connect();
    const played = await server.next();
    await played.open(X + mechanisms('PLAIN'));
    await played.auth();
    played.peer.send(`<success xmlns='${NS_SASL}'/>`);
    // It is not asked for again: what it gives is there.
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(taken).toEqual(['x']);
    await client.disconnect();
  });

  it('that are removed by another before their turn are not taken', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const taken: string[] = [];
    const second = client.negotiation.add(noting(taken, 'y'));
    const run = async (): Promise<StepOutcome> => {
      second.dispose();
      return 'next';
    };
    client.negotiation.add(noting(taken, 'x', { run }));
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(`${X}<y xmlns='urn:x'/>${BIND}`);
    await played.bind();
    await connecting;
    expect(taken).toEqual([]);
    await client.disconnect();
  });

  it('that are added by another have their turn on the same stream', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const taken: string[] = [];
    const run = async (): Promise<StepOutcome> => {
      client.negotiation.add(noting(taken, 'a'));
      return 'next';
    };
    client.negotiation.add(noting(taken, 'x', { run }));
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(`${X}<a xmlns='urn:x'/>${BIND}`);
    await played.bind();
    await connecting;
    expect(taken).toEqual(['a']);
    await client.disconnect();
  });

  it('that add others without end are given up, and keep nobody busy', async () => {
    const server = new PlayedServer();
    const client = server.client();
    let added = 0;
    const add = (): void => {
      added++;
      const run = async (): Promise<StepOutcome> => {
        add();
        return 'next';
      };
      client.negotiation.add(noting([], 'x', { needs: 'secure', run }));
    };
    add();
    const failed = rejection(client.connect());
    await (await server.next()).open(X + mechanisms('PLAIN'));
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect(added).toBeLessThan(100);
  });

  it('are taken once on a stream', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const taken: string[] = [];
    client.negotiation.add(noting(taken, 'x'));
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + X + BIND);
    await played.bind();
    await connecting;
    expect(taken).toEqual(['x']);
    await client.disconnect();
  });

  it('that want stream after stream are given up', async () => {
    const server = new PlayedServer();
    const client = server.client();
    client.negotiation.add(noting([], 'x', { needs: 'secure', run: async () => 'restart' }));
    const failed = rejection(client.connect());
    const played = await server.next();
    let streams = 0;
    const playing = (async () => {
      for (;;) {
        await played.open(X + mechanisms('PLAIN'));
        streams++;
      }
    })();
    expect(await failed).toBeInstanceOf(NegotiationError);
    await rejection(playing);
    expect(streams).toBeLessThan(10);
  });

  it.each([
    ['no name', { name: '' }],
    ['no namespace', { namespace: '' }],
    ['a stage that there is not', { needs: 'later' as never }],
    ['another one', { gives: 'later' as never }],
    ['what it needs as what it gives', { needs: 'bound' as const, gives: 'authenticated' as const }],
    ['something to run that is no function', { run: 'x' as never }],
  ])('with %s are refused', (_, wrong) => {
    const { negotiation } = new PlayedServer().client();
    expect(() => negotiation.add(noting([], 'x', wrong))).toThrow(ConfigError);
  });
});

describe('a server without a way in', () => {
  it('is told of by noAuth and a typed error', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const events: string[] = [];
    client.on('noAuth', () => events.push('noAuth'));
    const failed = rejection(client.connect());
    await (await server.next()).open("<register xmlns='http://jabber.org/features/iq-register'/>");
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect((await failed).message).toContain('register');
    await client.disconnect();
    expect(events).toEqual(['noAuth']);
  });

  it('that has nothing to bind with is an error too', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.login();
    await played.open(SESSION);
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect((await failed).message).toContain('bind');
  });
});
