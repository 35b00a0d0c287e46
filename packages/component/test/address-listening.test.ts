import { type AddressEvent, ComponentAddress } from '@sestina/component';
import { JID, type Message } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { Ask, ask, BOB, message } from './asking.js';
import { scripted } from './scripted.js';

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
