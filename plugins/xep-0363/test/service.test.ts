import { StanzaError } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_UPLOAD, NS_UPLOAD_PURPOSE } from '../src/index.js';
import { type SlotQuestion, SlotService, type SlotServing } from '../src/service/index.js';

const streams = useStreams(afterEach);
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
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
    const put = answer.child('slot', NS_UPLOAD)?.child('put');
    expect([...(put?.elements() ?? [])].map((field) => [field.attribute('name'), field.text])).toEqual([
      ['Authorization', 'x'],
    ]);
    expect(answer.child('slot', NS_UPLOAD)?.child('get')?.attribute('url')).toBe('https://w.example/1');
    expect(asked[0]).toMatchObject({ filename: 'a.png', size: 10, type: undefined, purpose: 'message' });
    expect(asked[0]?.to?.full).toBe('upload.example');
    expect(asked[0]?.from.full).toBe(ROMEO);
  });

  it('says what it takes', async () => {
    const { stream, ask, given } = await serving({ maxSize: 500, purposes: ['profile'] });
    const disco = stream.xmpp.plugin(ServiceDiscovery);
    const info = await disco.ownInfo({});
    expect(info.has(NS_UPLOAD) && info.has(`${NS_UPLOAD_PURPOSE}#profile`)).toBe(true);
    expect(info.form(NS_UPLOAD)?.field('max-file-size')?.value).toBe('500');
    expect(info.identity('store', 'file')).toBeDefined();
    given.dispose();
    const after = await disco.ownInfo({});
    expect(after.has(NS_UPLOAD) || after.has(`${NS_UPLOAD_PURPOSE}#profile`)).toBe(false);
    expect(after.identity('store', 'file')).toBeUndefined();
    expect(after.form(NS_UPLOAD)).toBeUndefined();
    expect((await ask(1)).child('error')?.child('service-unavailable', NS_STANZAS)).toBeDefined();
  });

  it('refuses what is too large, and says how large it may be', async () => {
    const { ask, asked } = await serving({ maxSize: 500 });
    const error = (await ask(501)).child('error');
    expect(error?.child('file-too-large', NS_UPLOAD)?.child('max-file-size')?.text).toBe('500');
    for (const size of ['-1', '1.5', 'lots', '']) expect((await ask(size)).child('error')).toBeDefined();
    expect(asked).toEqual([]);
    expect((await ask(500)).child('slot', NS_UPLOAD)).toBeDefined();
  });

  it('takes files of 100 MB where nothing else is said', async () => {
    const { ask, stream } = await serving();
    const { features } = await stream.xmpp.plugin(ServiceDiscovery).ownInfo({});
    expect([...features].filter((feature) => feature.startsWith(NS_UPLOAD_PURPOSE))).toEqual([]);
    expect((await ask(104_857_600)).child('slot', NS_UPLOAD)).toBeDefined();
    expect((await ask(104_857_601)).child('error')?.child('file-too-large', NS_UPLOAD)).toBeDefined();
  });

  it.each([{ maxSize: 0 }, { quota: -1 }, { quotaWindow: 0 }, { maxSize: Number.NaN }, { allow: 'all' as never }])(
    '%o cannot be meant',
    async (options) => {
      await expect(serving(options)).rejects.toMatchObject({ option: Object.keys(options)[0] });
    },
  );

  it('answers what the application says to a question: no slot, an address that is none, no fields', async () => {
    const { stream, ask, given } = await serving();
    given.dispose();
    const answers = [
      () => {
        throw new StanzaError('not-allowed');
      },
      () => ({ put: 'nowhere', get: 'https://w.example/1' }),
      () => ({ put: 'https://w.example/1', get: 'https://w.example/1' }),
    ];
    const service = stream.xmpp.plugin(SlotService);
    service.serve({ allow: 'everybody' }, () => answers.shift()?.() as never);
    expect((await ask(1)).child('error')?.child('not-allowed', NS_STANZAS)).toBeDefined();
    expect((await ask(1)).child('error')?.child('slot', NS_UPLOAD)).toBeUndefined();
    expect([...((await ask(1)).child('slot', NS_UPLOAD)?.child('put')?.elements() ?? [1])]).toEqual([]);
  });

  it('gives strangers nothing unless it is told to', async () => {
    const { ask, asked } = await serving({ allow: 'nobody' });
    expect((await ask(1)).child('error')?.child('forbidden', NS_STANZAS)).toBeDefined();
    expect(asked).toEqual([]);
    const { ask: askAgain } = await serving({ allow: undefined });
    expect((await askAgain(1)).child('error')?.child('forbidden', NS_STANZAS)).toBeDefined();
  });

  it('counts what each account has asked for, and says when there is room again', async () => {
    const { stream, ask, asked } = await serving({ quota: 100, quotaWindow: 60_000 });
    await stream.clock.advance(200_000);
    await ask(60);
    await ask(40, '', 'romeo@montague.example/other');
    const error = (await ask(1)).child('error');
    expect(error?.attribute('type')).toBe('wait');
    const retry = error?.child('retry', NS_UPLOAD);
    expect(Date.parse(retry?.attribute('stamp') ?? '')).toBe(stream.clock.now() + 60_000);
    await ask(100, '', 'juliet@capulet.example/balcony');
    expect(asked).toHaveLength(3);
    await stream.clock.advance(59_999);
    const soon = (await ask(1)).child('error')?.child('retry', NS_UPLOAD);
    expect(Date.parse(soon?.attribute('stamp') ?? '')).toBe(stream.clock.now() + 1);
    await stream.clock.advance(1);
    await ask(100);
    expect(asked).toHaveLength(4);
  });

  it('counts for a day where nothing else is said', async () => {
    const { stream, ask, asked } = await serving({ quota: 100 });
    await ask(100);
    await stream.clock.advance(86_399_999);
    await ask(1);
    expect(asked).toHaveLength(1);
    await stream.clock.advance(1);
    await ask(1);
    expect(asked).toHaveLength(2);
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
