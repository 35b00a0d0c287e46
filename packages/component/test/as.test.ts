import { type AddressEvent, ComponentAddress } from '@sestina/component';
import { attr, ConfigError, element, JID, type Message, StanzaError } from '@sestina/core';
import { defineDataKind } from '@sestina/core/handlers';
import { describe, expect, it } from 'vitest';
import { scripted } from './scripted.js';

const BOB = 'bob@example.net/x';
class Ask extends element('ask', 'urn:example:ask', { what: attr('what') }) {}

const message = (to: string, body: string, from = BOB): string =>
  `<message from='${from}' to='${to}'><body>${body}</body></message>`;
const ask = (to: string, id: string): string =>
  `<iq type='get' id='${id}' from='${BOB}'${to && ` to='${to}'`}><ask xmlns='urn:example:ask'/></iq>`;

describe('as()', () => {
  it.each(['romeo@bot.example.org', 'romeo@bot.example.org/r', 'bot.example.org', 'bot.example.org/r'])(
    'speaks for %s',
    async (jid) => {
      const { component } = await scripted();
      expect(component.as(jid).jid.full).toBe(jid);
      expect(component.as(JID.parse(jid)).jid.full).toBe(jid);
      expect(`${component.as(jid)}`).toBe(jid);
    },
  );

  it.each(['romeo@other.example.org', 'romeo@x.bot.example.org', 'example.org', '@', '', 'a@b@bot.example.org'])(
    'refuses %j',
    async (jid) => {
      const { component } = await scripted();
      expect(() => component.as(jid)).toThrow(ConfigError);
    },
  );

  it('normalises the address', async () => {
    const { component } = await scripted();
    expect(component.as('ROMEO@Bot.Example.ORG').jid.full).toBe('romeo@bot.example.org');
    expect(() => component.as(JID.parse('romeo@evil.example'))).toThrow(ConfigError);
  });
});

describe('what an address sends', () => {
  it('comes from there', async () => {
    const { component, stream } = await scripted();
    const romeo = component.as('romeo@bot.example.org/r');
    const from = "from='romeo@bot.example.org/r'";
    romeo.sendMessage({ to: BOB, body: 'hi' });
    await stream.expectSent(`<message id='*' to='${BOB}' ${from}><body>hi</body></message>`);
    await romeo.message({ to: BOB, body: 'ho' }).send();
    await stream.expectSent(`<message id='*' to='${BOB}' ${from}><body>ho</body></message>`);
    romeo.sendPresence({ to: BOB, show: 'away' });
    await stream.expectSent(`<presence id='*' to='${BOB}' ${from}><show>away</show></presence>`);
    await romeo.presence({ to: BOB }).send();
    await stream.expectSent(`<presence id='*' to='${BOB}' ${from}/>`);
    romeo.iq({ type: 'result', to: BOB, id: '7' }).send();
    await stream.expectSent(`<iq type='result' id='7' to='${BOB}' ${from}/>`);
    romeo.send(component.message({ to: BOB, from: 'other@bot.example.org', body: 'mine' }));
    await stream.expectSent(`<message id='*' to='${BOB}' ${from}><body>mine</body></message>`);
  });

  it('cannot be made to come from elsewhere', async () => {
    const { component } = await scripted();
    const romeo = component.as('romeo@bot.example.org');
    const init = { to: BOB, from: 'evil@bot.example.org' };
    expect(romeo.message(init).from?.full).toBe('romeo@bot.example.org');
    expect(romeo.presence(init).from?.full).toBe('romeo@bot.example.org');
    expect(romeo.iq({ type: 'get', ...init }).from?.full).toBe('romeo@bot.example.org');
  });

  it('asks, and takes only the answer that is for this address', async () => {
    const { component, stream } = await scripted();
    const romeo = component.as('romeo@bot.example.org/r');
    const answers = [
      romeo.iqGet(BOB, new Ask(), { answer: Ask }),
      romeo.iqSet(BOB, new Ask()),
      romeo.request(component.iq({ type: 'get', to: BOB }, new Ask())),
      romeo.iqSet(BOB, new Ask(), { timeout: 1_000 }),
    ];
    const settled = Promise.all(answers);
    for (const type of ['get', 'set', 'get', 'set']) {
      const sent = await stream.expectSent(
        `<iq type='${type}' id='*' to='${BOB}' from='romeo@bot.example.org/r'><ask xmlns='urn:example:ask'/></iq>`,
      );
      const id = sent.attribute('id');
      const answer = (to: string, what: string): string =>
        `<iq type='result' id='${id}' from='${BOB}' to='${to}'><ask xmlns='urn:example:ask' what='${what}'/></iq>`;
      await stream.recv(answer('juliet@bot.example.org/r', 'spoofed') + answer('romeo@bot.example.org/r', type));
    }
    const [got, set] = await settled;
    expect((got as Ask).what).toBe('get');
    expect(String(set)).toContain("what='set'");
    expect(component.spoofedReplies).toBe(4);
  });

  it('asks with an id that another address has open, and each gets its own answer', async () => {
    const { component, stream } = await scripted();
    const locals = ['romeo', 'juliet', 'nurse'];
    const asked = locals.map((local) =>
      component.as(`${local}@bot.example.org`).request(component.iq({ type: 'get', to: BOB, id: 'x1' }, new Ask())),
    );
    expect(component.pendingRequests).toBe(3);
    for (const local of ['juliet', 'nurse', 'romeo']) {
      await stream.recv(
        `<iq type='result' id='x1' from='${BOB}' to='${local}@bot.example.org'><ask xmlns='urn:example:ask' what='${local}'/></iq>`,
      );
    }
    const answers = await Promise.all(asked);
    expect(answers.map((answer) => answer.payload(Ask)?.what)).toEqual(locals);
    expect(component.spoofedReplies).toBe(0);
  });
});

