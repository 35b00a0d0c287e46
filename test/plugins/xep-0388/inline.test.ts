import { createHmac } from 'node:crypto';
import { XmlElement } from '@sestina/core';
import { HtMechanism } from '@sestina/sasl';
import { Sasl2 } from '@sestina/xep-0388';
import type { InlineFeature, InlineWay } from '@sestina/xep-0388/inline';
import { describe, expect, it } from 'vitest';
import { RecordingTracer } from '../../support/recorders.js';
import { ACCOUNT, failure, NS_SASL2, rejection, Sasl2Server } from '../../support/sasl2.js';

const X = "<x xmlns='urn:x'/>";
const Y = "<y xmlns='urn:y'/>";

async function started(
  offer: Parameters<(typeof Sasl2Server)['prototype']['stream']['open']>[0],
  ...features: readonly InlineFeature[]
) {
  const server = new Sasl2Server();
  const tracer = new RecordingTracer();
  const client = server.client({ tracer });
  const sasl2 = client.use(Sasl2);
  const registrations = features.map((feature) => sasl2.inline(feature));
  const { stream, connecting } = await server.connect(client);
  await stream.open(offer);
  return { server, client, sasl2, stream, connecting, registrations, tracer };
}

/** Wishes for an element of that name, and notes what is done. */
function wishing(name: string, log: string[] = [], more: Partial<InlineFeature> = {}): InlineFeature {
  return {
    namespace: `urn:${name}`,
    offer: (_offered, { mechanism }) => {
      log.push(`${name} offers ${mechanism}`);
      return new XmlElement(`wish-${name}`, `urn:${name}`);
    },
    done: ({ jid, outcome }) => void log.push(`${name} done ${jid} ${outcome}`),
    ...more,
  };
}

/** Logs in by a token. */
function token(refused: (error: Error) => void, alone = false): NonNullable<InlineFeature['way']> {
  const mechanism = HtMechanism.named('HT-SHA-256-NONE', []);
  if (!mechanism) throw new Error('there is no such mechanism');
  const way: InlineWay = { mechanism, credentials: { username: 'alice', hashedToken: 't' }, alone, refused };
  return async () => way;
}
const namesIn = (xml: XmlElement): string[] => [...xml.elements()].map(({ name }) => name);

describe('what is asked for within a login', () => {
  it('is what is offered, what resumes first, and all of it is told how it ended', async () => {
    const log: string[] = [];
    const two = [new XmlElement('one', 'urn:z'), new XmlElement('two', 'urn:z')];
    const { client, stream, connecting } = await started(
      { inline: X + Y, more: "<z xmlns='urn:z'/>" },
      wishing('x', log),
      wishing('y', log, { resumes: true }),
      { namespace: 'urn:z', offer: () => two },
      wishing('not', log),
      wishing('x', log, { offer: () => undefined }),
    );
    const asked = await stream.login();
    await stream.bind();
    await connecting;
    expect(namesIn(asked).filter((name) => name !== 'initial-response')).toEqual([
      'user-agent',
      'wish-y',
      'wish-x',
      'one',
      'two',
    ]);
    expect(log).toEqual([
      'y offers SCRAM-SHA-256',
      'x offers SCRAM-SHA-256',
      `y done ${ACCOUNT} undefined`,
      `x done ${ACCOUNT} undefined`,
    ]);
    await client.dispose();
  });

  it('may end it, and the others are told', async () => {
    const log: string[] = [];
    const ending = wishing('y', log, { resumes: true, done: () => 'done' });
    const { stream, connecting } = await started({ inline: X + Y }, wishing('x', log), ending);
    await stream.login({ features: false });
    await rejection(connecting);
    expect(log.at(-1)).toBe(`x done ${ACCOUNT} done`);
    expect(stream.peer.received).not.toContain('<iq');
  });

  it('is nothing of what was withdrawn, also meanwhile', async () => {
    const log: string[] = [];
    const { client, stream, connecting, registrations } = await started(
      { inline: X + Y },
      wishing('x', log),
      wishing('y', log),
    );
    const authenticate = await stream.authenticate();
    registrations[0]?.dispose();
    await stream.success({ data: await stream.scram(authenticate) });
    await stream.bind();
    await connecting;
    expect(log.filter((line) => line.includes('done'))).toEqual([`y done ${ACCOUNT} undefined`]);
    await client.dispose();
  });
});

