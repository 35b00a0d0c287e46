import { StreamManagement } from '@sestina/xep-0198';
import { describe, expect, it } from 'vitest';
import { KINDS, SOON, useServer } from '../support/bench.js';

describe.each(KINDS)('a message that %s does not take', (kind) => {
  const bench = useServer({ kind });

  it('F13: is failed in the end, and what was sent behind it arrives once', async () => {
    const { jid, password } = await bench.account();
    const queue = { maxStanzaBytes: 8_388_608, maxBytes: 16_777_216 };
    const client = bench.client({ jid, password, queue, reconnect: { ...SOON, slowMax: 200 } });
    client.use(StreamManagement, { resend: 'messages' });
    const other = await bench.online();
    const got: string[] = [];
    other.on('message', ({ body = '' }) => got.push(body.slice(0, 10)));
    const lost: string[] = [];
    client.on('disconnected', ({ reason }) => lost.push(reason.message));
    await client.connect();
    const say = (body: string) => client.sendMessage({ to: other.boundJid, type: 'chat', body });
    // The server lets 1 MiB in.
    say('x'.repeat(2_500_000));
    say('behind it');
    await expect.poll(() => got, { timeout: 30_000 }).toContain('behind it');
    expect(await say('the end').acked()).toBe('acked');
    await expect.poll(() => got, { timeout: 10_000 }).toEqual(['behind it', 'the end']);
    expect(client.online).toBe(true);
    expect(lost.filter((reason) => reason.includes('policy-violation'))).toHaveLength(2);
    expect(bench.takeComplaints().at(-1)).toContain('the server ended the stream over it twice');
  });
});
