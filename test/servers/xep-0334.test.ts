import type { ClientXMPP } from '@sestina/client';
import { attr, element, xml } from '@sestina/core';
import { type Hint, MessageHints } from '@sestina/xep-0334';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const NS_MAM = 'urn:xmpp:mam:2';

class Result extends element('result', NS_MAM, { queryid: attr('queryid') }) {}

/** The ids of the messages in the account's archive. */
async function archived(client: ClientXMPP): Promise<(string | undefined)[]> {
  const query = xml('query', { xmlns: NS_MAM, queryid: 'q' });
  const iq = client.iq({ type: 'set' });
  iq.xml.append(query);
  const { pieces } = await client.collect(iq, Result, { max: 100, accept: ({ queryid }) => queryid === 'q' });
  return pieces.map((piece) =>
    piece.xml
      .child('result', NS_MAM)
      ?.child('forwarded', 'urn:xmpp:forward:0')
      ?.child('message', 'jabber:client')
      ?.attribute('id'),
  );
}

describe.each(KINDS)('hints with the archive of %s', (kind) => {
  const bench = useServer({ kind, archive: true });

  it('decide whether a message without a text is kept, and one with a text', async () => {
    const [romeo, juliet] = await Promise.all([bench.online(), bench.online()]);
    romeo.use(MessageHints);
    const send = async (id: string, hint: Hint | undefined, body?: string): Promise<void> => {
      const hints = hint ? new Set([hint]) : undefined;
      const extra = xml('note', { xmlns: 'urn:example:note' });
      const message = romeo.message({ to: juliet.boundJid, type: 'chat', id, body });
      if (hints) message.hints = hints;
      message.xml.append(extra);
      await message.send();
    };
    const last = new Promise<void>((resolve) => juliet.onMessage(({ id }) => id === 'last' && resolve()));
    await send('bare', undefined);
    await send('kept', 'store');
    await send('not-kept', 'no-store', 'a text');
    await send('last', undefined, 'a text');
    await last;
    expect(await archived(juliet)).toEqual(['kept', 'last']);
    expect(await archived(romeo)).toEqual(['kept', 'last']);
  });

  it('of no-copy reach who has that resource, and are taken off what is for the account', async () => {
    const [romeo, juliet] = await Promise.all([bench.online(), bench.online()]);
    juliet.sendPresence();
    romeo.use(MessageHints);
    const got: [string | undefined, boolean][] = [];
    const both = new Promise<void>((resolve) => {
      juliet.on('message', ({ body, hints }) => got.push([body, hints.has('no-copy')]) === 2 && resolve());
    });
    for (const to of [juliet.boundJid, juliet.boundJid?.bare]) {
      await romeo.sendMessage({ to, type: 'chat', body: String(to?.isFull), hints: new Set<Hint>(['no-copy']) });
    }
    await both;
    expect(got).toEqual([
      ['true', true],
      ['false', false],
    ]);
    expect(bench.takeComplaints()).toEqual([expect.stringContaining(`<no-copy/> was taken off`)]);
  });
});
