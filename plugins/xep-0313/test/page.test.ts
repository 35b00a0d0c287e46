import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { ArchivedMessage } from '../src/index.js';
import { conversation, type Kept, ROMEO, result, start } from './helpers.js';

const streams = useStreams(afterEach);

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  return started;
}

const bodies = (found: readonly ArchivedMessage[]): unknown[] => found.map(({ message }) => message?.body);
const KEPT = conversation(120);

describe('a page', () => {
  const extended = { features: ['#extended'] };

  it('that is flipped comes newest first, and is the same one', async () => {
    const { archive, played } = await client(KEPT, extended);
    const came: unknown[] = [];
    const arrived = ({ message }: ArchivedMessage): void => void came.push(message?.body);
    const page = await played.serve(archive.page({ direction: 'backward', pageSize: 3, flip: true }, { arrived }));
    expect(bodies(page.messages)).toEqual(['m119', 'm118', 'm117']);
    expect(came).toEqual(['m119', 'm118', 'm117']);
    expect(page).toMatchObject({ first: 'a117', last: 'a119' });
    expect(played.asked.map(({ flipPage }) => flipPage)).toEqual([true]);
    await played.serve(archive.page({ pageSize: 3 }));
    expect(played.asked.at(-1)?.flipPage).toBe(false);
  });

  it('is not asked for flipped where the archive does not know that', async () => {
    const { archive, played } = await client(KEPT);
    await expect(played.serve(archive.page({ flip: true }))).rejects.toMatchObject({ option: 'flip' });
    expect(played.requests).toEqual(['info']);
  });

  it('is told message by message as they come, with its context, though its end never comes', async () => {
    const kept = conversation(3);
    const { stream, archive } = await client(kept);
    const came: ArchivedMessage[] = [];
    const stop = new AbortController();
    const options = { arrived: (message: ArchivedMessage) => void came.push(message), signal: stop.signal };
    const page = archive.page({ pageSize: 2 }, options);
    const over = expect(page).rejects.toThrow('enough');
    await stream.idle();
    const info = stream.sent.find((xml) => xml.firstElement?.namespace.includes('disco'));
    if (info) await stream.recvResult(info, "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    const queryId = stream.sent.at(-1)?.firstElement?.attribute('queryid');
    const [first, second, third] = kept as [Kept, Kept, Kept];
    await stream.recv(result(queryId, first));
    expect(came.map(({ id, message }) => [id, message?.body, message?.context.way])).toEqual([['a0', 'm0', 'in']]);
    // Of another query, and of somebody else.
    await stream.recv(result('other', second) + result(queryId, second, ROMEO));
    expect(came).toHaveLength(1);
    stop.abort(new Error('enough'));
    await over;
    await stream.recv(result(queryId, second) + result(queryId, third));
    expect(came).toHaveLength(1);
  });

  it('that is larger than it may be is refused, and no more of it is told than was asked for', async () => {
    const { archive, played } = await client(KEPT, {
      answer: (query) =>
        KEPT.slice(0, 5)
          .map((kept) => result(query.queryId, kept))
          .join(''),
    });
    const came: string[] = [];
    const page = archive.page({ pageSize: 2 }, { arrived: ({ id }) => void came.push(id) });
    await expect(played.serve(page)).rejects.toMatchObject({ name: 'ArchivePageTooLargeError' });
    expect(came).toEqual(['a0', 'a1']);
  });

  it('comes whole where who is told of its messages throws', async () => {
    const { archive, played, stream } = await client(KEPT);
    const arrived = (): void => {
      throw new Error('no');
    };
    const page = await played.serve(archive.page({ pageSize: 2 }, { arrived }));
    expect(bodies(page.messages)).toEqual(['m0', 'm1']);
    expect(stream.errors.splice(0)).toHaveLength(2);
  });
});
