import { ScriptedStream } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { type Activity, ClientState, ClientStateOptions, PageActivity } from '../src/index.js';
import { checkOptions } from '../src/options.js';

describe('the options', () => {
  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5' as never])('a delay of %s is refused', (delay) => {
    expect(() => checkOptions({ ...new ClientStateOptions(), delay })).toThrow(/delay/);
  });
});

describe('the state', () => {
  it('is inactive a while after the first word of it, and active at once', async () => {
    const stream = await ScriptedStream.start();
    const state = stream.xmpp.use(ClientState);
    state.inactive();
    await stream.clock.advance(5_000);
    state.inactive();
    await stream.clock.advance(4_999);
    expect(state.state).toBe('active');
    await stream.clock.advance(1);
    expect(state.state).toBe('inactive');
    state.inactive();
    expect(stream.clock.pending).toEqual([]);
    state.active();
    expect(state.state).toBe('active');
    state.inactive();
    await stream.clock.advance(9_999);
    expect(state.state).toBe('active');
    stream.xmpp.remove(ClientState);
    expect(stream.clock.pending).toEqual([]);
    await stream.close();
  });

  it('is that of whoever knows from the beginning', async () => {
    const page = { visibilityState: 'hidden', addEventListener: () => {}, removeEventListener: () => {} };
    const stream = await ScriptedStream.start();
    const state = stream.xmpp.use(ClientState, { delay: 0, follow: new PageActivity(page) });
    await stream.clock.advance(1);
    expect(state.state).toBe('inactive');
    await stream.close();
  });
});

describe('a page', () => {
  it('is used while it can be seen', () => {
    const listeners = new Set<() => void>();
    const types: string[] = [];
    const page = {
      visibilityState: 'visible',
      addEventListener: (type: string, listener: () => void): void => {
        types.push(type);
        listeners.add(listener);
      },
      removeEventListener: (type: string, listener: () => void): void => {
        types.push(type);
        listeners.delete(listener);
      },
    };
    const activity: Activity = new PageActivity(page);
    const seen: boolean[] = [];
    const registration = activity.onChange(() => seen.push(activity.active));
    page.visibilityState = 'hidden';
    for (const listener of listeners) listener();
    registration.dispose();
    expect(seen).toEqual([false]);
    expect(types).toEqual(['visibilitychange', 'visibilitychange']);
    expect(listeners.size).toBe(0);
  });
});

describe('without a server that wants to know', () => {
  it('nothing is sent', async () => {
    const stream = await ScriptedStream.start();
    const state = stream.xmpp.use(ClientState, { delay: 0 });
    state.inactive();
    await stream.clock.advance(1);
    expect(state.state).toBe('inactive');
    await stream.expectNothingSent();
  });
});
