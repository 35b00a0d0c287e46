import { type BaseXMPP, Iq, int, StanzaError } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { type Form, formType, single } from '@sestina/xep-0004';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AdHocCommands,
  type AdHocCommandsOptions,
  BadLocale,
  type CommandInit,
  NS_COMMANDS,
  refusal,
} from '../src/index.js';
import { ask, BOT, bot, JULIET, look, named, outcome, step, submit, wizard } from './asker.js';

const streams = useStreams(afterEach);

async function offering(
  command: CommandInit,
  options: Partial<AdHocCommandsOptions> = {},
): Promise<{ stream: ScriptedStream; xmpp: BaseXMPP; commands: AdHocCommands }> {
  const stream = streams.keep(await ScriptedStream.start(bot(options)));
  const commands = stream.xmpp.plugin(AdHocCommands);
  commands.add(command);
  return { stream, xmpp: stream.xmpp, commands };
}

describe('a step', () => {
  it('is refused by the words of XEP-0050', async () => {
    const { stream } = await offering(wizard([], { langs: ['en', 'fr'] }));
    const english = `xml:lang='en-gb'`;
    expect((await step(stream, `node='none' ${english}`)).error).toBe('item-not-found');
    expect((await step(stream, `node='wizard' action='dance'`)).error).toBe('bad-request malformed-action');
    expect((await step(stream, `node='wizard' action='next'`)).error).toBe('bad-request bad-action');
    expect((await step(stream, `node='wizard' action='cancel'`)).error).toBe('bad-request bad-action');
    expect((await step(stream, `node='wizard' xml:lang='tlh'`)).error).toBe('bad-request bad-locale');
    const { command } = await step(stream, `node='wizard' status='completed' ${english}`);
    expect([command.status, command.lang]).toEqual(['executing', 'en']);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    expect((await step(stream, on)).error).toBe('bad-request bad-payload');
    expect((await step(stream, `${on} action='complete'`, named('a'))).error).toBe('bad-request bad-action');
  });

  it('that does not answer is shown the form again, with what was given and a note', async () => {
    const { stream } = await offering(wizard());
    const { command } = await step(stream, `node='wizard'`);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    const again = await step(stream, on, { inside: submit({ name: '', pin: '1234' }) });
    expect(look(again)).toEqual(['executing', 'one', '']);
    expect([...again.command.notes].map(({ type, text }) => [type, text])).toEqual([
      ['error', 'name has to be answered'],
    ]);
    // What is private nobody is shown again.
    expect(again.command.toString()).not.toContain('1234');
    // A cancelled form counts as a submitted one (§3.5.1).
    expect(look(await step(stream, on, { inside: submit({ name: 'a' }, 'cancel') }))).toEqual([
      'executing',
      'two',
      undefined,
    ]);
  });

  it('is looked at by validators of the options and of the stage', async () => {
    const { stream } = await offering(
      {
        node: 'n',
        allow: 'everybody',
        async run({ ask: asks }) {
          await asks(ask('one'), { validators: [(_form, answer) => short(answer)] });
        },
      },
      { validators: [(_form, answer) => noRoot(answer)] },
    );
    const noRoot = (answer: Form) =>
      answer.field('name')?.value === 'root' ? [{ var: 'name', problem: 'is taken' }] : [];
    const short = (answer: Form) =>
      (answer.field('name')?.value ?? '').length > 5 ? [{ var: 'name', problem: 'is long' }] : [];
    const { command } = await step(stream, `node='n'`);
    const on = `node='n' sessionid='${command.sessionId}'`;
    for (const [name, problem] of [
      ['root', 'name is taken'],
      ['longer', 'name is long'],
    ] as const) {
      const { command: shown } = await step(stream, on, named(name));
      expect([...shown.notes].map(({ text }) => text)).toEqual([problem]);
    }
    expect((await step(stream, on, named('al'))).command.status).toBe('completed');
  });

  it('that never ends is over after its time, with an error for the asker and for the program', async () => {
    const aborted: string[] = [];
    const { stream, xmpp, commands } = await offering(
      {
        node: 'n',
        allow: 'everybody',
        run: ({ signal }) => {
          signal.addEventListener('abort', () => aborted.push(String(signal.reason.reason)));
          return new Promise<undefined>(() => {});
        },
      },
      { stepTimeout: 5_000 },
    );
    const failed = xmpp.wait('error');
    await stream.recv(
      `<iq type='set' id='n1' from='${JULIET}' to='${BOT}'><command xmlns='${NS_COMMANDS}' node='n'/></iq>`,
    );
    await stream.clock.advance(5_001);
    expect(outcome(new Iq(await stream.nextSent())).error).toBe('internal-server-error');
    expect([aborted, commands.executions]).toEqual([['expired'], 0]);
    expect(await failed).toMatchObject({ error: { code: 'ERR_TIMEOUT' } });
  });

  it('waits for the one before, and cancelling does not', async () => {
    const { stream } = await offering({
      node: 'n',
      allow: 'everybody',
      async run({ ask: asks }) {
        await asks(ask('one'));
        await new Promise(() => {});
      },
    });
    const { command } = await step(stream, `node='n'`);
    const on = `node='n' sessionid='${command.sessionId}'`;
    await stream.recv(
      `<iq type='set' id='w1' from='${JULIET}' to='${BOT}'><command xmlns='${NS_COMMANDS}' ${on}>${named('a').inside}</command></iq>`,
    );
    expect((await step(stream, on, named('b'))).error).toBe('unexpected-request');
    await stream.recv(
      `<iq type='set' id='w2' from='${JULIET}' to='${BOT}'><command xmlns='${NS_COMMANDS}' ${on} action='cancel'/></iq>`,
    );
    const answers = [await stream.nextSent(), await stream.nextSent()].map((xml) => [
      xml.attribute('id'),
      outcome(new Iq(xml)).error ?? 'canceled',
    ]);
    expect(answers.sort()).toEqual([
      ['w1', 'not-allowed session-expired'],
      ['w2', 'canceled'],
    ]);
  });

  it('passes on what the function refuses, and nothing of what it throws else', async () => {
    const faults: unknown[] = [new StanzaError('conflict'), refusal(BadLocale), new Error('the password is 1234')];
    const { stream, xmpp, commands } = await offering({
      node: 'n',
      allow: 'everybody',
      run() {
        throw faults.shift();
      },
    });
    const failed = xmpp.wait('error');
    expect((await step(stream, `node='n'`)).error).toBe('conflict');
    expect((await step(stream, `node='n'`)).error).toBe('bad-request bad-locale');
    const last = await step(stream, `node='n'`);
    expect(last.error).toBe('internal-server-error');
    expect(last.command.toString()).not.toContain('1234');
    await failed;
    expect(commands.executions).toBe(0);
  });
});