describe('what an address hears', () => {
  it('came for it alone: a full one its own, a bare one all of its resources', async () => {
    const { component, stream } = await scripted();
    const heard: string[] = [];
    for (const jid of [
      'romeo@bot.example.org',
      'romeo@bot.example.org/r',
      'juliet@bot.example.org',
      'bot.example.org',
    ]) {
      component.as(jid).on('message', ({ body }) => heard.push(`${jid}: ${body}`));
    }
    component.on('message', ({ body }) => heard.push(`all: ${body}`));
    await stream.recv(
      message('romeo@bot.example.org/r', '1') +
        message('ROMEO@bot.example.org', '2') +
        message('nobody@bot.example.org', '3'),
    );
    await stream.recv(message('bot.example.org', '4') + message('', '5').replace(" to=''", ''));
    expect(heard.sort()).toEqual([
      'all: 1',
      'all: 2',
      'all: 3',
      'all: 4',
      'all: 5',
      'bot.example.org: 4',
      'bot.example.org: 5',
      'romeo@bot.example.org/r: 1',
      'romeo@bot.example.org: 1',
      'romeo@bot.example.org: 2',
    ]);
  });

  it('are all events that are about an address', async () => {
    const { component, stream } = await scripted();
    const seen: string[] = [];
    const names: readonly AddressEvent[] = [
      'message',
      'messageError',
      'presence',
      'presenceAvailable',
      'presenceSubscribe',
      'changedSubscription',
      'rosterSubscriptionRequest',
      'gotOnline',
      'changedStatus',
      'gotOffline',
      'rosterUpdate',
    ];
    const romeo = component.as('romeo@bot.example.org');
    for (const name of names) romeo.on(name, () => seen.push(name));
    for (const name of names) component.as('juliet@bot.example.org').on(name, () => seen.push(`juliet ${name}`));
    const to = "to='romeo@bot.example.org'";
    await stream.recv(`<presence from='bob@example.net' ${to} type='subscribe'/>`);
    await stream.recv(`<presence from='${BOB}' ${to}/><presence from='${BOB}' ${to} type='unavailable'/>`);
    await stream.recv(`<message type='error' from='${BOB}' ${to}/>`);
    await romeo.roster.update('bob@example.net', { name: 'Bob' });
    await stream.idle();
    expect(seen).toEqual([
      'presence',
      'presenceSubscribe',
      'changedSubscription',
      'rosterSubscriptionRequest',
      'presence',
      'presenceAvailable',
      'gotOnline',
      'changedStatus',
      'presence',
      'changedStatus',
      'gotOffline',
      'messageError',
      'rosterUpdate',
    ]);
  });

  it('is picked by payload and type too', async () => {
    const { component, stream } = await scripted();
    const heard: unknown[] = [];
    const romeo = component.as('romeo@bot.example.org');
    romeo.onMessage((stanza) => heard.push(['message', stanza.id]));
    romeo.onMessage((stanza, payload) => heard.push(['ask', stanza.id, payload.what]), { payload: Ask });
    romeo.onMessage((stanza) => heard.push(['error', stanza.id]), { type: 'error' });
    romeo.onPresence((_stanza, payload) => heard.push(['presence', payload.what]), { payload: Ask });
    component.as('juliet@bot.example.org').onMessage(() => heard.push('juliet'), { payload: Ask });
    const to = `from='${BOB}' to='romeo@bot.example.org'`;
    const payload = "<ask xmlns='urn:example:ask' what='x'/>";
    await stream.recv(
      `<message ${to} id='1'/><message ${to} id='2'>${payload}</message><message ${to} id='3' type='error'>${payload}</message>`,
    );
    await stream.recv(`<presence ${to}>${payload}</presence><presence ${to}/>`);
    expect(heard).toEqual([
      ['message', '1'],
      ['message', '2'],
      ['ask', '2', 'x'],
      ['error', '3'],
      ['presence', 'x'],
    ]);
  });

  it('once is heard once, sequential ones one after another', async () => {
    const { component, stream } = await scripted();
    const steps: string[] = [];
    const romeo = component.as('romeo@bot.example.org');
    romeo.once('message', ({ body }) => steps.push(`once ${body}`));
    romeo.on(
      'message',
      async ({ body }) => {
        steps.push(`${body} begins`);
        await new Promise<void>((resolve) => stream.clock.setTimer(10, resolve));
        steps.push(`${body} ends`);
      },
      { sequential: true },
    );
    await stream.recv(message('romeo@bot.example.org', '1') + message('romeo@bot.example.org', '2'));
    await stream.clock.advance(20);
    expect(steps).toEqual(['once 1', '1 begins', '1 ends', '2 begins', '2 ends']);
  });

  it('comes to the others where one listener fails, and the failure is told with its address', async () => {
    const { component, stream } = await scripted();
    const heard: unknown[] = [];
    const romeo = component.as('romeo@bot.example.org');
    romeo.on('message', () => {
      throw new Error('broken');
    });
    romeo.on('message', () => Promise.reject(new Error('late')));
    romeo.on('message', ({ body }) => heard.push(body));
    await stream.recv(message('romeo@bot.example.org', '1') + message('romeo@bot.example.org', '2'));
    expect(heard).toEqual(['1', '2']);
    expect(stream.errors.map(({ error, where }) => `${where}: ${error.message}`).sort()).toEqual([
      'listener of message for romeo@bot.example.org: broken',
      'listener of message for romeo@bot.example.org: broken',
      'listener of message for romeo@bot.example.org: late',
      'listener of message for romeo@bot.example.org: late',
    ]);
  });

  it('ends with dispose(), of what this object has registered', async () => {
    const { component, stream } = await scripted();
    const heard: string[] = [];
    const [one, two] = [component.as('romeo@bot.example.org'), component.as('romeo@bot.example.org')];
    one.on('message', () => heard.push('one'));
    one.onIq('get', Ask, () => undefined);
    two.on('message', () => heard.push('two'));
    const early = two.on('message', () => heard.push('early'));
    early.dispose();
    one.dispose();
    one.dispose();
    await stream.recv(message('romeo@bot.example.org', '1'));
    expect(heard).toEqual(['two']);
    two.dispose();
    expect(component.listenerCount('message')).toBe(0);
    expect(component.handledRequests).toEqual([]);
    one.on('message', () => heard.push('again'));
    await stream.recv(message('romeo@bot.example.org', '2'));
    expect(heard).toEqual(['two', 'again']);
  });
});

