import { describe, expect, it } from 'vitest';
import { Message } from '../../src/stanza/message.js';
import { FilterChain } from '../../src/stream/filters.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, record } from '../helpers/stream-xmpp.js';

watchRejections();

const message = (id: string) => `<message id='${id}' from='bob@example.net/x'><body>${id}</body></message>`;

describe('a chain', () => {
  it('runs in order', () => {
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

  it('stops where one drops the stanza', () => {
    const chain = new FilterChain();
    chain.add(() => undefined);
    chain.add(() => expect.unreachable());
    expect(chain.run(new Message())).toBeUndefined();
  });

  it('refuses a promise and names what may wait, whatever becomes of it', async () => {
    for (const promise of [Promise.resolve(new Message()), Promise.reject(new Error('late')), new Promise(() => {})]) {
      const chain = new FilterChain();
      chain.add((() => promise) as never);
      chain.add(() => expect.unreachable());
      expect(() => chain.run(new Message())).toThrow(/filters are synchronous.*messages\.transform\(\)/);
      expect(() => chain.run(new Message())).toThrow(TypeError);
    }
    await new Promise((resolve) => setImmediate(resolve));
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

  it('that throw or return a promise lose that stanza only, and are reported', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    const errors: string[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    xmpp.on('error', ({ error, where }) => errors.push(`${where}: ${error.message}`));
    xmpp.addFilter('in', (stanza) => {
      if (stanza.xml.attribute('id') === '1') throw new Error('thrown');
      return stanza.xml.attribute('id') === '2' ? (Promise.reject(new Error('rejected')) as never) : stanza;
    });
    await xmpp.receive(message('1') + message('2') + message('3'));
    expect(seen).toEqual(['3']);
    expect(errors).toEqual(['handler in filter: thrown', expect.stringContaining('use messages.transform()')]);
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

  it('that fail, fail that stanza only', async () => {
    const xmpp = await online();
    xmpp.addFilter('out', (stanza) => {
      if (stanza.xml.attribute('id') === '1') throw new Error('boom');
      return stanza.xml.attribute('id') === '2' ? (Promise.resolve(stanza) as never) : stanza;
    });
    const send = (id: string) => xmpp.sendMessage({ id, to: 'bob@example.net' });
    const [first, second, third] = [send('1'), send('2'), send('3')];
    await expect(first).rejects.toMatchObject({ reason: 'dropped', message: 'an out filter failed: boom' });
    await expect(second).rejects.toMatchObject({ reason: 'dropped', cause: expect.any(TypeError) });
    await expect(second).rejects.toThrow('messages.transform()');
    expect(await third).toBe('written');
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
