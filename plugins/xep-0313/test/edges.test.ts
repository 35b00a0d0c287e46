import { TimeoutError, type XmlElement } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_MAM } from '../src/index.js';
import { ROOM, start } from './helpers.js';

const streams = useStreams(afterEach);

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  return started;
}

describe('a query', () => {
  it('that is refused otherwise, or not answered, is told as that', async () => {
    const { stream, archive } = await client();
    const refused = expect(archive.page({ archive: ROOM })).rejects.toMatchObject({
      code: 'ERR_STANZA',
      condition: 'bad-request',
    });
    await stream.idle();
    await stream.recvError(stream.sent.at(-1) as XmlElement, 'bad-request');
    await refused;
    const late = expect(archive.page({ archive: ROOM }, { timeout: 1_000 })).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(1_000);
    await late;
  });
});

describe('what an archive says of itself', () => {
  it('is asked of each archive, once in a session, from each address', async () => {
    const { stream, archive, played } = await client([], { fields: ['withtext'] });
    const asked = () => stream.sent.filter((iq) => iq.firstElement?.namespace === NS_MAM).length;
    const seen = [];
    for (const room of [undefined, undefined, ROOM]) {
      const work = room === undefined ? archive.fields() : archive.fields(room);
      await played.serve(work);
      seen.push(asked());
    }
    expect(seen).toEqual([1, 1, 2]);
    await stream.disconnect();
    await stream.connect();
    await stream.session;
    await played.serve(archive.fields());
    expect(asked()).toBe(3);
  });

  it('is nothing where the form, or an end, is not there', async () => {
    const { stream, archive } = await client();
    const fields = expect(archive.fields(ROOM)).rejects.toMatchObject({ condition: 'undefined-condition' });
    await stream.idle();
    await stream.recvResult(stream.sent.at(-1) as XmlElement, `<query xmlns="${NS_MAM}"/>`);
    await fields;
    for (const ends of [
      "<start id='a' timestamp='2020-01-01T00:00:00Z'/>",
      "<end id='a' timestamp='2020-01-01T00:00:00Z'/>",
    ]) {
      const { stream: other, archive: theirs } = await client([], { features: ['#extended'] });
      const found = theirs.metadata();
      await other.idle();
      await other.recvResult(
        other.sent.at(-1) as XmlElement,
        `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_MAM}'/><feature var='${NS_MAM}#extended'/></query>`,
      );
      await other.idle();
      await other.recvResult(other.sent.at(-1) as XmlElement, `<metadata xmlns='${NS_MAM}'>${ends}</metadata>`);
      expect(await found).toBeUndefined();
    }
  });
});
