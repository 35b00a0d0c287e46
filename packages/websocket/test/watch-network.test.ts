import { watchNetwork } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';

function setup(online: boolean) {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const connection = Object.assign(new EventTarget(), { type: 'wifi' });
  const target = Object.assign(new EventTarget(), { document, navigator: { connection } });
  const calls: string[] = [];
  const user = {
    online,
    networkChanged: () => void calls.push('networkChanged'),
    becameVisible: () => void calls.push('becameVisible'),
  };
  const watch = watchNetwork(user, target);
  const tell = (type: string): number => {
    target.dispatchEvent(new Event(type));
    return calls.splice(0).length;
  };
  const show = (visibilityState: string): string[] => {
    document.visibilityState = visibilityState;
    document.dispatchEvent(new Event('visibilitychange'));
    return calls.splice(0);
  };
  const change = (type: string): string[] => {
    connection.type = type;
    connection.dispatchEvent(new Event('change'));
    return calls.splice(0);
  };
  return { watch, tell, show, change };
}

describe('watchNetwork', () => {
  it('F28: tells a connection that the network is back, whether it has a session or not', () => {
    expect(setup(true).tell('online')).toBe(1);
    expect(setup(false).tell('online')).toBe(1);
  });

  it('has a session asked when the network goes, and lets one that waits for its next attempt wait on', () => {
    expect(setup(true).tell('offline')).toBe(1);
    expect(setup(false).tell('offline')).toBe(0);
  });

  it('F28: tells that it is another kind of network now, and nothing of its speed', () => {
    const { change } = setup(false);
    expect([change('wifi'), change('cellular'), change('cellular')]).toEqual([[], ['networkChanged'], []]);
    expect([change('none'), change('wifi')]).toEqual([[], ['networkChanged']]);
  });

  it('hears nothing any more once it is disposed of', () => {
    const { watch, tell, show, change } = setup(true);
    watch.dispose();
    expect([tell('online'), tell('offline'), ...show('visible'), ...change('cellular')]).toEqual([0, 0]);
  });

  it('tells that the page is looked at again, and not that it is hidden', () => {
    const { show } = setup(false);
    expect(show('hidden')).toEqual([]);
    expect(show('visible')).toEqual(['becameVisible']);
  });

  it('does nothing where the platform has no such events', () => {
    const user = { online: true, networkChanged: () => {}, becameVisible: () => {} };
    expect(() => watchNetwork(user).dispose()).not.toThrow();
    expect(() => watchNetwork(user, {}).dispose()).not.toThrow();
  });
});
