import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { exchangeNumbers, keepsSessions, type Trouble } from '../support/numbered.js';
import { RecordingLogger } from '../support/recorders.js';

// `npm run reliability` does the same with ten thousand.
const MESSAGES = 200;

describe.each(KINDS)('numbers that two clients of %s send each other', (kind) => {
  const bench = useServer({ kind });

  async function exchange(trouble: Trouble, times: number) {
    const users = [await bench.account(), await bench.account()] as const;
    const forgets = !keepsSessions(trouble);
    const how = { archive: false, receipts: forgets, messages: MESSAGES, times, patience: 1_500 };
    return exchangeNumbers({ server: bench.server, users, trouble, ...how, logger: new RecordingLogger() });
  }

  it.each([
    ['F4: the way is cut', 'cut', 3],
    ['F1, F22: the server stands still', 'frozen', 1],
  ] as const)('come once each although %s in the middle', async (_what, trouble, times) => {
    const tally = await exchange(trouble, times);
    const none = { failed: 0, unknown: 0, again: 0, duplicated: 0, lost: 0 };
    expect(tally).toMatchObject({ sent: 2 * MESSAGES, acked: 2 * MESSAGES, ...none, begun: 2 });
    expect(tally.resumed).toBeGreaterThanOrEqual(2 * times);
  });

  it('F8: all come although the server is killed in the middle: who has no receipt sends once more', async () => {
    const tally = await exchange('killed', 1);
    expect(tally).toMatchObject({ sent: 2 * MESSAGES, failed: 0, lost: 0, begun: 4 });
    expect(tally.acked + tally.unknown).toBe(2 * MESSAGES);
  });
});
