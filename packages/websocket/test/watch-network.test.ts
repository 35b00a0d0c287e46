import { watchNetwork } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';

function setup(online: boolean) {
  const target = new EventTarget();
  const calls: string[] = [];
  const watch = watchNetwork({ online, networkChanged: () => void calls.push('networkChanged') }, target);
  const tell = (type: string): number => {
    target.dispatchEvent(new Event(type));
    return calls.splice(0).length;
  };
  return { watch, tell };
}

describe('watchNetwork', () => {
  it('tells a connection that the network is back, whether it has a session or not', () => {
    expect(setup(true).tell('online')).toBe(1);
    expect(setup(false).tell('online')).toBe(1);
  });

  it('has a session asked when the network goes, and lets one that waits for its next attempt wait on', () => {
    expect(setup(true).tell('offline')).toBe(1);
    expect(setup(false).tell('offline')).toBe(0);
  });

  it('hears nothing any more once it is disposed of', () => {
    const { watch, tell } = setup(true);
    watch.dispose();
    expect([tell('online'), tell('offline')]).toEqual([0, 0]);
  });

  it('does nothing where the platform has no such events', () => {
    expect(() => watchNetwork({ online: true, networkChanged: () => {} }).dispose()).not.toThrow();
    expect(() => watchNetwork({ online: true, networkChanged: () => {} }, {}).dispose()).not.toThrow();
  });
});
