import { describe, expect, it } from 'vitest';
import { Message } from '../../src/stanza/message.js';
import { FilterChain } from '../../src/stream/filters.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, record } from '../helpers/stream-xmpp.js';

watchRejections();

const message = (id: string) => `<message id='${id}' from='bob@example.net/x'><body>${id}</body></message>`;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a chain', () => {
  it('runs in order, and at once as long as no filter returns a promise', () => {
    const chain = new FilterChain();
    const seen: string[] = [];
    const add = (name: string, order?: number) =>
      chain.add(
        (stanza) => {
          seen.push(name);
          return stanza;
        },
        order === undefined ? {} : { order },
      );
    add('b');
    add('last', 10);
    add('first', -10);
    const removed = add('removed');
    removed.dispose();
    add('c');
    const stanza = new Message();
    expect(chain.run(stanza)).toBe(stanza);
    expect(seen).toEqual(['first', 'b', 'c', 'last']);
    expect(chain.size).toBe(4);
  });

  it('stops where one drops the stanza', async () => {
    const chain = new FilterChain();
    chain.add(async () => undefined);
    chain.add(() => expect.unreachable());
    expect(await chain.run(new Message())).toBeUndefined();
  });
});

describe('in filters', () => {
  it('may change a stanza, which handlers then cannot', async () => {
    const xmpp = await online();
    xmpp.addFilter('in', (stanza) => {
      stanza.xml.setAttribute('seen', 'yes');
      return stanza;
    });
    const got = xmpp.wait('message');
    await xmpp.receive(message('1'));
    const { xml } = await got;
    expect(xml.attribute('seen')).toBe('yes');
    expect(() => xml.setAttribute('more', 'no')).toThrow(/read-only/);
  });

  it('may put another stanza in its place, which is read-only as well', async () => {
    const xmpp = await online();
    xmpp.addFilter('in', () => new Message({ body: 'instead' }));
    const got = xmpp.wait('message');
    await xmpp.receive(message('1'));
    const found = await got;
    expect(found.body).toBe('instead');
    expect(found.stream).toBe(xmpp);
    expect(() => found.xml.child('body')?.append('x')).toThrow(/read-only/);
  });

  it('may drop a stanza', async () => {
    const xmpp = await online();
    const seen = record(xmpp, 'message');
    xmpp.addFilter('in', (stanza) => (stanza.xml.attribute('id') === '1' ? undefined : stanza));
    await xmpp.receive(message('1') + message('2'));
    expect(seen).toEqual(['message']);
  });

  it('keep the order of stanzas, however long each takes', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    const filter = xmpp.addFilter('in', async (stanza) => {
      for (let i = Number(stanza.xml.attribute('id')); i < 4; i++) await turn();
      return stanza;
    });
    xmpp.wire.receive(message('1') + message('2') + message('3'));
    filter.dispose();
    // No filter any more, and still behind those that wait.
    await xmpp.receive(message('4'));
    for (let i = 0; i < 5; i++) await xmpp.manualClock.idle();
    expect(seen).toEqual(['1', '2', '3', '4']);
  });

  it('that throw or reject lose that stanza only, and are reported', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    const errors: string[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    xmpp.on('error', ({ error, where }) => errors.push(`${where}: ${error.message}`));
    xmpp.addFilter('in', (stanza) => {
      if (stanza.xml.attribute('id') === '1') throw new Error('thrown');
      return stanza.xml.attribute('id') === '2' ? Promise.reject(new Error('rejected')) : stanza;
    });
    await xmpp.receive(message('1') + message('2') + message('3'));
    expect(seen).toEqual(['3']);
    expect(errors).toEqual(['handler in filter: thrown', 'handler in filter: rejected']);
  });

  it('that fail on a request still get it answered', async () => {
    const xmpp = await online();
    xmpp.addFilter('in', () => {
      throw new Error('boom');
    });
    await xmpp.receive("<iq type='get' id='q1' from='bob@example.net/x'><ping xmlns='urn:xmpp:ping'/></iq>");
    const answer = xmpp.wire.take();
    expect(answer).toContain("type='error' id='q1' to='bob@example.net/x'");
    expect(answer).toContain('<internal-server-error');
  });

  it('that never come to an end pause the transport instead of filling the memory', async () => {
    const xmpp = await online({ maxUnhandled: 10 });
    xmpp.addFilter('in', () => new Promise(() => {}));
    let text = '';
    for (let i = 0; i < 20; i++) text += message(`${i}`);
    await xmpp.receive(text);
    expect(xmpp.wire.paused).toBe(true);
  });
});

