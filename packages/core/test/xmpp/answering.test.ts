import { describe, expect, it } from 'vitest';
import type { Iq } from '../../src/stanza/iq.js';
import { StanzaError } from '../../src/stanza/stanza-error.js';
import { Callback } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online } from '../helpers/stream-xmpp.js';
import { answers, BOB, Ping, ping, Version } from './requests.js';

watchRejections();

describe('requests of others', () => {
  it('are answered with what the handler returns, an empty result where that is nothing', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Version, () => new Version({ name: 'Sestina' }));
    xmpp.onIq('get', Ping, async () => {});
    await xmpp.receive(
      `<iq type='get' id='v1' from='${BOB}' to='alice@example.org/phone'><query xmlns='jabber:iq:version'/></iq>`,
    );
    expect(xmpp.wire.take()).toBe(
      "<iq type='result' id='v1' to='bob@example.net/x'><query xmlns='jabber:iq:version' name='Sestina'/></iq>",
    );
    await xmpp.receive(ping('p1'));
    expect(xmpp.wire.take()).toBe("<iq type='result' id='p1' to='bob@example.net/x'/>");
  });

  it('are answered by a component from the address that was asked', async () => {
    const xmpp = await online({ jid: 'echo.example.org', component: true });
    xmpp.onIq('get', Ping, () => {});
    await xmpp.receive(ping('p1').replace('from=', "to='bot@echo.example.org' from="));
    expect(xmpp.wire.take()).toBe("<iq type='result' id='p1' to='bob@example.net/x' from='bot@echo.example.org'/>");
  });

  it('are refused with the StanzaError that the handler throws, which is no failure of ours', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ping, () => {
      throw new StanzaError('forbidden', { text: 'not you' });
    });
    await xmpp.receive(ping('p1'));
    expect(xmpp.wire.take()).toMatch(/type='error' id='p1'.*<error type='auth'><forbidden .*not you/);
    expect(xmpp.log.lines).toEqual([]);
  });

  it('are answered with internal-server-error where the handler fails, which is reported', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ping, () => Promise.reject(new Error('secret detail')));
    await xmpp.receive(ping('p1'));
    const text = xmpp.wire.take();
    expect(text).toContain('<internal-server-error');
    expect(text).not.toContain('secret detail');
    expect(xmpp.log.at('error')).toEqual(['handler of iq get {urn:xmpp:ping}ping: secret detail']);
  });

  it('are answered once by service-unavailable where nobody takes them', async () => {
    const xmpp = await online();
    await xmpp.receive(ping('p1'));
    const text = xmpp.wire.take();
    expect(answers(text)).toEqual(['error']);
    expect(text).toContain('<service-unavailable');
  });

  it('are not answered by default where a handler has taken them', async () => {
    const xmpp = await online();
    xmpp.registerHandler(new Callback('own', new MatchPath('iq/{urn:xmpp:ping}ping'), () => {}));
    await xmpp.receive(ping('p1'));
    expect(xmpp.wire.take()).toBe('');
  });

  describe('get exactly one answer', () => {
    const ways: [string, (iq: Iq) => unknown, string[]][] = [
      ['by hand', (iq) => void iq.reply().send(), ['result']],
      [
        'by hand, twice',
        (iq) => {
          iq.reply().send();
          iq.errorReply('conflict').send();
        },
        ['result'],
      ],
      [
        'by hand, then by return',
        (iq) => {
          iq.reply().send();
          return new Ping();
        },
        ['result'],
      ],
      [
        'by hand, then by throw',
        (iq) => {
          iq.reply().send();
          throw new Error('after');
        },
        ['result'],
      ],
      [
        'by hand with an error, then by return',
        (iq) => {
          iq.errorReply('forbidden').send();
          return undefined;
        },
        ['error'],
      ],
      ['by return', () => new Ping(), ['result']],
      [
        'by throw',
        () => {
          throw new StanzaError('conflict');
        },
        ['error'],
      ],
    ];
    it.each(ways)('%s', async (_how, handler, expected) => {
      const xmpp = await online();
      xmpp.onIq('get', Ping, (_ping, iq) => handler(iq) as undefined);
      await xmpp.receive(ping('p1'));
      expect(answers(xmpp.wire.take())).toEqual(expected);
    });

    it('and the second one made by hand has failed, which is told where nobody awaits it', async () => {
      const xmpp = await online();
      let second: ReturnType<Iq['send']> | undefined;
      xmpp.onIq('get', Ping, (_ping, iq) => {
        iq.reply().send();
        second = iq.reply().send();
      });
      const failed = xmpp.wait('sendFailed');
      await xmpp.receive(ping('p1'));
      expect(second?.state).toBe('failed');
      expect((await failed).error).toMatchObject({ reason: 'rejected' });
    });

    it('also by a callback handler that throws', async () => {
      const xmpp = await online();
      const fail = () => {
        throw new Error('boom');
      };
      xmpp.registerHandler(new Callback('own', new MatchPath('iq/{urn:xmpp:ping}ping'), fail));
      xmpp.registerHandler(new Callback('other', new MatchPath('iq/{urn:xmpp:ping}ping'), fail));
      await xmpp.receive(ping('p1'));
      expect(answers(xmpp.wire.take())).toEqual(['error']);
      expect(xmpp.log.at('error')).toEqual(['handler own: boom', 'handler other: boom']);
    });

    it.each([
      ['cannot be written as XML', 'nul \u0000'],
      ['is dropped by a filter', 'x'],
      ['is too large', 'x'.repeat(1_000)],
    ])('also where the one that was meant %s', async (how, name) => {
      const xmpp = await online({ queue: { maxStanzaBytes: 500 } });
      if (how.includes('filter')) xmpp.addFilter('out', dropVersions);
      xmpp.onIq('get', Version, () => new Version({ name }));
      await xmpp.receive(`<iq type='get' id='v1' from='${BOB}'><query xmlns='jabber:iq:version'/></iq>`);
      const text = xmpp.wire.take();
      expect(answers(text)).toEqual(['error']);
      expect(text).toMatch(/id='v1' to='bob@example.net\/x'.*<internal-server-error/);
    });

    function dropVersions<T extends { xml: { child(name: string, namespace: string): unknown } }>(
      stanza: T,
    ): T | undefined {
      return stanza.xml.child('query', 'jabber:iq:version') ? undefined : stanza;
    }
  });
});

