import { describe, expect, it } from 'vitest';
import { element } from '../../../src/stanza/element.js';
import { attr } from '../../../src/stanza/fields.js';
import { BaseXMPP } from '../../../src/xmpp/base-xmpp.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online, type TestXMPP } from '../../helpers/stream-xmpp.js';
import { gate } from '../../helpers/wrapped.js';

watchRejections();

class Ask extends element('ask', 'urn:test:ask', { who: attr('who') }) {}

const BOB = 'bob@example.net/x';
const ask = (id: string, from: string | undefined = BOB, to = 'alice@example.org/phone'): string =>
  `<iq type='get' id='${id}'${from === '' ? '' : ` from='${from}'`} to='${to}'><ask xmlns='urn:test:ask'/></iq>`;
/** Of each answer the id and who gave it, or the condition. */
const answers = (xmpp: TestXMPP): string[] =>
  [...xmpp.wire.take().matchAll(/<iq type='(?:result|error)' id='(\w+)'.*?<\/iq>/g)].map(
    ([text, id]) => `${id} ${/who='(\w+)'/.exec(text)?.[1] ?? /<([a-z-]+) xmlns='urn:ietf/.exec(text)?.[1]}`,
  );
const says = (who: string) => () => new Ask({ who });

describe('onIq()', () => {
  it('answers those whom it is for: the closest address goes before, who may ask is asked last', async () => {
    const xmpp = await online({ jid: 'c.example.org', component: true });
    xmpp.onIq('get', Ask, says('all'));
    xmpp.onIq('get', Ask, says('bob'), { from: 'bob@example.net' });
    xmpp.onIq('get', Ask, says('x'), { from: BOB });
    xmpp.onIq('get', Ask, says('a'), { to: 'a@c.example.org' });
    xmpp.onIq('get', Ask, says('both'), { to: 'a@c.example.org', from: 'bob@example.net' });
    expect(xmpp.handledRequests).toEqual(['get {urn:test:ask}ask']);
    await xmpp.receive(
      ask('1', BOB, 'z@c.example.org') +
        ask('2', 'bob@example.net/y', 'z@c.example.org') +
        ask('3', 'eve@evil.example', 'z@c.example.org') +
        ask('4', 'eve@evil.example', 'a@c.example.org/r') +
        ask('5', 'bob@example.net/y', 'a@c.example.org/r'),
    );
    expect(answers(xmpp)).toEqual(['1 x', '2 bob', '3 all', '4 a', '5 both']);
  });

  it('answers nobody else where it is for our account, or our server', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ask, says('account'), { from: 'account' });
    xmpp.onIq('get', Ask, says('server'), { from: 'server' });
    await xmpp.receive(
      ask('1', 'alice@example.org') +
        ask('2', '') +
        ask('3', 'example.org') +
        ask('4') +
        ask('5', 'alice@example.org/l'),
    );
    expect(answers(xmpp)).toEqual([
      '4 service-unavailable',
      '5 service-unavailable',
      '1 account',
      '2 account',
      '3 server',
    ]);
  });

  it('works on requests of one key one after another, on others meanwhile', async () => {
    const xmpp = await online();
    const wait = gate<void>();
    const begun: string[] = [];
    xmpp.onIq(
      'get',
      Ask,
      async (_ask, { id, from }) => {
        begun.push(id ?? '');
        if (from?.local === 'bob') await wait.promise;
        return new Ask({ who: id });
      },
      { sequential: ({ from }) => from?.bare.full },
    );
    await xmpp.receive(ask('b1') + ask('b2') + ask('c1', 'carol@example.org/z'));
    expect([begun, answers(xmpp)]).toEqual([['b1', 'c1'], ['c1 c1']]);
    wait.open();
    await xmpp.manualClock.idle();
    expect(answers(xmpp)).toEqual(['b1 b1', 'b2 b2']);
  });

  it('takes as many as its own limit says, whatever the limits for all are, and refuses what is more', async () => {
    const xmpp = await online({ maxRequests: { total: 1, perSender: 1 } });
    const wait = gate<void>();
    xmpp.onIq('get', Ask, () => wait.promise.then(says('bob')), { limit: 3, sequential: true });
    await xmpp.receive(['1', '2', '3', '4'].map((id) => ask(id)).join(''));
    expect(answers(xmpp)).toEqual(['4 resource-constraint']);
    wait.open();
    await xmpp.manualClock.idle();
    expect(answers(xmpp)).toEqual(['1 bob', '2 bob', '3 bob']);
    await xmpp.receive(ask('5'));
    expect(answers(xmpp)).toEqual(['5 bob']);
  });

  it('has its own time, longer or shorter than a minute', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ask, () => new Promise(() => {}), { timeout: 5_000 });
    await xmpp.receive(ask('1'));
    await xmpp.manualClock.advance(4_999);
    expect(answers(xmpp)).toEqual([]);
    await xmpp.manualClock.advance(1);
    expect(answers(xmpp)).toEqual(['1 internal-server-error']);
  });

  it('answers also where the key of a request cannot be made', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ask, says('x'), {
      sequential: () => {
        throw new Error('no key');
      },
    });
    await xmpp.receive(ask('1'));
    expect(answers(xmpp)).toEqual(['1 internal-server-error']);
    expect(xmpp.log.at('error')).toEqual(['handler of iq get {urn:test:ask}ask: no key']);
  });
});

describe('two who answer the same requests', () => {
  class One extends Plugin {
    static override readonly id = 'one';
    static override readonly inject = [BaseXMPP] as const;

    constructor(xmpp: BaseXMPP) {
      super();
      this.own(xmpp.onIq('get', Ask, says('one')), xmpp.onIq('get', Ask, says('again')));
    }
  }
  class Two extends Plugin {
    static override readonly id = 'two';
    static override readonly inject = [BaseXMPP] as const;

    constructor(xmpp: BaseXMPP) {
      super();
      this.own(xmpp.onIq('set', Ask, says('two')), xmpp.onIq('get', Ask, says('two')));
    }
  }

  it('are no two plugins: the second one is not installed, and nothing of it stays', async () => {
    const xmpp = await online();
    xmpp.use(One);
    expect(() => xmpp.use(Two)).toThrow(
      expect.objectContaining({ code: 'ERR_PLUGIN_CONFLICT', plugin: 'two', message: expect.stringContaining('one') }),
    );
    expect(xmpp.handledRequests).toEqual(['get {urn:test:ask}ask']);
    xmpp.remove(One);
    xmpp.use(Two);
    await xmpp.receive(ask('1'));
    expect(answers(xmpp)).toEqual(['1 two']);
  });

  it('may be a plugin and the application, which goes before as long as it wants', async () => {
    const xmpp = await online();
    xmpp.use(One);
    const own = xmpp.onIq('get', Ask, says('own'));
    await xmpp.receive(ask('1'));
    own.dispose();
    await xmpp.receive(ask('2'));
    expect(answers(xmpp)).toEqual(['1 own', '2 again']);
  });
});
