import { ClientXMPP } from '@sestina/client';
import { SilentLogger, type XmlElement } from '@sestina/core';
import { ScriptedStream, SeededRandom, useStreams } from '@sestina/testing';
import {
  InBandRegistration,
  type InBandRegistrationOptions,
  NS_REGISTER,
  NS_REGISTER_FEATURE,
} from '@sestina/xep-0077';
import { afterEach, describe, expect, it } from 'vitest';

const streams = useStreams(afterEach);
const FEATURE = `<register xmlns='${NS_REGISTER_FEATURE}'/>`;
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const PLAIN = `<mechanisms xmlns='${SASL}'><mechanism>PLAIN</mechanism></mechanisms>`;
const query = (inside: string): string => `<query xmlns='${NS_REGISTER}'>${inside}</query>`;
const form = (inside: string): string => query(`<x xmlns='jabber:x:data' type='form'>${inside}</x>`);
const field = (name: string, more = ''): string => `<field var='${name}'><required/>${more}</field>`;
const CAPTCHA = form(
  `<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:captcha</value></field>
   ${field('username')}${field('password')}${field('ocr')}`,
);

interface Script {
  readonly stream: ScriptedStream;
  /** What connect() came to. */
  readonly outcome: Promise<unknown>;
}

async function connecting(
  options: Partial<InBandRegistrationOptions>,
  { features = FEATURE + PLAIN, secure = true, jid = 'alice@example.org' } = {},
): Promise<Script> {
  const stream = streams.keep(
    await ScriptedStream.start({
      secure,
      connect: (transports, clock) => {
        const xmpp = new ClientXMPP({
          ...{ jid, password: 'old', transports, clock, reconnect: false, keepAlive: false },
          ...{ logger: new SilentLogger(), random: new SeededRandom(1), tls: { required: false } },
        });
        xmpp.use(InBandRegistration, options);
        return xmpp;
      },
    }),
  );
  const outcome = stream.session.then(
    () => 'session',
    (error: unknown) => error,
  );
  await stream.sendFeatures(features);
  return { stream, outcome };
}

const texts = (request: XmlElement): string[] =>
  [...(request.firstElement?.elements() ?? [])].map(({ name, text }) => `${name}: ${text}`);