describe('a thousand addresses', () => {
  const COUNT = 1_000;
  const jid = (i: number): string => `user${i}@bot.example.org`;

  it('have one listener on the component, each hears its own messages, and answers as itself', async () => {
    const { component, stream } = await scripted();
    const heard = new Map<string, string[]>();
    const before = component.handlers.length;
    const addresses = Array.from({ length: COUNT }, (_, i) => component.as(jid(i)));
    for (const address of addresses) {
      address.on('message', (stanza: Message) => {
        heard.set(address.jid.full, [...(heard.get(address.jid.full) ?? []), `${stanza.to?.bare} ${stanza.body}`]);
        stanza.reply(`I am ${address}`).send();
      });
      address.onMessage(() => undefined, { payload: Ask });
    }
    expect(component.listenerCount('message')).toBe(1);
    expect(component.handlers.length).toBe(before + COUNT);
    for (let part = 0; part < COUNT * 2; part += 100) {
      const texts = Array.from({ length: 100 }, (_, i) => {
        const n = ((part + i) * 7) % COUNT;
        return message(`${jid(n)}/r`, `for ${n}`);
      });
      await stream.recv(texts.join(''));
    }
    expect(heard.size).toBe(COUNT);
    for (let i = 0; i < COUNT; i++) expect(heard.get(jid(i))).toEqual(Array(2).fill(`${jid(i)} for ${i}`));
    const answers = stream.sent.slice(1);
    expect(answers.length).toBe(COUNT * 2);
    for (const answer of answers) {
      expect(answer.child('body')?.text).toBe(`I am ${JID.parse(answer.attribute('from') ?? '').bare}`);
    }
    for (const address of addresses) address.dispose();
    expect([component.listenerCount('message'), component.handlers.length]).toEqual([0, before]);
  });

  it('answer requests each in its own way, and one handler serves the rest', async () => {
    const { component, stream } = await scripted();
    for (let i = 0; i < COUNT; i++) component.as(jid(i)).onIq('get', Ask, () => new Ask({ what: jid(i) }));
    component.onIq('get', Ask, () => new Ask({ what: 'anybody' }));
    for (const [to, what] of [
      [jid(7), jid(7)],
      [`${jid(999)}/r`, jid(999)],
      ['nobody@bot.example.org', 'anybody'],
      ['bot.example.org', 'anybody'],
    ] as const) {
      await stream.recv(ask(to, '1'));
      const answer = await stream.nextSent();
      expect(answer.firstElement?.attribute('what')).toBe(what);
      expect(answer.attribute('from')).toBe(to);
    }
    expect(component.handledRequests).toEqual(['get {urn:example:ask}ask']);
    await stream.expectNothingSent();
  });

  it('that are only looked at leave nothing behind', async () => {
    const { component, stream } = await scripted();
    for (let i = 0; i < COUNT; i++) {
      const address = component.as(jid(i));
      expect(address).toBeInstanceOf(ComponentAddress);
      expect(address.roster.size).toBe(0);
      address.sendMessage({ to: BOB, body: 'hi' });
    }
    await stream.idle();
    expect(component.roster.owners).toEqual([]);
    expect(component.listenerCount('message')).toBe(0);
  });
});

