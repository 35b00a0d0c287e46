import { RosterStore } from '@sestina/component';
import { FaultyStorage } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { scripted } from '../scripted.js';

const settled = async (promise: Promise<unknown>): Promise<string> => {
  const pending = new Promise<string>((resolve) => setTimeout(() => resolve('pending'), 500));
  return Promise.race([promise.then(String, (error: Error) => error.name), pending]);
};

describe('acked() of presence settles', () => {
  it('where nobody is subscribed', async () => {
    const { component } = await scripted();
    expect(await settled(component.sendPresence().acked())).toBe('acked');
  });

  it.each(['before it is written', 'after it was written'])(
    'when the session ends, where a store keeps the roster and it is asked for %s',
    async (when) => {
      const storage = new FaultyStorage();
      const { component } = await scripted({ storage }, (made) => made.use(RosterStore));
      const sending = component.as('romeo@bot.example.org').sendPresenceSubscription('bob@example.net');
      const early = when.startsWith('before') ? sending.acked() : undefined;
      early?.catch(() => {});
      await sending;
      const acked = early ?? sending.acked();
      acked.catch(() => {});
      component.abort();
      expect(await settled(acked)).toBe('SendError');
      expect(sending.state).toBe('unknown');
    },
  );
});
