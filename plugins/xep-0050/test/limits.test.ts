import type { XmlElement } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_DATA } from '@sestina/xep-0004';
import { afterEach, describe, expect, it } from 'vitest';
import { AdHocCommands, type AdHocCommandsOptions, type CommandSession, NS_COMMANDS } from '../src/index.js';
import { BOT, bot, JULIET, look, named, step, wizard } from './asker.js';

const streams = useStreams(afterEach);
const SERVICE = 'service.example';

async function offering(options: Partial<AdHocCommandsOptions> = {}) {
  const stream = streams.keep(await ScriptedStream.start(bot(options)));
  return { stream, commands: stream.xmpp.plugin(AdHocCommands) };
}

const answer = (attributes: string, inside = ''): string =>
  `<command xmlns='${NS_COMMANDS}' node='n' ${attributes}>${inside}</command>`;
const STAGE = answer(
  `sessionid='s1' status='executing'`,
  `<actions><next/></actions><x xmlns='${NS_DATA}' type='form'><field var='name'><required/></field></x>`,
);

async function executed(payload = STAGE) {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [AdHocCommands] }));
  const commands = stream.xmpp.plugin(AdHocCommands);
  const begun = commands.execute(SERVICE, 'n');
  await stream.recvResult(await stream.nextSent(), payload);
  return { stream, commands, session: (await begun) as CommandSession };
}

describe('an option that cannot be meant is named', () => {
  it.each([
    ...['sessions', 'sessionsPerAccount', 'sessionTimeout', 'sessionBytes', 'stepTimeout'].flatMap((name) =>
      [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'].map((value) => [name, value] as const),
    ),
    ['answer', 'somebody'],
    ['validators', 'none'],
    ['validators', [() => [], 5]],
  ] as const)('%s: %o', async (option, value) => {
    await expect(offering({ [option]: value } as never)).rejects.toMatchObject({ code: 'ERR_CONFIG', option });
  });

  it('and what can be is taken', async () => {
    for (const answers of ['account', 'contacts', 'everybody', 'nobody', () => true] as const)
      await expect(offering({ answer: answers, sessions: 1, stepTimeout: 1, validators: [] })).resolves.toBeDefined();
  });

  it('also of a command', async () => {
    const { commands } = await offering();
    commands.add(wizard());
    for (const [command, option] of [
      [{ node: '', run: () => undefined }, 'node'],
      [{ node: 'a', run: 5 }, 'run'],
      [wizard(), 'node'],
    ] as const)
      expect(() => commands.add(command as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }));
  });
});

describe('an execution', () => {
  it('waits for its asker for as long as it is to, from each stage on', async () => {
    const { stream, commands } = await offering({ sessionTimeout: 1_000 });
    commands.add(wizard());
    const { command } = await step(stream, `node='wizard'`);
    await stream.clock.advance(999);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    expect(look(await step(stream, on, named('a')))).toEqual(['executing', 'two', undefined]);
    await stream.clock.advance(999);
    expect(look(await step(stream, on, named('')))[1]).toBe('two');
    await stream.clock.advance(999);
    expect(commands.executions).toBe(1);
    expect(stream.clock.pending.every(({ background }) => background)).toBe(true);
    await stream.clock.advance(1);
    expect(commands.executions).toBe(0);
    expect((await step(stream, on, named('b'))).error).toBe('not-allowed session-expired');
  });

  it('is over with all resources of an account that is gone, and leaves its place to others', async () => {
    const { stream, commands } = await offering({ sessions: 1, sessionsPerAccount: 1 });
    commands.add(wizard());
    await step(stream, `node='wizard'`);
    expect((await step(stream, `node='wizard'`, { from: 'romeo@montague.example/x' })).error).toBe(
      'resource-constraint',
    );
    await stream.recv(`<presence type='unavailable' from='montague.example' to='${BOT}'/>`);
    expect(commands.executions).toBe(1);
    await stream.recv(`<presence type='unavailable' from='juliet@capulet.example' to='${BOT}'/>`);
    expect(commands.executions).toBe(0);
    expect((await step(stream, `node='wizard'`, { from: 'romeo@montague.example/x' })).error).toBeUndefined();
  });

  it('that is over is known of a thousand, and of its asker alone', async () => {
    const { stream, commands } = await offering();
    commands.add(wizard());
    const run = async (): Promise<string> => {
      const { command } = await step(stream, `node='wizard'`);
      const on = `node='wizard' sessionid='${command.sessionId}'`;
      await step(stream, `${on} action='cancel'`);
      return on;
    };
    const first = await run();
    const second = await run();
    for (let i = 0; i < 998; i++) await run();
    expect((await step(stream, second, { ...named('a'), from: 'romeo@montague.example/x' })).error).toBe(
      'bad-request bad-sessionid',
    );
    expect((await step(stream, second)).error).toBe('not-allowed session-expired');
    await run();
    expect((await step(stream, first)).error).toBe('bad-request bad-sessionid');
    expect((await step(stream, second)).error).toBe('not-allowed session-expired');
  });

  it('is of the command as it was added', async () => {
    const { stream, commands } = await offering();
    const command = { ...wizard(), allow: 'everybody' as 'everybody' | 'nobody' };
    commands.add(command);
    command.allow = 'nobody';
    expect((await step(stream, `node='wizard'`)).error).toBeUndefined();
    stream.xmpp.remove(AdHocCommands);
    expect(() => commands.add(wizard([], { node: 'late' }))).toThrow(
      expect.objectContaining({ code: 'ERR_PLUGIN_MISSING' }),
    );
  });
});

