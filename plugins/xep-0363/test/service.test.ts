import { ScriptedStream, useStreams } from '@sestina/testing';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_UPLOAD, NS_UPLOAD_PURPOSE } from '../src/index.js';
import { type SlotQuestion, SlotService, type SlotServing } from '../src/service/index.js';

const streams = useStreams(afterEach);
const ROMEO = 'romeo@montague.example/garden';

async function serving(options: SlotServing = {}) {
  const stream = streams.keep(
    await ScriptedStream.start({ kind: 'component', jid: 'upload.example', plugins: [ServiceDiscovery, SlotService] }),
  );
  const asked: SlotQuestion[] = [];
  const given = stream.xmpp.plugin(SlotService).serve({ allow: 'everybody', ...options }, (question) => {
    asked.push(question);
    return { put: 'https://w.example/1?a&b', get: 'https://w.example/1', headers: [['Authorization', 'x']] };
  });
  const ask = async (size: number | string, inside = '', from = ROMEO) => {
    await stream.recv(
      `<iq type='get' id='u1' from='${from}' to='upload.example'><request xmlns='${NS_UPLOAD}' filename='a.png' size='${size}'>${inside}</request></iq>`,
    );
    return stream.nextSent();
  };
  return { stream, asked, ask, given };
}

describe('a service', () => {
  it('gives slots', async () => {
    const { ask, asked } = await serving();
    const answer = await ask(10);
    expect(answer.child('slot', NS_UPLOAD)?.child('put')?.attribute('url')).toBe('https://w.example/1?a&b');
    expect(asked[0]).toMatchObject({ filename: 'a.png', size: 10, purpose: 'message' });
    expect(asked[0]?.from.full).toBe(ROMEO);
  });

  it('says what it takes', async () => {
    const { stream, given } = await serving({ maxSize: 500, purposes: ['profile'] });
    const disco = stream.xmpp.plugin(ServiceDiscovery);
    const info = await disco.ownInfo({});
    expect(info.has(NS_UPLOAD) && info.has(`${NS_UPLOAD_PURPOSE}#profile`)).toBe(true);
    expect(info.form(NS_UPLOAD)?.field('max-file-size')?.value).toBe('500');
    given.dispose();
    expect((await disco.ownInfo({})).has(NS_UPLOAD)).toBe(false);
  });

  it('refuses what is too large, and says how large it may be', async () => {
    const { ask, asked } = await serving({ maxSize: 500 });
    const error = (await ask(501)).child('error');
    expect(error?.child('file-too-large', NS_UPLOAD)?.child('max-file-size')?.text).toBe('500');
    for (const size of ['-1', '1.5', 'lots', '']) expect((await ask(size)).child('error')).toBeDefined();
    expect(asked).toEqual([]);
  });

  it('gives strangers nothing unless it is told to', async () => {
    const { ask, asked } = await serving({ allow: 'nobody' });
    expect((await ask(1)).child('error')?.child('forbidden', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
    expect(asked).toEqual([]);
  });

  it('counts what each account has asked for, and says when there is room again', async () => {
    const { stream, ask, asked } = await serving({ quota: 100, quotaWindow: 60_000 });
    await ask(60);
    await ask(40, '', 'romeo@montague.example/other');
    const retry = (await ask(1)).child('error')?.child('retry', NS_UPLOAD);
    expect(Date.parse(retry?.attribute('stamp') ?? '')).toBe(stream.clock.now() + 60_000);
    await ask(100, '', 'juliet@capulet.example/balcony');
    await stream.clock.advance(60_000);
    await ask(100);
    expect(asked).toHaveLength(4);
  });

  it('is told of purposes that it knows alone', async () => {
    const { ask, asked } = await serving({ purposes: ['profile', 'ephemeral'] });
    await ask(1, `<profile xmlns='${NS_UPLOAD_PURPOSE}'/>`);
    await ask(1, `<permanent xmlns='${NS_UPLOAD_PURPOSE}'/>`);
    await ask(1, `<ephemeral xmlns='${NS_UPLOAD_PURPOSE}' expire-before='2025-09-10T23:08:25Z'/>`);
    expect(asked.map(({ purpose }) => purpose)).toEqual([
      'profile',
      'message',
      { expiresBefore: new Date('2025-09-10T23:08:25Z') },
    ]);
  });
});