describe('an answer', () => {
  it('has what is hidden in its form, and is refused where the function cannot read it', async () => {
    const Count = formType('urn:example:count', { count: single('count', int(1, 9)).required() });
    const { stream, commands } = await offering({
      node: 'n',
      allow: 'everybody',
      async run({ ask: asks, note }) {
        const { count } = Count.of(await asks(Count.form()));
        note('info', `${count}`);
      },
    });
    const { command } = await step(stream, `node='n'`);
    const on = `node='n' sessionid='${command.sessionId}'`;
    expect((await step(stream, on, { inside: submit({ count: '99' }) })).error).toBe('bad-request bad-payload');
    expect(commands.executions).toBe(0);
    const again = await step(stream, `node='n'`);
    const next = `node='n' sessionid='${again.command.sessionId}'`;
    const done = await step(stream, next, { inside: submit({ count: '9' }) });
    expect([...done.command.notes].map(({ text }) => text)).toEqual(['9']);
  });
});

describe('a form with more fields than anybody means', () => {
  it('is its sender’s fault, and nobody hears of it', async () => {
    const { stream, commands } = await offering(wizard());
    const { command } = await step(stream, `node='wizard'`);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    const inside = `<x xmlns='jabber:x:data' type='submit'>${"<field var='f'/>".repeat(1_001)}</x>`;
    expect((await step(stream, on, { inside })).error).toBe('bad-request bad-payload');
    expect([stream.errors, commands.executions]).toEqual([[], 1]);
    expect(look(await step(stream, on, named('a')))).toEqual(['executing', 'two', undefined]);
  });
});

describe('who may run a command', () => {
  it('is nobody unless it is said, and is asked again at each stage', async () => {
    let allowed = true;
    const { stream, commands } = await offering(wizard([], { allow: () => allowed }));
    commands.add({ node: 'secret', run: () => undefined });
    expect((await step(stream, `node='secret'`)).error).toBe('forbidden');
    const { command } = await step(stream, `node='wizard'`);
    allowed = false;
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    expect((await step(stream, on, named('a'))).error).toBe('forbidden');
    expect(commands.executions).toBe(0);
    allowed = true;
    expect((await step(stream, on, named('a'))).error).toBe('not-allowed session-expired');
  });

  it('does not end what somebody else runs', async () => {
    const { stream, commands } = await offering(
      wizard([], { allow: (from) => from?.bare.full === 'juliet@capulet.example' }),
    );
    const { command } = await step(stream, `node='wizard'`);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    expect((await step(stream, on, { ...named('a'), from: 'mallory@evil.example/x' })).error).toBe('forbidden');
    expect(commands.executions).toBe(1);
  });

  it('learns nothing of a client that is none of its contacts', async () => {
    const stream = streams.keep(await ScriptedStream.start({ plugins: [AdHocCommands] }));
    stream.xmpp.plugin(AdHocCommands).add({ node: 'n', run: () => undefined });
    for (const node of ['n', 'none']) {
      expect((await step(stream, `node='${node}'`, { from: 'mallory@evil.example/x' })).error).toBe(
        'service-unavailable',
      );
    }
  });

  it('has a share: a thousand of one stranger leave room for others, and nothing grows', async () => {
    const { stream, commands } = await offering(wizard(), { sessions: 8 });
    const outcomes = new Map<string, number>();
    for (let i = 0; i < 1_000; i++) {
      const { error = 'executing' } = await step(stream, `node='wizard'`, { from: `eve@evil.example/${i}` });
      outcomes.set(error, (outcomes.get(error) ?? 0) + 1);
    }
    expect([...outcomes]).toEqual([
      ['executing', 4],
      ['resource-constraint', 996],
    ]);
    expect(commands.executions).toBe(4);
    expect((await step(stream, `node='wizard'`)).command.status).toBe('executing');
  });

  it('may not answer at any length', async () => {
    const { stream } = await offering(wizard(), { sessionBytes: 10_000 });
    const { command } = await step(stream, `node='wizard'`);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    expect((await step(stream, on, named('x'.repeat(20_000)))).error).toBe('resource-constraint');
    expect(look(await step(stream, on, named('a')))).toEqual(['executing', 'two', undefined]);
  });
});

describe('two connections', () => {
  it('share no execution', async () => {
    const [one, two] = [await offering(wizard()), await offering(wizard())];
    const { command } = await step(one.stream, `node='wizard'`);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    expect((await step(two.stream, on, named('a'))).error).toBe('bad-request bad-sessionid');
    two.xmpp.remove(AdHocCommands);
    expect(look(await step(one.stream, on, named('a')))).toEqual(['executing', 'two', undefined]);
  });
});
