import { BitsOfBinary } from '@sestina/xep-0231';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('bits of binary over %s', (kind) => {
  const bench = useServer({ kind });

  it('go from one client to another, and are what their hash says', async () => {
    const [romeo, juliet] = [await bench.online(), await bench.online()];
    const sticker = new Uint8Array(8_000).map((_, index) => (index * 7) & 0xff);
    const { cid } = await romeo.use(BitsOfBinary).offer(sticker, { type: 'video/webm', audience: 'everybody' });
    const found = await juliet.use(BitsOfBinary).get(cid, romeo.boundJid ?? '', { timeout: 30_000 });
    expect(found).toEqual({ data: sticker, type: 'video/webm' });
  });
});
