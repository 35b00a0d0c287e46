import { Iq, JID, StanzaError } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { formType, single } from '@sestina/xep-0004';
import { afterEach, describe, expect, it } from 'vitest';
import {
  InBandRegistration,
  type InBandRegistrationOptions,
  NS_REGISTER,
  RegisterQuery,
  type RegistrationInfo,
  type RegistrationProvider,
  type ServeOptions,
} from '../src/index.js';

const streams = useStreams(afterEach);
const GATEWAY = 'gateway.example.org';
const JULIET = 'juliet@capulet.example/balcony';
const Plan = formType('jabber:iq:register', { plan: single('plan').required() });

/** Keeps registrations, and says what it was asked. */
class Provider implements RegistrationProvider {
  readonly kept = new Map<string, object>();
  readonly log: string[] = [];

  constructor(
    readonly asks: Omit<RegistrationInfo, 'registered'> = { fields: { username: 'kept', password: 'kept pw' } },
  ) {}

  info(from: { full: string }): RegistrationInfo {
    return { ...this.asks, registered: this.kept.has(from.full) };
  }

  async register(from: { full: string }, { fields }: { fields: object }): Promise<void> {
    this.log.push(`register ${from.full} ${JSON.stringify(fields)}`);
    this.kept.set(from.full, fields);
  }

  remove(from: { full: string }): void {
    this.log.push(`remove ${from.full}`);
    this.kept.delete(from.full);
  }
}

async function serving(
  provider: RegistrationProvider,
  options: Partial<InBandRegistrationOptions> = {},
  serve: ServeOptions = {},
) {
  const stream = streams.keep(
    await ScriptedStream.start({ kind: 'component', jid: GATEWAY, plugins: [[InBandRegistration, options]] }),
  );
  const registration = stream.xmpp.plugin(InBandRegistration).serve(provider, serve);
  const events: string[] = [];
  stream.xmpp.on('userRegistered', ({ jid }) => events.push(`registered ${jid}`));
  stream.xmpp.on('userUnregistered', ({ jid }) => events.push(`unregistered ${jid}`));
  let count = 0;
  const ask = async (type: 'get' | 'set', inside = '', { from = JULIET, to = GATEWAY } = {}) => {
    count += 1;
    await stream.recv(
      `<iq type='${type}' id='r${count}' from='${from}' to='${to}'><query xmlns='${NS_REGISTER}'>${inside}</query></iq>`,
    );
    const iq = new Iq(await stream.nextSent());
    return { iq, error: iq.error?.condition, query: iq.payload(RegisterQuery) };
  };
  return { stream, ask, events, registration };
}

const CREDENTIALS = '<username>j</username><password>pw-1234</password>';