describe('a way of its own', () => {
  it('that is refused is followed by that of the credentials, on the same stream', async () => {
    const log: string[] = [];
    const refusals: unknown[] = [];
    const feature = wishing('x', log, { way: token((error) => void refusals.push(error)) });
    const { client, stream, connecting } = await started({ inline: X }, wishing('y', log), feature);
    expect((await stream.authenticate()).attribute('mechanism')).toBe('HT-SHA-256-NONE');
    await stream.say(failure('not-authorized'));
    await stream.login();
    await stream.bind();
    await connecting;
    expect(refusals).toMatchObject([{ reason: 'not-authorized' }]);
    expect(log).toEqual(['x offers HT-SHA-256-NONE', 'x offers SCRAM-SHA-256', `x done ${ACCOUNT} undefined`]);
    await client.dispose();
  });

  it('that is taken is all that is said', async () => {
    const log: string[] = [];
    const { client, stream, connecting } = await started(
      { inline: X + Y },
      wishing('y', log),
      wishing('x', log, { way: token(() => {}) }),
    );
    const asked = await stream.authenticate();
    expect(namesIn(asked)).toContain('wish-y');
    await stream.success({ data: createHmac('sha256', 't').update('Responder').digest('base64') });
    await stream.bind();
    await connecting;
    expect(log.filter((line) => line.includes('offers'))).toHaveLength(2);
    await client.dispose();
  });

  it('that is for itself alone asks for nothing else, and nothing is tried after it', async () => {
    const log: string[] = [];
    const refusals: unknown[] = [];
    const feature = wishing('x', log, { way: token((error) => void refusals.push(error), true) });
    const { stream, connecting } = await started({ inline: X + Y }, wishing('y', log), feature);
    expect(namesIn(await stream.authenticate())).not.toContain('wish-y');
    await stream.say(failure('not-authorized'));
    expect(await rejection(connecting)).toMatchObject({ reason: 'not-authorized' });
    expect([refusals.length, log]).toEqual([1, ['x offers HT-SHA-256-NONE']]);
    expect(stream.peer.received.match(/<authenticate/g)).toHaveLength(1);
  });

  it('of a server that does not prove itself was not refused, and nothing more is said', async () => {
    const refusals: unknown[] = [];
    const feature = wishing('x', [], { way: token((error) => void refusals.push(error)) });
    const { stream, connecting } = await started({ inline: X }, feature);
    await stream.authenticate();
    await stream.success({ data: Buffer.from('x'.repeat(32)).toString('base64') });
    expect(await rejection(connecting)).toMatchObject({ reason: 'server-not-authenticated' });
    expect([refusals, stream.peer.received.match(/<authenticate/g)?.length]).toEqual([[], 1]);
  });

  it('after which a server takes nothing else is tried again later, and no other failure is', async () => {
    for (const [condition, reason] of [
      ['invalid-mechanism', 'temporary-auth-failure'],
      ['account-disabled', 'account-disabled'],
    ] as const) {
      const feature = wishing('x', [], { way: token(() => {}) });
      const { stream, connecting } = await started({ inline: X }, feature);
      await stream.authenticate();
      await stream.say(failure('not-authorized'));
      await stream.authenticate();
      await stream.say(failure(condition));
      const error = await rejection(connecting);
      expect(error).toMatchObject({ reason });
      expect(error['cause'] instanceof Error).toBe(condition === 'invalid-mechanism');
    }
  });
});

describe('what a server says', () => {
  it('may have white space around it', async () => {
    const { client, stream, connecting } = await started({ mechanisms: ['\n SCRAM-SHA-256 '] });
    await stream.login({ jid: `\n ${ACCOUNT} ` });
    await stream.bind();
    await connecting;
    await client.dispose();
  });

  it.each([
    ['<authorization-identifier>a@b@c</authorization-identifier>', 'the server says that this is "a@b@c"'],
    ['', 'the server does not say who this is'],
  ])('is no address: %s', async (inside, message) => {
    const { stream, connecting } = await started({});
    const data = await stream.scram(await stream.authenticate());
    await stream.say(`<success xmlns='${NS_SASL2}'><additional-data>${data}</additional-data>${inside}</success>`);
    expect((await rejection(connecting)).message).toContain(message);
  });
});

