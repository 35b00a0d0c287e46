import { StanzaError } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { InBandRegistration, NS_REGISTER } from '../src/index.js';

const streams = useStreams(afterEach);
const SERVICE = 'gateway.example.org';
const query = (inside: string): string => `<query xmlns='${NS_REGISTER}'>${inside}</query>`;
const form = (inside: string): string => `<x xmlns='jabber:x:data' type='form'>${inside}</x>`;

async function start(options = {}, kind: 'client' | 'component' = 'client', secure = true) {
  const jid = kind === 'client' ? 'alice@example.org/phone' : 'bot.example.org';
  const stream = streams.keep(
    await ScriptedStream.start({ kind, jid, secure, plugins: [[InBandRegistration, options]] }),
  );
  return { stream, registration: stream.xmpp.plugin(InBandRegistration) };
}

describe('what has to be said', () => {
  async function offered(inside: string, to: string | undefined = SERVICE) {
    const { stream, registration } = await start();
    const asked = registration.registration(to);
    await stream.recvResult(await stream.nextSent(), query(inside));
    return asked;
  }

  it('is the fields, with what is kept of us', async () => {
    const offer = await offered(
      `<registered/><instructions>Go</instructions><username>al</username><email/><key>k</key><other xmlns='urn:x'/>`,
    );
    expect({ ...offer, fields: [...offer.fields], attachments: offer.attachments.map(({ name }) => name) }).toEqual({
      ...{ service: SERVICE, mode: 'fields', registered: true, instructions: 'Go', form: undefined, url: undefined },
      ...{ captcha: false, key: 'k', refused: undefined, attachments: ['other'] },
      fields: [
        ['username', 'al'],
        ['email', ''],
      ],
    });
  });

  it.each([
    ['a form before fields', `<email/>${form("<field var='a'/>")}`, 'form'],
    ['fields before another place', "<email/><x xmlns='jabber:x:oob'><url>https://example.org</url></x>", 'fields'],
    ['another place', "<x xmlns='jabber:x:oob'><url>https://example.org</url></x>", 'redirect'],
    ['a form before another place', `${form('')}<x xmlns='jabber:x:oob'><url>https://example.org</url></x>`, 'form'],
    ['nothing', '', 'fields'],
  ])('is %s', async (_what, inside, mode) => {
    expect(await offered(inside)).toMatchObject({ mode, registered: false, attachments: [] });
  });

  it('has the address of the other place', async () => {
    const offer = await offered("<x xmlns='jabber:x:oob'><url>https://example.org/r</url></x>");
    expect(offer.url).toBe('https://example.org/r');
  });

  it.each(['SHA-256', 'audio_recog', 'ocr', 'picture_q', 'qa', 'speech_q'])(
    'is for people where the form has the field %s of a CAPTCHA',
    async (name) => {
      expect((await offered(form(`<field var='a'/><field var='${name}'/>`))).captcha).toBe(true);
    },
  );

  it('is for people where the form says so, and not where it has fields of other names, or none', async () => {
    const typed = (type: string) =>
      form(`<field var='FORM_TYPE' type='hidden'><value>${type}</value></field><field type='fixed'/>`);
    expect((await offered(typed('urn:xmpp:captcha'))).captcha).toBe(true);
    expect((await offered(typed('jabber:iq:register'))).captcha).toBe(false);
  });

  it('is asked of our server about our account where no service is named, and its refusal says where', async () => {
    const { stream, registration } = await start();
    const asked = registration.registration().catch((error: unknown) => error);
    const request = await stream.nextSent();
    expect(request.attribute('to')).toBeUndefined();
    await stream.recvError(request, 'feature-not-implemented');
    expect(await asked).toMatchObject({
      code: 'ERR_REGISTRATION_NOT_OFFERED',
      service: 'example.org',
      cause: expect.any(StanzaError),
    });
  });
});

