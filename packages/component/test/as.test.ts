import { ConfigError, JID, StanzaError } from '@sestina/core';
import { defineDataKind } from '@sestina/core/handlers';
import { describe, expect, it } from 'vitest';
import { Ask, ask, BOB } from './asking.js';
import { scripted } from './scripted.js';

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