describe('who registers with us', () => {
  it('is who the server says: registered, changed, removed, and told of', async () => {
    const provider = new Provider();
    const { ask, events } = await serving(provider);
    const first = await ask('get');
    expect([first.query?.registered, [...(first.query?.fields ?? [])]]).toEqual([
      false,
      [
        ['username', 'kept'],
        // A password is nobody's to read.
        ['password', ''],
      ],
    ]);
    // What it says in the query of who it is counts for nothing.
    expect(
      (await ask('set', `<username>romeo@montague.example</username><password>p</password>`)).error,
    ).toBeUndefined();
    expect([...provider.kept.keys()]).toEqual(['juliet@capulet.example']);
    expect((await ask('get')).query?.registered).toBe(true);
    expect((await ask('set', '<username>j</username><password/>')).error).toBeUndefined();
    expect(provider.log.at(-1)).toBe('register juliet@capulet.example {"username":"j"}');
    expect((await ask('set', '<remove/>', { from: 'romeo@montague.example/x' })).error).toBe('registration-required');
    expect((await ask('set', `<remove/>${CREDENTIALS}`)).error).toBe('bad-request');
    expect((await ask('set', '<remove/>', { from: 'juliet@capulet.example/chamber' })).error).toBeUndefined();
    expect([provider.kept.size, events]).toEqual([
      0,
      ['registered juliet@capulet.example', 'registered juliet@capulet.example', 'unregistered juliet@capulet.example'],
    ]);
  });

  it('has to answer what is asked, and reads nothing of what was given in a refusal', async () => {
    const provider = new Provider();
    const { ask, events } = await serving(provider);
    const refused = await ask('set', '<password>pw-1234</password>');
    expect([refused.error, refused.iq.error?.text]).toEqual(['not-acceptable', 'missing or wrong: username']);
    expect(refused.iq.toString()).not.toContain('pw-1234');
    expect([provider.log, events]).toEqual([[], []]);
  });

  it('fills in a form where there is one', async () => {
    const provider = new Provider({
      form: Plan.form({}, { fields: { plan: { required: true } } }),
      url: 'https://example.org',
    });
    const { ask } = await serving(provider);
    const offered = await ask('get');
    expect([offered.query?.form?.formType, offered.query?.redirection?.url]).toEqual([
      NS_REGISTER,
      'https://example.org',
    ]);
    const submit = (plan: string) =>
      `<x xmlns='jabber:x:data' type='submit'><field var='plan'><value>${plan}</value></field></x>`;
    expect((await ask('set', submit(''))).error).toBe('not-acceptable');
    expect((await ask('set', CREDENTIALS)).error).toBe('not-acceptable');
    expect((await ask('set', submit('gold'))).error).toBeUndefined();
  });

  it('is told all that the provider asks for, and may fill in a form that has the fields of old', async () => {
    const provider = new Provider({
      instructions: 'Say who you are.',
      fields: { username: '', email: 'kept@capulet.example' },
      form: formType('jabber:iq:register', { username: single('username'), plan: single('plan') }).form(
        {},
        { fields: { username: { required: true } } },
      ),
    });
    const { ask, stream } = await serving(provider);
    const told: unknown[] = [];
    stream.xmpp.on('userRegistered', ({ to, answer }) =>
      told.push([to?.full, answer.fields, answer.form !== undefined]),
    );
    const { query } = await ask('get');
    expect([query?.instructions, query?.redirection, [...(query?.fields ?? [])]]).toEqual([
      'Say who you are.',
      undefined,
      [
        ['username', ''],
        ['email', 'kept@capulet.example'],
      ],
    ]);
    const submit = (...fields: readonly (readonly [string, string])[]) =>
      `<x xmlns='jabber:x:data' type='submit'>${fields.map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`).join('')}</x>`;
    const refused = await ask('set', submit(['plan', 'gold']));
    expect([refused.error, refused.iq.error?.text]).toEqual(['not-acceptable', 'missing or wrong: username']);
    expect((await ask('set', submit(['username', 'j'], ['plan', 'gold'], ['email', '']))).error).toBeUndefined();
    // Who fills in the form of another time does not change a password by itself.
    await ask('set', '<username>j</username><email>new@capulet.example</email>');
    expect(told).toEqual([
      [GATEWAY, { username: 'j' }, true],
      [GATEWAY, { username: 'j', email: 'new@capulet.example' }, false],
    ]);
  });

  it('has nothing to answer where a form alone is asked for, or nothing at all', async () => {
    for (const asks of [{ form: Plan.form() }, {}]) {
      const { ask } = await serving(new Provider(asks));
      const refused = await ask('set', CREDENTIALS);
      expect([refused.error, refused.iq.error?.text]).toEqual(['not-acceptable', 'missing or wrong: a form']);
    }
    const { ask } = await serving(new Provider());
    const form = `<x xmlns='jabber:x:data' type='submit'><field var='plan'><value>gold</value></field></x>`;
    expect((await ask('set', form)).error).toBe('not-acceptable');
  });

  it('has to say a password once, and may leave it away when something else changes', async () => {
    const provider = Object.assign(new Provider({ fields: { username: '', password: '', email: '' } }), {
      changePassword: () => void provider.log.push('password'),
    });
    const { ask } = await serving(provider);
    expect((await ask('set', '<username>j</username><email>e</email>')).iq.error?.text).toBe(
      'missing or wrong: password',
    );
    expect((await ask('set', CREDENTIALS)).iq.error?.text).toBe('missing or wrong: email');
    expect((await ask('set', `${CREDENTIALS}<email>e</email>`)).error).toBeUndefined();
    expect((await ask('set', '<username>j</username><email>f</email>')).error).toBeUndefined();
    expect((await ask('set', '<password>p</password>')).error).toBeUndefined();
    expect((await ask('set', `${CREDENTIALS}<email>g</email>`)).error).toBeUndefined();
    expect(provider.log.map((line) => line.split(' ')[0])).toEqual(['register', 'register', 'password', 'register']);
  });

  it('may not fill in more fields than anybody means', async () => {
    const { ask, stream } = await serving(new Provider({ form: Plan.form() }));
    const inside = `<x xmlns='jabber:x:data' type='submit'>${"<field var='f'/>".repeat(1_001)}</x>`;
    expect([(await ask('set', inside)).error, stream.errors]).toEqual(['bad-request', []]);
  });

  it('changes a password where the provider knows how', async () => {
    const changed: string[] = [];
    const provider = Object.assign(new Provider(), {
      changePassword: (from: { full: string }, password: string) => void changed.push(`${from.full} ${password}`),
    });
    const { ask } = await serving(provider);
    await ask('set', CREDENTIALS);
    expect([changed, provider.log.length]).toEqual([[], 1]);
    await ask('set', CREDENTIALS);
    expect([changed, provider.log.length]).toEqual([['juliet@capulet.example pw-1234'], 1]);
  });

  it('gets the refusal of the provider, and no event tells of it', async () => {
    const provider = new Provider();
    provider.register = () => Promise.reject(new StanzaError('conflict'));
    const { ask, events } = await serving(provider);
    expect([(await ask('set', CREDENTIALS)).error, events]).toEqual(['conflict', []]);
  });

  it('has one turn at a time', async () => {
    const provider = new Provider();
    const { promise, resolve } = deferred();
    const entered: string[] = [];
    provider.register = async (from) => {
      entered.push(from.full);
      await promise;
    };
    const { stream } = await serving(provider);
    const set = (id: string, from: string) =>
      stream.recv(
        `<iq type='set' id='${id}' from='${from}' to='${GATEWAY}'><query xmlns='${NS_REGISTER}'>${CREDENTIALS}</query></iq>`,
      );
    await set('a', JULIET);
    await set('b', 'juliet@capulet.example/chamber');
    await set('c', 'romeo@montague.example/x');
    expect(entered).toEqual(['juliet@capulet.example', 'romeo@montague.example']);
    resolve();
    await stream.idle();
    expect(entered.length).toBe(3);
  });

  it('has so many attempts in an hour, as an account and as a domain', async () => {
    const { ask, stream } = await serving(new Provider(), { attemptsPerAccount: 2, attemptsPerDomain: 3 });
    const eve = { from: 'eve@evil.example/x' };
    const outcomes: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) outcomes.push((await ask('set', CREDENTIALS, eve)).error);
    for (const name of ['a', 'b'])
      outcomes.push((await ask('set', CREDENTIALS, { from: `${name}@evil.example/x` })).error);
    expect(outcomes).toEqual([undefined, undefined, 'resource-constraint', undefined, 'resource-constraint']);
    expect((await ask('set', CREDENTIALS)).error).toBeUndefined();
    await stream.clock.advance(3_599_000);
    expect((await ask('set', CREDENTIALS, eve)).error).toBe('resource-constraint');
    await stream.clock.advance(3_600_001);
    expect((await ask('set', CREDENTIALS, eve)).error).toBeUndefined();
  });

  it('learns nothing where it may not, where nothing is served, and once that is over', async () => {
    const { ask, registration, stream } = await serving(
      new Provider(),
      {},
      { place: `sms@${GATEWAY}`, allow: (from) => from?.domain === 'capulet.example' },
    );
    const at = { to: `sms@${GATEWAY}` };
    expect((await ask('get', '', at)).error).toBeUndefined();
    expect((await ask('get')).error).toBe('service-unavailable');
    expect((await ask('get', '', { ...at, from: 'eve@evil.example/x' })).error).toBe('service-unavailable');
    registration.dispose();
    expect((await ask('get', '', at)).error).toBe('service-unavailable');
    expect([...stream.xmpp.advertised]).not.toContain(NS_REGISTER);
  });

  it('announces it only while it is served', async () => {
    const { stream, registration } = await serving(new Provider());
    expect([...stream.xmpp.advertised]).toContain(NS_REGISTER);
    registration.dispose();
    expect([...stream.xmpp.advertised]).not.toContain(NS_REGISTER);
  });
});

describe('a client', () => {
  it('registers its contacts, and nobody else unless it is told to', async () => {
    const stream = streams.keep(
      await ScriptedStream.start({ jid: 'alice@example.org/phone', plugins: [InBandRegistration] }),
    );
    const provider = new Provider();
    const plugin = stream.xmpp.plugin(InBandRegistration);
    const ask = async (from: string) => {
      stream.skipSent();
      await stream.recv(
        `<iq type='get' id='r' from='${from}' to='alice@example.org/phone'><query xmlns='${NS_REGISTER}'/></iq>`,
      );
      return new Iq(await stream.nextSent()).error?.condition;
    };
    const first = plugin.serve(provider);
    stream.xmpp.roster.of().apply([{ jid: JID.from('juliet@capulet.example'), subscription: 'both' }]);
    await stream.idle();
    expect([await ask(JULIET), await ask('eve@evil.example/x')]).toEqual([undefined, 'service-unavailable']);
    first.dispose();
    plugin.serve(provider, { allow: 'everybody' });
    expect(await ask('eve@evil.example/x')).toBeUndefined();
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
