import { NegotiationError, TimeoutError } from '@sestina/core';
import type { NegotiationStep, StepOutcome } from '@sestina/core/connection';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { mechanisms, noting, PlayedServer, rejection } from '../support.js';

const X = "<x xmlns='urn:x'/>";
const never = (): Promise<StepOutcome> => new Promise(() => {});

describe('steps of the negotiation', () => {
  it('that end after the attempt was given up do not lead on', async () => {
    const server = new PlayedServer();
    const client = server.client();
    let release = (_outcome: StepOutcome): void => {};
    const taken: string[] = [];
    const run = (): Promise<StepOutcome> =>
      new Promise((resolve) => {
        release = resolve;
      });
    client.negotiation.add(noting([], 'x', { needs: 'secure', run }));
    client.negotiation.add(noting(taken, 'y', { needs: 'secure' }));
    const failed = rejection(client.connect());
    await (await server.next()).open(`${X}<y xmlns='urn:x'/>${mechanisms('PLAIN')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await client.disconnect();
    await failed;
    release('next');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(taken).toEqual([]);
    expect(client.state).toBe('disconnected');
  });

  it('that throw end the attempt with their error', async () => {
    const broken = new RangeError('broken plugin');
    const runs: NegotiationStep['run'][] = [
      () => Promise.reject(broken),
      () => {
        throw broken;
      },
    ];
    for (const run of runs) {
      const server = new PlayedServer();
      const client = server.client();
      client.negotiation.add(noting([], 'x', { needs: 'secure', run }));
      const failed = rejection(client.connect());
      await (await server.next()).open(X + mechanisms('PLAIN'));
      expect(await failed).toBe(broken);
      expect(client.state).toBe('disconnected');
    }
  });

  it('that never end are given up when the time is up, and named', async () => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock });
    const client = server.client({ clock, connectTimeout: 5_000 });
    client.negotiation.add(noting([], 'x', { needs: 'secure', run: never }));
    const failed = rejection(client.connect());
    await (await server.next()).open(X + mechanisms('PLAIN'));
    await clock.advance(5_000);
    expect(await failed).toBeInstanceOf(TimeoutError);
    expect((await failed).message).toContain('the step "x"');
    await client.disconnect();
    expect(clock.pending).toEqual([]);
  });

  it('that never end do not outlive the connection', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const signals: AbortSignal[] = [];
    const run: NegotiationStep['run'] = ({ signal }) => {
      signals.push(signal);
      return never();
    };
    client.negotiation.add(noting([], 'x', { needs: 'secure', run }));
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(X + mechanisms('PLAIN'));
    await expect.poll(() => signals).toHaveLength(1);
    played.peer.drop();
    expect(await failed).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
    expect(signals[0]?.reason).toBe(await failed);
  });

  it('that are removed while they are taken end the attempt, and say so to themselves', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const signals: AbortSignal[] = [];
    const run: NegotiationStep['run'] = ({ signal }) => {
      signals.push(signal);
      return never();
    };
    const registration = client.negotiation.add(noting([], 'x', { needs: 'secure', run }));
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(X + mechanisms('PLAIN'));
    await expect.poll(() => signals).toHaveLength(1);
    registration.dispose();
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect((await failed).message).toContain('"x" was removed');
    expect(signals[0]?.aborted).toBe(true);
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });
});