/** Says no to a request, with that inside of the answer. */
const refuse = (stream: ScriptedStream, request: XmlElement, condition: string, inside = ''): Promise<void> =>
  stream.recv(
    `<iq type='error' id='${request.attribute('id')}'>${inside}<error type='cancel'>
      <${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
  );

describe('registering before the login', () => {
  it('asks, answers the fields, and logs in with the password that was chosen', async () => {
    const { stream, outcome } = await connecting({ register: () => ({ fields: { password: 'new', email: 'a@b' } }) });
    expect(stream.header?.from).toBeUndefined();
    const asked = await stream.nextSent();
    expect([asked.attribute('type'), asked.attribute('from'), asked.attribute('to')]).toEqual([
      'get',
      undefined,
      'example.org',
    ]);
    await stream.recvResult(asked, query('<instructions>Hi</instructions><username/><password/><email/><key>k1</key>'));
    const request = await stream.nextSent();
    expect(request.attribute('id')).not.toBe(asked.attribute('id'));
    expect(texts(request)).toEqual(['username: alice', 'password: new', 'email: a@b', 'key: k1']);
    await stream.recvResult(request);
    const auth = await stream.nextSent();
    expect(atob(auth.text)).toBe('\0alice\0new');
    await stream.recv(`<failure xmlns='${SASL}'><not-authorized/></failure>`);
    expect(await outcome).toMatchObject({ code: 'ERR_AUTH' });
  });

  it('answers a form and not the fields beside it', async () => {
    const { stream } = await connecting({ register: () => ({ fields: { password: 'new' }, form: { plan: 'gold' } }) });
    await stream.recvResult(
      await stream.nextSent(),
      query(
        `<username/><password/><x xmlns='jabber:x:data' type='form'>${field('username')}${field('password')}${field('plan')}</x>`,
      ),
    );
    const request = await stream.nextSent();
    expect([...(request.firstElement?.elements() ?? [])].map(({ name }) => name)).toEqual(['x']);
    const values = [...(request.firstElement?.firstElement?.elements() ?? [])].map((each) => each.child('value')?.text);
    expect(values).toEqual(['alice', 'new', 'gold']);
    await stream.recvResult(request);
    expect(atob((await stream.nextSent()).text)).toBe('\0alice\0new');
  });

  it.each([
    [
      'sends one elsewhere',
      `<instructions>Go</instructions><x xmlns='jabber:x:oob'><url>https://example.org/r</url></x>`,
      { code: 'ERR_REGISTRATION_REDIRECT', url: 'https://example.org/r' },
    ],
    ['asks for nothing', '', { code: 'ERR_REGISTRATION_NOT_OFFERED' }],
    ['asks for more', '<username/><password/><email/>', { code: 'ERR_REGISTRATION_INCOMPLETE', missing: ['email'] }],
  ])('ends the attempt where the server %s', async (_what, inside, error) => {
    const { stream, outcome } = await connecting({ register: () => ({ fields: { password: 'new' } }) });
    await stream.recvResult(await stream.nextSent(), query(inside));
    expect(await outcome).toMatchObject(error);
  });

  it('never sends an empty password', async () => {
    const { stream, outcome } = await connecting({ register: () => ({ fields: { password: '' } }) });
    await stream.recvResult(await stream.nextSent(), query('<username/><password/>'));
    expect(await outcome).toMatchObject({ code: 'ERR_REGISTRATION_INCOMPLETE', missing: ['password'] });
  });

  it.each([
    ['conflict', 'ERR_USERNAME_TAKEN'],
    ['not-acceptable', 'ERR_REGISTRATION_INCOMPLETE'],
    ['service-unavailable', 'ERR_REGISTRATION_NOT_OFFERED'],
    ['resource-constraint', 'ERR_STANZA'],
  ])('says what %s means, and nothing of the password', async (condition, code) => {
    const { stream, outcome } = await connecting({ register: () => ({ fields: { password: 'pw-1234' } }) });
    await stream.recvResult(await stream.nextSent(), query('<username/><password/>'));
    await refuse(
      stream,
      await stream.nextSent(),
      condition,
      query('<username>alice</username><password>pw-1234</password>'),
    );
    const error = await outcome;
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('pw-1234');
  });

  it('answers a CAPTCHA again where that was wrong, with what came anew, three times at most', async () => {
    const seen: [captcha: boolean, refused: boolean][] = [];
    let tries = 0;
    const { stream, outcome } = await connecting({
      register: ({ captcha, refused }) => {
        seen.push([captcha, refused !== undefined]);
        return { fields: { password: 'new' }, form: { ocr: `guess ${++tries}` } };
      },
    });
    await stream.recvResult(await stream.nextSent(), CAPTCHA);
    // It comes with the error, and where it does not the server is asked anew.
    await refuse(stream, await stream.nextSent(), 'not-acceptable', CAPTCHA);
    await refuse(stream, await stream.nextSent(), 'not-allowed');
    await stream.recvResult(await stream.nextSent(), CAPTCHA);
    const request = await stream.nextSent();
    expect(request.toString()).toContain('guess 3');
    await refuse(stream, request, 'not-allowed');
    expect(await outcome).toMatchObject({ code: 'ERR_STANZA', condition: 'not-allowed' });
    expect(seen).toEqual([
      [true, false],
      [true, true],
      [true, true],
    ]);
  });

  it('goes on after two wrong guesses', async () => {
    let tries = 0;
    const { stream } = await connecting({
      register: () => ({ fields: { password: 'new' }, form: { ocr: `${++tries}` } }),
    });
    await stream.recvResult(await stream.nextSent(), CAPTCHA);
    await refuse(stream, await stream.nextSent(), 'not-acceptable', CAPTCHA);
    await refuse(stream, await stream.nextSent(), 'not-acceptable', CAPTCHA);
    await stream.recvResult(await stream.nextSent());
    expect((await stream.nextSent()).name).toBe('auth');
  });

  it('needs TLS', async () => {
    const { stream, outcome } = await connecting(
      { register: () => ({ fields: { password: 'new' } }) },
      { secure: false },
    );
    expect(await outcome).toMatchObject({ code: 'ERR_REGISTRATION_PLAINTEXT' });
    expect(stream.sent.filter(({ name }) => name === 'iq')).toEqual([]);
  });

  it('asks a server that does not offer it only where it is told to', async () => {
    const register = (): undefined => undefined;
    const one = await connecting({ register }, { features: PLAIN });
    expect((await one.stream.nextSent()).name).toBe('auth');
    const other = await connecting({ register, probe: true }, { features: PLAIN });
    const asked = await other.stream.nextSent();
    expect(asked.name).toBe('iq');
    // Nobody is registered.
    await other.stream.recvResult(asked, query('<username/><password/>'));
    expect(atob((await other.stream.nextSent()).text)).toBe('\0alice\0old');
  });

  it('asks once on a connection where nobody is registered, also where it is told to ask in any case', async () => {
    let asked = 0;
    const register = (): undefined => {
      asked += 1;
    };
    const { stream } = await connecting({ register, probe: true });
    await stream.recvResult(await stream.nextSent(), query('<username/><password/>'));
    expect(atob((await stream.nextSent()).text)).toBe('\0alice\0old');
    expect(asked).toBe(1);
  });

  it('takes a name with its domain, and refuses another one than that of the account', async () => {
    const own = await connecting({ register: () => ({ fields: { username: 'alice@example.org', password: 'new' } }) });
    await own.stream.recvResult(await own.stream.nextSent(), query('<username/><password/>'));
    expect(texts(await own.stream.nextSent())).toContain('username: alice');
    const other = await connecting({ register: () => ({ fields: { username: 'bob', password: 'new' } }) });
    await other.stream.recvResult(await other.stream.nextSent(), query('<username/><password/>'));
    expect(await other.outcome).toMatchObject({ code: 'ERR_CONFIG', option: 'username' });
  });

  it('may be all that is wanted, of any name', async () => {
    const { stream, outcome } = await connecting({
      register: () => ({ fields: { username: 'bob', password: 'new' } }),
      thenDisconnect: true,
    });
    const told: string[] = [];
    stream.xmpp.on('registered', ({ jid }) => told.push(jid.full));
    await stream.recvResult(await stream.nextSent(), query('<username/><password/>'));
    const request = await stream.nextSent();
    expect(texts(request)).toEqual(['username: bob', 'password: new']);
    expect(told).toEqual([]);
    await stream.recvResult(request);
    expect(await outcome).toMatchObject({ code: 'ERR_NO_SESSION' });
    expect(told).toEqual(['bob@example.org']);
    expect(stream.sent.some(({ name }) => name === 'auth')).toBe(false);
  });

  it('is told with our address where no name was asked for', async () => {
    const { stream } = await connecting({ register: () => ({ fields: { password: 'new' } }) });
    const told: string[] = [];
    stream.xmpp.on('registered', ({ jid }) => told.push(jid.full));
    await stream.recvResult(await stream.nextSent(), query('<password/>'));
    await stream.recvResult(await stream.nextSent());
    expect(told).toEqual(['alice@example.org']);
  });

  it('is done once: the next connection logs in, and says who it is', async () => {
    let asked = 0;
    const register = () => {
      asked += 1;
      return { fields: { password: 'new' } };
    };
    const { stream } = await connecting({ register });
    await stream.recvResult(await stream.nextSent(), query('<username/><password/>'));
    await stream.recvResult(await stream.nextSent());
    expect((await stream.nextSent()).name).toBe('auth');
    await stream.drop();
    await stream.connect();
    expect(stream.header?.from).toBe('alice@example.org');
    stream.skipSent();
    await stream.sendFeatures(FEATURE + PLAIN);
    expect((await stream.nextSent()).name).toBe('auth');
    expect(asked).toBe(1);
  });

  it('asks again on the next connection where nobody was registered on this one', async () => {
    let asked = 0;
    const register = (): undefined => {
      asked += 1;
    };
    const { stream } = await connecting({ register });
    await stream.recvResult(await stream.nextSent(), query('<username/><password/>'));
    await stream.drop();
    await stream.connect();
    stream.skipSent();
    await stream.sendFeatures(FEATURE + PLAIN);
    await stream.recvResult(await stream.nextSent(), query('<username/><password/>'));
    expect((await stream.nextSent()).name).toBe('auth');
    expect(asked).toBe(2);
  });

  it('does without TLS where that is allowed', async () => {
    const { stream } = await connecting(
      { register: () => ({ fields: { password: 'new' } }), allowPlaintext: true },
      { secure: false },
    );
    expect((await stream.nextSent()).name).toBe('iq');
  });

  it('is given up where the server does not even say what it asks for', async () => {
    const { stream, outcome } = await connecting({ register: () => ({ fields: { password: 'new' } }) });
    await refuse(stream, await stream.nextSent(), 'service-unavailable');
    expect(await outcome).toMatchObject({ code: 'ERR_REGISTRATION_NOT_OFFERED', service: 'example.org' });
  });

  it('is given up where the server says no more than that it has heard', async () => {
    const { stream, outcome } = await connecting({ register: () => ({ fields: { password: 'new' } }) });
    await stream.recvResult(await stream.nextSent());
    expect(await outcome).toMatchObject({ code: 'ERR_REGISTRATION_NOT_OFFERED', service: 'example.org' });
  });

  it('does not guess again where a name is taken, or where there was no CAPTCHA', async () => {
    for (const [offer, condition, inside, code] of [
      [CAPTCHA, 'conflict', CAPTCHA, 'ERR_USERNAME_TAKEN'],
      [query('<username/><password/>'), 'not-allowed', '', 'ERR_STANZA'],
    ] as const) {
      const { stream, outcome } = await connecting({
        register: () => ({ fields: { password: 'new' }, form: { ocr: 'a' } }),
      });
      await stream.recvResult(await stream.nextSent(), offer);
      await refuse(stream, await stream.nextSent(), condition, inside);
      expect(await outcome).toMatchObject({ code });
    }
  });

  it('ends with the plugin: who connects later says who it is, and logs in', async () => {
    const { stream } = await connecting({ register: () => ({ fields: { password: 'new' } }) });
    stream.xmpp.remove(InBandRegistration);
    await stream.drop();
    await stream.connect();
    expect(stream.header?.from).toBe('alice@example.org');
    stream.skipSent();
    await stream.sendFeatures(FEATURE + PLAIN);
    expect((await stream.nextSent()).name).toBe('auth');
  });

  it('believes nobody else, and ends with the plugin', async () => {
    const { stream, outcome } = await connecting({ register: () => ({ fields: { password: 'new' } }) });
    const asked = await stream.nextSent();
    await stream.recv(
      `<iq type='result' id='${asked.attribute('id')}' from='evil.example'>${query('<username/>')}</iq>`,
    );
    await stream.expectNothingSent();
    stream.xmpp.remove(InBandRegistration);
    expect(await outcome).toBeInstanceOf(Error);
  });

  it('ends where the function never does and the attempt is given up', async () => {
    const { stream, outcome } = await connecting({ register: () => new Promise(() => {}) });
    await stream.recvResult(await stream.nextSent(), query('<username/><password/>'));
    await stream.drop();
    expect(await outcome).toBeInstanceOf(Error);
  });
});