describe('iqs that are wrong', () => {
  const wrong = (inside: string) => `<iq ${inside} from='${BOB}'>`;
  it.each([
    ['without a type', `${wrong("id='1'")}<ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
    ['of an unknown type', `${wrong("id='1' type='put'")}<ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
    ['without a payload', `${wrong("id='1' type='get'")}</iq>`, 'bad-request'],
    ['with two payloads', `${wrong("id='1' type='set'")}<a xmlns='urn:1'/><b xmlns='urn:1'/></iq>`, 'bad-request'],
    ['without an id', `${wrong("type='get'")}<ping xmlns='urn:xmpp:ping'/></iq>`, undefined],
    ['with an empty id', `${wrong("type='get' id=''")}<ping xmlns='urn:xmpp:ping'/></iq>`, undefined],
  ])('%s', async (_what, text, condition) => {
    const xmpp = await online();
    let calls = 0;
    xmpp.onIq('get', Ping, () => {
      calls += 1;
    });
    await xmpp.receive(text);
    const answer = xmpp.wire.take();
    if (condition) {
      expect(answers(answer)).toEqual(['error']);
      expect(answer).toContain(`<${condition}`);
    } else {
      expect(answer).toBe('');
    }
    expect(calls).toBe(0);
    expect(xmpp.state).toBe('online');
  });

  it('are never answered where they are answers themselves', async () => {
    const xmpp = await online();
    await xmpp.receive(
      `<iq type='result' id='1' from='${BOB}'/><iq type='error' id='2' from='${BOB}'/>` +
        `<iq type='result' id='__proto__' from='${BOB}'/><iq type='result' from='${BOB}'/>` +
        `<message type='error' id='3' from='${BOB}'><body>x</body></message><presence type='error' from='${BOB}'/>`,
    );
    expect(xmpp.wire.take()).toBe('');
    expect(xmpp.state).toBe('online');
  });

  it('with a malformed address are dropped, like any stanza, and the next one is read', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    for (const address of ['@', 'a b@example.org', `${'x'.repeat(1_100)}@example.org`, 'example.org/']) {
      await xmpp.receive(ping('p1', address));
      await xmpp.receive(`<message id='bad' from='${address}'><body>x</body></message>`);
      await xmpp.receive(`<message id='bad' from='${BOB}' to='${address}'><body>x</body></message>`);
    }
    await xmpp.receive(`<message id='good' from='${BOB}'><body>x</body></message>`);
    expect(xmpp.wire.take()).toBe('');
    expect(seen).toEqual(['good']);
    // One line for each kind; the others are counted.
    expect(xmpp.log.at('warn')).toEqual([
      'a <iq/> with a malformed address was dropped',
      'a <message/> with a malformed address was dropped',
    ]);
  });
});