describe('requests to an address', () => {
  it('go to the closest handler, and each gets exactly one answer', async () => {
    const { component, stream } = await scripted();
    const full = component.as('romeo@bot.example.org/r').onIq('get', Ask, () => new Ask({ what: 'full' }));
    const bare = component.as('romeo@bot.example.org').onIq('get', Ask, () => new Ask({ what: 'bare' }));
    const all = component.onIq('get', Ask, () => new Ask({ what: 'all' }));
    const answerTo = async (to: string): Promise<string | undefined> => {
      await stream.recv(ask(to, 'id1'));
      const { firstElement } = await stream.nextSent();
      await stream.expectNothingSent();
      return firstElement?.attribute('what') ?? firstElement?.firstElement?.name;
    };
    expect(await answerTo('romeo@bot.example.org/r')).toBe('full');
    expect(await answerTo('romeo@bot.example.org/s')).toBe('bare');
    expect(await answerTo('romeo@bot.example.org')).toBe('bare');
    expect(await answerTo('juliet@bot.example.org')).toBe('all');
    full.dispose();
    expect(await answerTo('romeo@bot.example.org/r')).toBe('bare');
    all.dispose();
    expect(await answerTo('juliet@bot.example.org')).toBe('service-unavailable');
    bare.dispose();
    expect(await answerTo('romeo@bot.example.org/r')).toBe('service-unavailable');
  });

  it('are answered with what the handler throws, or without one not at all by it', async () => {
    const { component, stream } = await scripted();
    component.as('romeo@bot.example.org').onIq('get', Ask, () => {
      throw new StanzaError('forbidden');
    });
    component.as('juliet@bot.example.org').onIq('get', Ask, (_payload, iq) => {
      iq.errorReply('not-allowed').send();
      throw new Error('afterwards');
    });
    component.as('mercutio@bot.example.org').onIq('set', Ask, () => undefined);
    for (const [name, condition] of [
      ['romeo', 'forbidden'],
      ['juliet', 'not-allowed'],
      ['mercutio', 'service-unavailable'],
    ]) {
      await stream.recv(ask(`${name}@bot.example.org`, `${name}`));
      const answer = await stream.nextSent();
      expect(answer.attribute('id')).toBe(name);
      expect(answer.child('error')?.firstElement?.name).toBe(condition);
      await stream.expectNothingSent();
    }
  });

  it('of one stranger beyond 20 at once are answered with resource-constraint, and others are served', async () => {
    const { component, stream } = await scripted();
    const release: (() => void)[] = [];
    component.onIq('get', Ask, () => new Promise<void>((resolve) => release.push(resolve)));
    const flood = Array.from({ length: 500 }, (_, i) => ask(`user${i}@bot.example.org`, `flood${i}`));
    for (let at = 0; at < flood.length; at += 50) await stream.recv(flood.slice(at, at + 50).join(''));
    await stream.recv(ask('romeo@bot.example.org', 'good').replace(BOB, 'alice@example.net/y'));
    expect(release.length).toBe(21);
    for (const done of release) done();
    await stream.idle();
    const answers = stream.sent.slice(1);
    expect(answers.length).toBe(501);
    expect(new Set(answers.map((answer) => answer.attribute('id'))).size).toBe(501);
    const refused = answers.filter((answer) => answer.child('error')?.firstElement?.name === 'resource-constraint');
    expect(refused.length).toBe(480);
    expect(
      answers.filter((answer) => answer.attribute('type') === 'result').map((answer) => answer.attribute('to')),
    ).toContain('alice@example.net/y');
  });
});

