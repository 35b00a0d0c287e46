import type { FeatureOutcome } from '@sestina/client';
import { NegotiationError, TimeoutError } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BIND, mechanisms, NS_SASL, PlayedServer, rejection, SESSION } from './support.js';

const X = "<x xmlns='urn:x'/>";

describe('stream features', () => {
  it('are negotiated in their order, those after the login only then', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const calls: string[] = [];
    const note = (name: string): (() => FeatureOutcome) => {
      return () => {
        calls.push(name);
        return 'next';
      };
    };
    client.registerFeature('late', 'urn:x', note('late'), { order: 20_000 });
    client.registerFeature('middle', 'urn:x', note('middle'));
    client.registerFeature('early', 'urn:x', note('early'), { order: 50, beforeLogin: true });
    const all = "<late xmlns='urn:x'/><middle xmlns='urn:x'/><early xmlns='urn:x'/>";
    const connecting = client.connect();
    const played = await server.next();
    await played.open(all + mechanisms('PLAIN'));
    await played.auth();
    expect(calls).toEqual(['early']);
    played.peer.send(`<success xmlns='${NS_SASL}'/>`);
    await played.open(all + BIND);
    await played.bind();
    await connecting;
    expect(calls).toEqual(['early', 'early', 'middle', 'late']);
    expect(client.streamFeatures).toContain('{urn:x}late');
    await client.disconnect();
  });

  it('of a name that the server does not offer are not negotiated', async () => {
    const server = new PlayedServer();
    const client = server.client();
    let called = false;
    client.registerFeature('x', 'urn:other', () => {
      called = true;
      return 'next';
    });
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(called).toBe(false);
    await client.disconnect();
  });

  it('tell their handler what is known', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const seen: unknown[] = [];
    client.registerFeature(
      'x',
      'urn:x',
      ({ feature, features, authenticated, bound, link, signal }) => {
        seen.push(feature.namespace, features.has('x', 'urn:x'), authenticated, bound, link.transport.secure);
        seen.push(signal.aborted);
        return 'next';
      },
      { order: 10_500 },
    );
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(seen).toEqual(['urn:x', true, true, true, true, false]);
    await client.disconnect();
  });

  it('can be unregistered', async () => {
    const server = new PlayedServer();
    const client = server.client();
    let called = false;
    const registration = client.registerFeature('x', 'urn:x', () => {
      called = true;
      return 'next';
    });
    registration.dispose();
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(called).toBe(false);
    await client.disconnect();
  });

  it('take the place and the turn of a built-in one, until they are unregistered', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const registration = client.registerFeature('mechanisms', NS_SASL, () => 'restart');
    const connecting = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    await played.open(BIND);
    expect(await connecting).toBeInstanceOf(NegotiationError);
    expect(played.peer.received).not.toContain('<auth');

    registration.dispose();
    const again = client.connect();
    await (await server.next()).session();
    await again;
    await client.disconnect();
  });

  it('have the turn of the built-in one that they replace', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const calls: string[] = [];
    const note = (name: string): (() => FeatureOutcome) => {
      return () => {
        calls.push(name);
        return 'next';
      };
    };
    client.registerFeature('x', 'urn:x', note('x'), { order: 200, beforeLogin: true });
    client.registerFeature('mechanisms', NS_SASL, note('mechanisms'));
    const failed = rejection(client.connect());
    await (await server.next()).open(X + mechanisms('PLAIN'));
    await failed;
    expect(calls).toEqual(['mechanisms', 'x']);
  });

  it('that end after the attempt was given up do not lead on', async () => {
    const server = new PlayedServer();
    const client = server.client();
    let release = (_outcome: FeatureOutcome): void => {};
    let led = false;
    const slow = (): Promise<FeatureOutcome> =>
      new Promise((resolve) => {
        release = resolve;
      });
    client.registerFeature('x', 'urn:x', slow, { order: 1, beforeLogin: true });
    client.registerFeature(
      'y',
      'urn:x',
      () => {
        led = true;
        return 'session';
      },
      { order: 2, beforeLogin: true },
    );
    const failed = rejection(client.connect());
    await (await server.next()).open(`${X}<y xmlns='urn:x'/>${mechanisms('PLAIN')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await client.disconnect();
    await failed;
    release('next');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(led).toBe(false);
    expect(client.state).toBe('disconnected');
  });

  it('end the negotiation with a session that goes on', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const events: string[] = [];
    client.on('sessionStart', () => events.push('start'));
    client.on('sessionResumed', () => events.push('resumed'));
    client.registerFeature('sm', 'urn:xmpp:sm:3', () => 'resumed', { order: 9_000 });
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(`<sm xmlns='urn:xmpp:sm:3'/>${BIND}`);
    await connecting;
    await client.disconnect();
    expect(events).toEqual(['resumed']);
    expect(played.peer.received).not.toContain('<bind');
  });

  it('whose handler throws end the attempt with its error', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const broken = new RangeError('broken plugin');
    client.registerFeature(
      'x',
      'urn:x',
      () => {
        throw broken;
      },
      { beforeLogin: true, order: 1 },
    );
    const failed = rejection(client.connect());
    await (await server.next()).open(X + mechanisms('PLAIN'));
    expect(await failed).toBe(broken);
    expect(client.state).toBe('disconnected');
  });

  it('whose handler never ends are given up when the time is up', async () => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock });
    const client = server.client({ clock, connectTimeout: 5_000 });
    client.registerFeature('x', 'urn:x', () => new Promise<FeatureOutcome>(() => {}), { beforeLogin: true, order: 1 });
    const failed = rejection(client.connect());
    await (await server.next()).open(X + mechanisms('PLAIN'));
    await clock.advance(5_000);
    expect(await failed).toBeInstanceOf(TimeoutError);
    await client.disconnect();
    expect(clock.pending).toEqual([]);
  });

  it('are not asked for more than once in a stream', async () => {
    const server = new PlayedServer();
    const client = server.client();
    let calls = 0;
    client.registerFeature('x', 'urn:x', () => {
      calls++;
      return 'next';
    });
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + X + BIND);
    await played.bind();
    await connecting;
    expect(calls).toBe(1);
    await client.disconnect();
  });

  it('that want stream after stream are given up', async () => {
    const server = new PlayedServer();
    const client = server.client();
    client.registerFeature('x', 'urn:x', () => 'restart', { beforeLogin: true, order: 1 });
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

  it('that come late change nothing', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const played = await server.next();
    await played.session();
    await connecting;
    played.peer.send(`<stream:features>${mechanisms('PLAIN')}</stream:features>`);
    played.peer.send("<message from='bob@example.net/x'><body>after</body></message>");
    const message = await client.wait('message');
    expect(message.body).toBe('after');
    expect(played.peer.unread).toBe('');
    await client.disconnect();
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