describe('an answer', () => {
  async function submitted(
    inside: string,
    answer: Parameters<InBandRegistration['submit']>[1],
    { options = {}, kind = 'client' as 'client' | 'component', secure = true } = {},
  ) {
    const { stream, registration } = await start(options, kind, secure);
    const from = kind === 'component' ? 'bot.example.org' : undefined;
    const asked = registration.registration(SERVICE, { from });
    await stream.recvResult(await stream.nextSent(), query(inside));
    const offer = await asked;
    const outcome = registration.submit(SERVICE, answer, { offer, from }).then(
      () => 'done',
      (error: unknown) => error,
    );
    await stream.idle();
    const request = stream.sent.at(-1);
    if (request?.attribute('type') !== 'set') return { outcome: await outcome };
    stream.skipSent();
    return {
      request,
      stream,
      outcome,
      texts: [...(request.firstElement?.elements() ?? [])].map((each) => [each.name, each.text]),
    };
  }

  it('to an offer that is known is sent without asking again, with its key', async () => {
    const { texts, stream, request, outcome } = await submitted('<nick/><key>k</key>', { fields: { nick: 'Al' } });
    expect(stream?.sent).toHaveLength(2);
    expect(texts).toEqual([
      ['nick', 'Al'],
      ['key', 'k'],
    ]);
    if (request) await stream?.recvResult(request);
    expect(await outcome).toBe('done');
  });

  it('has the name alone of who gives all of an address there, and nowhere else', async () => {
    const name = async (username: string) => (await submitted('<username/>', { fields: { username } })).texts?.[0]?.[1];
    expect(await name(`al@${SERVICE}`)).toBe('al');
    expect(await name('al@example.com')).toBe('al@example.com');
    const { texts } = await submitted('<email/>', { fields: { email: `al@${SERVICE}` } });
    expect(texts).toEqual([['email', `al@${SERVICE}`]]);
  });

  it('says what is missing: all that is asked for and not kept; a password is never kept', async () => {
    const { outcome } = await submitted('<username>al</username><password>x</password><email/><nick/>', {
      fields: { nick: '' },
    });
    expect(await outcome).toMatchObject({
      code: 'ERR_REGISTRATION_INCOMPLETE',
      service: SERVICE,
      missing: ['nick', 'password', 'email'],
      form: undefined,
    });
  });

  it('fills in a form by the names of fields, by pairs, and with nothing that it does not have', async () => {
    const inside = form("<field var='nick'><required/></field><field var='plan'/>");
    for (const more of [{ plan: 'gold' }, [['plan', 'gold']] as const, new Map([['plan', 'gold']])]) {
      const { request } = await submitted(inside, { fields: { nick: 'Al', email: 'e' }, form: more as never });
      const fields = [...(request?.firstElement?.firstElement?.elements() ?? [])];
      expect(fields.map((field) => [field.attribute('var'), field.child('value')?.text])).toEqual([
        ['nick', 'Al'],
        ['plan', 'gold'],
      ]);
    }
    const { outcome } = await submitted(inside, { fields: { nick: undefined } });
    const error = (await outcome) as { form?: { field(name: string): unknown } };
    expect(error).toMatchObject({ code: 'ERR_REGISTRATION_INCOMPLETE', missing: ['nick'] });
    expect(error.form?.field('plan')).toBeDefined();
    // What a log prints of it has no form.
    expect(Object.keys(error)).not.toContain('form');
  });

  it('with a password needs TLS, unless that is allowed, or a component sends it', async () => {
    const plain = { secure: false } as const;
    const answer = { fields: { nick: 'Al', password: 'pw-1234' } };
    const refused = { code: 'ERR_REGISTRATION_PLAINTEXT' };
    expect(await (await submitted('<nick/><password/>', answer, plain)).outcome).toMatchObject(refused);
    expect(await (await submitted(form("<field var='password'/>"), answer, plain)).outcome).toMatchObject(refused);
    expect((await submitted('<nick/>', answer, plain)).request).toBeDefined();
    const hidden = form("<field var='pin' type='text-private'/><field var='nick'/>");
    expect((await submitted(hidden, answer, plain)).request).toBeDefined();
    for (const how of [{ options: { allowPlaintext: true } }, { kind: 'component' as const }])
      expect((await submitted('<password/>', answer, { ...plain, ...how })).request).toBeDefined();
  });

  it('is refused in words that say what to do', async () => {
    for (const [condition, code] of [
      ['conflict', 'ERR_USERNAME_TAKEN'],
      ['not-acceptable', 'ERR_REGISTRATION_INCOMPLETE'],
      ['service-unavailable', 'ERR_REGISTRATION_NOT_OFFERED'],
      ['forbidden', 'ERR_STANZA'],
    ] as const) {
      const { request, stream, outcome } = await submitted('<nick/>', { fields: { nick: 'Al' } });
      if (request) await stream?.recvError(request, condition);
      expect(await outcome).toMatchObject({
        code,
        ...(code !== 'ERR_STANZA' && { service: SERVICE, cause: { condition } }),
      });
    }
  });
});