describe('what goes wrong says what, and of which command', () => {
  it('an answer that is none', async () => {
    const { stream, session } = await executed();
    const next = expect(session.next({ name: 'a' })).rejects.toMatchObject({
      code: 'ERR_COMMAND_PROTOCOL',
      node: 'n',
      fault: 'the answer belongs to another execution',
    });
    await stream.recvResult(await stream.nextSent(), answer(`sessionid='s2' status='completed'`));
    await next;
    await expect(session.next()).rejects.toMatchObject({ code: 'ERR_COMMAND_ACTION', action: 'next' });
  });

  it('an execution that the other side has forgotten, by either word', async () => {
    for (const word of ['session-expired', 'bad-sessionid']) {
      const { stream, session } = await executed();
      const next = expect(session.next({ name: 'a' })).rejects.toMatchObject({
        code: 'ERR_COMMAND_EXPIRED',
        node: 'n',
        cause: { condition: 'bad-request' },
      });
      const request = await stream.nextSent();
      await stream.recv(
        `<iq type='error' id='${request.attribute('id')}' from='${SERVICE}'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><${word} xmlns='${NS_COMMANDS}'/></error></iq>`,
      );
      await next;
      expect([session.status, session.actions.size]).toEqual(['canceled', 0]);
    }
  });

  it('an action that is not offered', async () => {
    const { stream, session } = await executed();
    await expect(session.prev()).rejects.toMatchObject({ code: 'ERR_COMMAND_ACTION', action: 'prev' });
    await expect(session.prev()).rejects.toMatchObject({ offered: new Set(['next']) });
    await stream.expectNothingSent();
  });

  it('answers that are missing, with a form that no log prints', async () => {
    const { stream, commands } = await executed();
    const ran = commands.run(SERVICE, 'n').catch((error: unknown) => error);
    await stream.recvResult(await stream.nextSent(), STAGE);
    await stream.recvResult(await stream.nextSent(), answer(`sessionid='s1' status='canceled'`));
    const error = (await ran) as { form?: { field(name: string): unknown } };
    expect(error).toMatchObject({ code: 'ERR_COMMAND_NEEDS_INPUT', node: 'n' });
    expect(error.form?.field('name')).toBeDefined();
    expect(Object.keys(error)).not.toContain('form');
  });
});

describe('running a command of somebody', () => {
  it('waits as long as it is told to, and may be done again after that', async () => {
    const { stream, session } = await executed();
    const late = expect(session.next({ name: 'a' }, { timeout: 1_000 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.clock.advance(1_000);
    await late;
    stream.skipSent();
    const again = session.next({ name: 'a' });
    await stream.recvResult(await stream.nextSent(), answer(`sessionid='s1' status='completed'`));
    await again;
    expect(session.status).toBe('completed');
  });

  it('is over where it was cancelled while a step was under way, whatever that brings', async () => {
    const { stream, session } = await executed();
    const next = session.next({ name: 'a' });
    const request = await stream.nextSent();
    const cancelled = session.cancel();
    await stream.recvResult(request, answer(`sessionid='s1' status='completed'`));
    await next;
    expect(session.status).toBe('canceled');
    await stream.recvResult(await stream.nextSent(), answer(`sessionid='s1' status='canceled'`));
    await cancelled;
    expect(session.status).toBe('canceled');
  });

  it('of a component is from the address that is given', async () => {
    const { stream, commands } = await offering();
    const begun = commands.execute(SERVICE, 'n', { from: `a@${BOT}` });
    const request: XmlElement = await stream.nextSent();
    expect(request.attribute('from')).toBe(`a@${BOT}`);
    await stream.recvResult(request, STAGE);
    const session = await begun;
    const ended = session.end();
    const cancel = await stream.nextSent();
    expect([cancel.attribute('from'), cancel.firstElement?.attribute('action')]).toEqual([`a@${BOT}`, 'cancel']);
    await stream.recvResult(cancel, answer(`sessionid='s1' status='canceled'`));
    await ended;
  });
});

describe('commands that are told of unasked', () => {
  it('are a thousand at most, and those of the node of commands', async () => {
    const stream = streams.keep(await ScriptedStream.start({ plugins: [AdHocCommands] }));
    const from = stream.xmpp.serverDomain;
    const heard: number[] = [];
    stream.xmpp.on('commandList', ({ commands }) => heard.push(commands.length));
    const tell = (count: number, node = NS_COMMANDS) =>
      stream.recv(
        `<message from='${from}'><query xmlns='http://jabber.org/protocol/disco#items' node='${node}'>${Array.from({ length: count }, (_, i) => `<item jid='${from}' node='${i}'/>`).join('')}</query></message>`,
      );
    await tell(1_000);
    await tell(1_001);
    await tell(1, 'urn:other');
    await stream.idle();
    expect(heard).toEqual([1_000]);
  });
});

it('who is asked by whom is told to the function, and to who decides', async () => {
  const seen: unknown[] = [];
  const { stream, commands } = await offering();
  commands.add({
    node: 'n',
    place: `a@${BOT}`,
    allow: (from, to) => {
      seen.push([from?.full, to?.full]);
      return true;
    },
    run: ({ from, to, lang, action }) => void seen.push([from.full, to?.full, lang, action]),
  });
  await step(stream, `node='n' xml:lang='de'`, { to: `a@${BOT}` });
  expect(seen).toEqual([
    [JULIET, `a@${BOT}`],
    [JULIET, `a@${BOT}`, 'de', 'execute'],
  ]);
});