describe('presence of an address', () => {
  const subscribe = (from: string, to = 'romeo@bot.example.org'): string =>
    `<presence from='${from}' to='${to}' type='subscribe'/>`;

  it('goes to those who are subscribed to it, and answers their probes', async () => {
    const { component, stream } = await scripted({ autoAuthorize: true });
    await stream.recv(
      subscribe('bob@example.net') +
        subscribe('carol@example.net') +
        subscribe('dave@example.net', 'juliet@bot.example.org'),
    );
    stream.skipSent();
    component.as('romeo@bot.example.org').sendPresence({ show: 'away' });
    await stream.expectSent("<presence from='romeo@bot.example.org' to='bob@example.net'><show>away</show></presence>");
    await stream.expectSent(
      "<presence from='romeo@bot.example.org' to='carol@example.net'><show>away</show></presence>",
    );
    await stream.recv("<presence type='probe' from='bob@example.net/x' to='romeo@bot.example.org'/>");
    await stream.expectSent(
      "<presence from='romeo@bot.example.org' to='bob@example.net/x'><show>away</show></presence>",
    );
    component.roster.autoAuthorize = 'ask';
    await stream.recv("<presence type='probe' from='dave@example.net' to='romeo@bot.example.org'/>");
    await stream.expectSent("<presence from='romeo@bot.example.org' to='dave@example.net' type='unsubscribed'/>");
    await stream.recv("<presence type='probe' from='dave@example.net' to='juliet@bot.example.org'/>");
    await stream.expectSent("<presence from='juliet@bot.example.org' to='dave@example.net' type='unavailable'/>");
    await stream.expectNothingSent();
  });

  it('is that of each of its resources', async () => {
    const { component, stream } = await scripted({ autoAuthorize: true });
    await stream.recv(subscribe('bob@example.net'));
    component.as('romeo@bot.example.org/a').sendPresence({ priority: 1 });
    component.as('romeo@bot.example.org/b').sendPresence({ show: 'dnd' });
    await stream.idle();
    stream.skipSent();
    await stream.recv("<presence type='probe' from='bob@example.net' to='romeo@bot.example.org'/>");
    await stream.expectSent(
      "<presence from='romeo@bot.example.org/a' to='bob@example.net'><priority>1</priority></presence>",
    );
    await stream.expectSent(
      "<presence from='romeo@bot.example.org/b' to='bob@example.net'><show>dnd</show></presence>",
    );
    component.as('romeo@bot.example.org/a').sendPresence({ type: 'unavailable' });
    await stream.expectSent("<presence from='romeo@bot.example.org/a' to='bob@example.net' type='unavailable'/>");
    await stream.recv("<presence type='probe' from='bob@example.net' to='romeo@bot.example.org'/>");
    await stream.expectSent(
      "<presence from='romeo@bot.example.org/b' to='bob@example.net'><show>dnd</show></presence>",
    );
    component.as('romeo@bot.example.org').roster.get('bob@example.net')?.unauthorize();
    await stream.expectSent("<presence from='romeo@bot.example.org/b' to='bob@example.net' type='unavailable'/>");
    await stream.expectSent("<presence from='romeo@bot.example.org' to='bob@example.net' type='unsubscribed'/>");
    await stream.expectNothingSent();
  });

  it('without an addressee is never sent to the server, however it is made', async () => {
    const { component, stream } = await scripted({ autoAuthorize: true });
    await stream.recv(subscribe('bob@example.net') + subscribe('bob@example.net', 'bot.example.org'));
    stream.skipSent();
    component.sendPresence({ status: 'up' });
    await stream.expectSent("<presence from='bot.example.org' to='bob@example.net'><status>up</status></presence>");
    component.sendPresence({ from: 'romeo@bot.example.org', status: 'here' });
    await stream.expectSent(
      "<presence from='romeo@bot.example.org' to='bob@example.net'><status>here</status></presence>",
    );
    component.as('romeo@bot.example.org').presence({ type: 'unavailable' }).send();
    await stream.expectSent("<presence from='romeo@bot.example.org' to='bob@example.net' type='unavailable'/>");
    expect(await component.as('nobody@bot.example.org').sendPresence()).toBe('written');
    await stream.expectNothingSent();
  });

  it('is asked for and granted, and the roster follows', async () => {
    const { component, stream } = await scripted();
    const romeo = component.as('romeo@bot.example.org/r');
    romeo.sendPresenceSubscription('bob@example.net/x');
    await stream.expectSent("<presence id='*' from='romeo@bot.example.org' to='bob@example.net' type='subscribe'/>");
    await stream.recv("<presence from='bob@example.net' to='romeo@bot.example.org' type='subscribed'/>");
    romeo.sendPresenceSubscription('bob@example.net', 'subscribed');
    await stream.expectSent("<presence from='romeo@bot.example.org' to='bob@example.net' type='subscribed'/>");
    expect(romeo.roster.get('bob@example.net')?.subscription).toBe('both');
    romeo.sendPresenceSubscription('bob@example.net', 'unsubscribe');
    expect(romeo.roster.get('bob@example.net')?.subscription).toBe('from');
    romeo.sendPresenceSubscription('bob@example.net', 'unsubscribed');
    expect(romeo.roster.get('bob@example.net')).toBeUndefined();
    await stream.idle();
    expect(stream.sent.slice(-3).map((sent) => sent.attribute('type'))).toEqual([
      'unsubscribe',
      'unavailable',
      'unsubscribed',
    ]);
  });

  it('is in the roster too where the component sends it, from any of its addresses or from itself', async () => {
    const { component, stream } = await scripted();
    for (const from of ['romeo@bot.example.org', 'bot.example.org']) {
      const init = from === 'bot.example.org' ? {} : { from };
      component.sendPresenceSubscription('bob@example.net/x', 'subscribe', init);
      await stream.expectSent(`<presence id='*' from='${from}' to='bob@example.net' type='subscribe'/>`);
      await stream.recv(`<presence from='bob@example.net' to='${from}' type='subscribed'/>`);
      expect(component.roster.of(from).get('bob@example.net')?.subscription, from).toBe('to');
    }
    expect(() =>
      component.sendPresenceSubscription('bob@example.net', 'subscribe', { from: 'a@other.example' }),
    ).toThrow(ConfigError);
    component.sendPresenceSubscription('carol@example.net', 'subscribe', { status: 'It is me' });
    await stream.expectSent(
      "<presence id='*' from='bot.example.org' to='carol@example.net' type='subscribe'><status>It is me</status></presence>",
    );
  });
});

describe('data of an address', () => {
  const nickOf = defineDataKind<{ readonly lang: string }, string>('nick');

  it('is what that address answers, and goes with it', async () => {
    const { component } = await scripted();
    component.api.registerDefault(nickOf, () => 'somebody');
    component
      .as('romeo@bot.example.org')
      .answer(nickOf, ({ request }) => (request.lang === 'it' ? 'Romeo' : undefined));
    const juliet = component.as('juliet@bot.example.org');
    juliet.answer(nickOf, () => 'Juliet', { node: 'balcony' });
    const nick = (jid: string, lang: string, node?: string) =>
      component.api.ask(nickOf, { jid: JID.parse(jid), node, from: undefined, request: { lang } });
    expect(await nick('romeo@bot.example.org/r', 'it')).toBe('Romeo');
    expect(await nick('romeo@bot.example.org/r', 'en')).toBe('somebody');
    expect(await nick('juliet@bot.example.org', 'it')).toBe('somebody');
    expect(await nick('juliet@bot.example.org', 'it', 'balcony')).toBe('Juliet');
    juliet.dispose();
    expect(await nick('juliet@bot.example.org', 'it', 'balcony')).toBe('somebody');
  });
});