describe('a task', () => {
  const wants = (data: string, inside: string): string =>
    `<continue xmlns='${NS_SASL2}'>${data && `<additional-data>${data}</additional-data>`}${inside}</continue>`;
  const task = (...names: string[]): string =>
    `<tasks>${names.map((name) => `<task> ${name} </task>`).join('')}</tasks>`;
  async function wanted(inside: string, ...tasks: Parameters<Sasl2['task']>[]) {
    const world = await started({});
    const events: unknown[] = [];
    world.client.on('saslTask', (event) => events.push(event));
    for (const each of tasks) world.sasl2.task(...each);
    const data = await world.stream.scram(await world.stream.authenticate());
    await world.stream.say(wants(data, inside));
    return { ...world, events };
  }
  const why = (error: Error & Record<string, unknown>): string => {
    const cause = error['cause'] as Error | undefined;
    return `${error.message} ${cause?.message} ${(cause?.cause as Error | undefined)?.message}`;
  };

  it.each([
    ['', [], 'no task at all'],
    [task(...'abcdefghi'), [...'abcdefghi'], '"a, b, c, d, e, f, g, h"'],
  ])('that is none, or unknown: %#', async (inside, choices, names) => {
    const { connecting, tracer, events } = await wanted(inside);
    expect(why(await rejection(connecting))).toContain(`the server wants ${names}`);
    expect(events).toEqual([{ name: undefined, choices, text: undefined }]);
    expect(tracer.sent.at(-1)).toContain('<abort');
  });

  it('that fails here ends the login, and the server is told', async () => {
    const failing = () => Promise.reject(new RangeError('no code'));
    const { connecting, tracer } = await wanted(task('X'), ['X', failing]);
    expect(why(await rejection(connecting))).toContain('no code');
    expect(tracer.sent.at(-1)).toContain('<abort');
  });

  it.each([
    [`<presence/>`, 'the task "X" failed'],
    [`<challenge xmlns='${NS_SASL2}'/>`, 'the task "X" failed'],
    [`<task-data xmlns='${NS_SASL2}'/>`, 'the task "X" has ended here'],
  ])('is not answered with %s', async (answer, message) => {
    const { connecting, stream } = await wanted(task('X'), ['X', async () => {}]);
    await stream.next('next');
    await stream.say(answer);
    expect(why(await rejection(connecting))).toContain(message);
  });

  it('hears that it is over as often as it asks', async () => {
    const heard: unknown[] = [];
    const { client, connecting, stream } = await wanted(task('X'), [
      'X',
      async (exchange) => {
        heard.push(await exchange.receive(), await exchange.receive());
      },
    ]);
    await stream.next('next');
    await stream.success();
    await stream.bind();
    await connecting;
    expect([heard, stream.peer.received.match(/<next/g)?.length]).toEqual([[undefined, undefined], 1]);
    await client.dispose();
  });

  it('is done eight times in a login at most', async () => {
    const { connecting, stream } = await wanted(task('X'), ['X', async () => {}]);
    for (let round = 0; round < 8; round++) await stream.say(wants('', task('X')));
    expect(why(await rejection(connecting))).toContain('more than 8 tasks');
    expect(stream.peer.received.match(/<next/g)).toHaveLength(8);
  });

  it('can be given another name’s place once it is taken out', async () => {
    const { client, sasl2 } = await started({});
    sasl2.task('X', async () => {}).dispose();
    sasl2.task('X', async () => {}).dispose();
    await client.dispose();
  });
});

it('a client says that it is the one that it was told to be, and that is a UUID of version 4', async () => {
  const server = new Sasl2Server();
  const client = server.client();
  const clientId = '00000000-0000-4000-8000-000000000000';
  client.use(Sasl2, { clientId });
  const { stream } = await server.connect(client);
  await stream.open();
  expect((await stream.authenticate()).child('user-agent', NS_SASL2)?.attribute('id')).toBe(clientId);
  await client.dispose();
  for (const wrong of [5, true, `${clientId}0`, clientId.replace('-4', '-1')]) {
    expect(() => server.client().use(Sasl2, { clientId: wrong as never })).toThrow('UUID of version 4');
  }
});