describe('out filters', () => {
  it('may change a stanza without touching what the caller has', async () => {
    const xmpp = await online();
    xmpp.addFilter('out', (stanza) => {
      stanza.xml.setAttribute('stamp', '1');
      return stanza;
    });
    const sent = xmpp.message({ to: 'bob@example.net', body: 'x' });
    const sending = xmpp.send(sent);
    expect(sending.element.attribute('stamp')).toBe('1');
    expect(xmpp.wire.take()).toContain("stamp='1'");
    expect(sent.xml.attribute('stamp')).toBeUndefined();
  });

  it('may put another stanza in its place, and that is what the outcome tells', async () => {
    const xmpp = await online();
    xmpp.addFilter('out', () => xmpp.message({ to: 'carol@example.net', body: 'other' }));
    const sending = xmpp.sendMessage({ to: 'bob@example.net', body: 'x' });
    await sending;
    expect(sending.element.attribute('to')).toBe('carol@example.net');
    expect(xmpp.wire.take()).not.toContain('bob');
  });

  it('may drop a stanza, which fails it', async () => {
    const xmpp = await online();
    xmpp.addFilter('out', () => undefined);
    await expect(xmpp.sendMessage({ to: 'bob@example.net' })).rejects.toMatchObject({ reason: 'dropped' });
    expect(xmpp.wire.take()).toBe('');
  });

  it('keep the order of the calls, however long each takes', async () => {
    const xmpp = await online();
    const filter = xmpp.addFilter('out', async (stanza) => {
      for (let i = Number(stanza.xml.attribute('id')); i < 4; i++) await turn();
      return stanza;
    });
    const sendings = ['1', '2', '3'].map((id) => xmpp.sendMessage({ id, to: 'bob@example.net' }));
    filter.dispose();
    sendings.push(xmpp.sendMessage({ id: '4', to: 'bob@example.net' }));
    await Promise.all(sendings);
    expect([...xmpp.wire.take().matchAll(/id='(\d)'/g)].map((match) => match[1])).toEqual(['1', '2', '3', '4']);
  });

  it('see the stanza as it was when it was sent', async () => {
    const xmpp = await online();
    xmpp.addFilter('out', async (stanza) => {
      await turn();
      return stanza;
    });
    const message = xmpp.message({ to: 'bob@example.net', body: 'first' });
    const first = message.send();
    message.body = 'second';
    await first;
    expect(xmpp.wire.take()).toContain('first');
  });

  it('that fail, fail that stanza only', async () => {
    const xmpp = await online();
    xmpp.addFilter('out', (stanza) => {
      if (stanza.xml.attribute('id') === '1') throw new Error('boom');
      return stanza.xml.attribute('id') === '2' ? Promise.reject(new Error('late')) : stanza;
    });
    const send = (id: string) => xmpp.sendMessage({ id, to: 'bob@example.net' });
    const [first, second, third] = [send('1'), send('2'), send('3')];
    await expect(first).rejects.toMatchObject({ reason: 'dropped', message: 'an out filter failed: boom' });
    await expect(second).rejects.toMatchObject({ reason: 'dropped' });
    expect(await third).toBe('written');
  });

  it('count what waits for them: one stanza too many is refused', async () => {
    const xmpp = await online({ queue: { maxStanzas: 3 } });
    xmpp.addFilter('out', () => new Promise(() => {}));
    const sendings = Array.from({ length: 5 }, () => xmpp.sendMessage({ to: 'bob@example.net' }));
    expect(sendings.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued', 'failed', 'failed']);
    await expect(sendings[4]).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    await expect(sendings[3]).rejects.toMatchObject({ limit: 'maxStanzas' });
  });
});

describe('outSync filters', () => {
  it('run right before writing, in order, and may drop', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.addFilter('outSync', (stanza) => {
      seen.push(stanza.xml.attribute('id'));
      return stanza.xml.attribute('id') === '2' ? undefined : stanza;
    });
    xmpp.wire.ready = false;
    const send = (id: string) => xmpp.sendMessage({ id, to: 'bob@example.net' });
    const [first, second] = [send('1'), send('2')];
    expect(seen).toEqual(['1']);
    xmpp.wire.drain();
    expect(seen).toEqual(['1', '2']);
    await first;
    await expect(second).rejects.toMatchObject({ reason: 'dropped' });
    expect(xmpp.wire.take()).not.toContain("id='2'");
  });

  it('that throw fail that stanza only', async () => {
    const xmpp = await online();
    const filter = xmpp.addFilter('outSync', () => {
      throw new Error('boom');
    });
    await expect(xmpp.sendMessage({ to: 'bob@example.net' })).rejects.toMatchObject({ reason: 'dropped' });
    filter.dispose();
    expect(await xmpp.sendMessage({ to: 'bob@example.net' })).toBe('written');
  });

  it('may send themselves: that comes behind', async () => {
    const xmpp = await online();
    xmpp.addFilter('outSync', (stanza) => {
      if (stanza.xml.attribute('id') === '1') xmpp.sendMessage({ id: 'nested', to: 'bob@example.net' });
      return stanza;
    });
    xmpp.sendMessage({ id: '1', to: 'bob@example.net' });
    expect([...xmpp.wire.take().matchAll(/id='(\w+)'/g)].map((match) => match[1])).toEqual(['1', 'nested']);
  });
});