describe('a password', () => {
  it('with a service is not that of our account', async () => {
    const { stream, registration } = await start();
    const xmpp = Object.assign(stream.xmpp, { password: 'old' });
    const there = registration.changePassword('new', { to: SERVICE });
    await stream.recvResult(
      await stream.expectSent(
        `<iq type='set' id='*' to='${SERVICE}'>${query('<username>alice</username><password>new</password>')}</iq>`,
      ),
    );
    await there;
    expect(xmpp.password).toBe('old');
    const here = registration.changePassword('new');
    const request = await stream.nextSent();
    expect(xmpp.password).toBe('old');
    await stream.recvResult(request);
    await here;
    expect(xmpp.password).toBe('new');
  });

  it('of a component is one with a service', async () => {
    const { stream, registration } = await start({}, 'component', false);
    await expect(registration.changePassword('new')).rejects.toMatchObject({ code: 'ERR_CONFIG', option: 'to' });
    await expect(registration.changePassword(5 as never)).rejects.toMatchObject({ option: 'password' });
    await stream.expectNothingSent();
    const there = registration.changePassword('new', { to: SERVICE, from: 'bot.example.org' });
    await stream.recvResult(await stream.nextSent());
    await there;
  });
});

describe('the end of a registration', () => {
  it('with a service is asked for, also by a component with its own server', async () => {
    const { stream, registration } = await start();
    const ended = registration.cancel(SERVICE);
    await stream.recvResult(
      await stream.expectSent(`<iq type='set' id='*' to='${SERVICE}'>${query('<remove/>')}</iq>`),
    );
    await ended;
    const other = await start({}, 'component');
    const there = other.registration.cancel('bot.example.org', { from: 'a@bot.example.org' });
    await other.stream.recvResult(await other.stream.nextSent());
    await there;
    await expect(other.registration.cancelAccount({ confirm: 'bot.example.org' })).rejects.toMatchObject({
      option: 'confirm',
    });
  });

  it('of an account that is refused leaves the connection', async () => {
    const { stream, registration } = await start();
    const refused = expect(registration.cancelAccount({ confirm: 'alice@example.org' })).rejects.toMatchObject({
      condition: 'not-allowed',
    });
    await stream.recvError(await stream.nextSent(), 'not-allowed');
    await refused;
    expect(stream.xmpp.state).not.toBe('disconnected');
  });

  it.each(['conflict', 'host-gone'])('of an account is not a stream that ends with %s', async (condition) => {
    const { stream, registration } = await start();
    const refused = expect(registration.cancelAccount({ confirm: 'alice@example.org' })).rejects.toThrow();
    await stream.nextSent();
    await stream.recv(
      `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
    );
    await refused;
  });
});

it('an account is registered by clients alone', async () => {
  const options = { register: () => undefined };
  await expect(start(options, 'component')).rejects.toMatchObject({ code: 'ERR_CONFIG', option: 'register' });
});
