import { StanzaError } from '@sestina/core';
import { parseXml, ScriptedStream, useStreams } from '@sestina/testing';
import { Form, NS_DATA } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AdHocCommands,
  type AdHocCommandsOptions,
  CommandFailedError,
  type CommandInit,
  type CommandSession,
  NS_COMMANDS,
} from '../src/index.js';
import { languageOf } from '../src/served-command.js';
import { ask, bot, look, named, Stage, step, submit, wizard } from './asker.js';

const streams = useStreams(afterEach);

async function offering(command: CommandInit, options: Partial<AdHocCommandsOptions> = {}) {
  const stream = streams.keep(await ScriptedStream.start(bot(options)));
  const commands = stream.xmpp.plugin(AdHocCommands);
  const added = commands.add(command);
  const begin = async () => {
    const { command: begun } = await step(stream, `node='${command.node}'`);
    return { begun, on: `node='${command.node}' sessionid='${begun.sessionId}'` };
  };
  return { stream, commands, added, begin };
}

const FIELDS = `<field var='secret' type='hidden'><value>s</value></field>
  <field var='other' type='hidden'><value>o</value></field>
  <field type='fixed'><value>Read this.</value></field>
  <field var='note' type='fixed'><value>fixed</value></field>
  <field var='name' label='Your name'><required/></field>
  <field var='pin' type='text-private'><value>none</value></field>`;
const formOf = (): Form => new Form(parseXml(`<x xmlns='${NS_DATA}' type='form'>${FIELDS}</x>`));
const values = (form: Form | undefined) =>
  [...(form?.fields ?? [])].map(({ var: name, values: given }) => [name, ...given]);

describe('an answer to a form', () => {
  it('has what is hidden where the asker has lost it, and as the asker has it else; all else is as it was given', async () => {
    const given: Form[] = [];
    const { begin, stream } = await offering({
      node: 'n',
      allow: 'everybody',
      run: async (context) => {
        given.push(await context.ask(formOf()));
      },
    });
    const { on } = await begin();
    await step(stream, on, { inside: submit({ name: 'a', other: 'changed' }) });
    expect(given.map((form) => [form.type, values(form)])).toEqual([
      [
        'submit',
        [
          ['name', 'a'],
          ['other', 'changed'],
          ['secret', 's'],
        ],
      ],
    ]);
  });

  it('is shown again with what was given, but for what is hidden, fixed or private', async () => {
    const { begin, stream } = await offering({
      node: 'n',
      allow: 'everybody',
      run: async (context) => {
        await context.ask(formOf(), { notes: [{ type: 'info', text: 'Take your time.' }] });
      },
    });
    const { begun, on } = await begin();
    expect([...begun.notes].map(({ text }) => text)).toEqual(['Take your time.']);
    const inside = submit({ other: 'x', note: 'y', name: '', pin: '1234' });
    const { command } = await step(stream, on, { inside });
    expect(values(command.form)).toEqual([
      ['secret', 's'],
      ['other', 'o'],
      [undefined, 'Read this.'],
      ['note', 'fixed'],
      ['name', ''],
      ['pin', 'none'],
    ]);
    // By what a person reads.
    expect([...command.notes].map(({ text }) => text)).toEqual(['Take your time.', 'Your name has to be answered']);
  });

  it('takes as many bytes as an execution may keep, in all its stages', async () => {
    const outcomes = async (sessionBytes: number) => {
      const { begin, stream } = await offering(wizard(), { sessionBytes });
      const { on } = await begin();
      return [(await step(stream, on, named('a'))).error, (await step(stream, on, named('b'))).error];
    };
    const seen = [];
    for (let bytes = 200; bytes < 4_000; bytes += 200) seen.push((await outcomes(bytes)).join());
    // None, then one of the two, then both: each for some of them.
    expect(new Set(seen).size).toBe(3);
    expect(seen.at(-1)).toBe(',');
    const [first = '', second = ''] = (await outcomes(100)).map(String);
    expect([first, second]).toEqual(['resource-constraint', 'resource-constraint']);
  });

  it('of before is asked for again where it is none any more', async () => {
    let round = 0;
    const { begin, stream } = await offering({
      node: 'n',
      allow: 'everybody',
      run: async (context) => {
        round += 1;
        const isTaken = round > 1;
        const validators = [() => (isTaken ? [{ var: 'name', problem: 'is taken' }] : [])];
        await context.ask(ask('one'), { validators });
        await context.ask(ask('two'));
        await context.ask(ask('three'));
      },
    });
    const { on } = await begin();
    await step(stream, on, named('a'));
    await step(stream, on, named('b'));
    // Back to the second stage, by way of the first one.
    expect(look(await step(stream, `${on} action='prev'`))[1]).toBe('one');
  });
});

describe('a function', () => {
  it('that asks twice at once is told so', async () => {
    let told: unknown;
    const { begin } = await offering({
      node: 'n',
      allow: 'everybody',
      run: async (context) => {
        const first = context.ask(ask('one'));
        told = await context.ask(ask('two')).catch((error: unknown) => error);
        await first;
      },
    });
    expect((await begin()).begun.form?.title).toBe('one');
    expect(told).toBeInstanceOf(TypeError);
  });

  it('has said what it said where it ends, and knows by which action it was called', async () => {
    const actions: string[] = [];
    const { begin, stream } = await offering({
      node: 'n',
      allow: 'everybody',
      run: async (context) => {
        context.note('info', 'before');
        await context.ask(ask('one'), { actions: ['next', 'complete'], notes: [{ type: 'warn', text: 'here' }] });
        actions.push(context.action);
        context.note('info', 'after');
      },
    });
    const { begun, on } = await begin();
    expect([...begun.notes].map(({ type, text }) => [type, text])).toEqual([
      ['info', 'before'],
      ['warn', 'here'],
    ]);
    const done = await step(stream, `${on} action='complete'`, named('a'));
    expect([...done.command.notes].map(({ text }) => text)).toEqual(['after']);
    expect(actions).toEqual(['complete']);
  });

  it('that throws once it is over is heard of; that is told so by what it asks, or ends, is not', async () => {
    for (const [after, expected] of [
      [() => Promise.reject(new Error('boom')), ['boom']],
      [() => Promise.resolve(), []],
      [undefined, []],
    ] as const) {
      const { begin, stream } = await offering({
        node: 'n',
        allow: 'everybody',
        run: async (context) => {
          const answer = context.ask(ask('one'));
          if (after) await answer.catch(after);
          else await answer;
        },
      });
      const { on } = await begin();
      await step(stream, `${on} action='cancel'`);
      await stream.idle();
      expect(stream.errors.map(({ error }) => error.message)).toEqual(expected);
    }
  });

  it('that reads wrongly what is no answer has failed', async () => {
    const { begin, stream } = await offering({
      node: 'n',
      allow: 'everybody',
      run: async (context) => {
        await context.ask(ask('one'));
        Stage.of(new Form(parseXml(`<x xmlns='${NS_DATA}' type='submit'/>`)));
      },
    });
    const { on } = await begin();
    expect((await step(stream, on, named('a'))).error).not.toBe('bad-request bad-payload');
    expect(stream.errors).toHaveLength(1);
  });

  it('ends with the plugin, which says that it was removed', async () => {
    const log: string[] = [];
    const { begin, stream } = await offering(wizard(log));
    await begin();
    stream.xmpp.remove(AdHocCommands);
    await stream.idle();
    expect(log).toEqual(['begin', 'removed', 'end']);
  });
});

it('a language is the one that is asked for, else one of the same kind, else none', () => {
  const langs = ['en-US', 'de', 'en'];
  expect(['en', 'EN', 'en-us', 'en-GB', 'DE-at', 'fr', undefined].map((wanted) => languageOf(langs, wanted))).toEqual([
    ...['en', 'en', 'en-US', 'en-US', 'de', undefined, 'en-US'],
  ]);
  expect([languageOf([], 'fr'), languageOf(undefined, 'fr'), languageOf([], undefined)]).toEqual([
    ...['fr', 'fr', undefined],
  ]);
});

it('the list of commands is called so, and is told with the node where a command has no name', async () => {
  const { stream } = await offering(wizard());
  const disco = stream.xmpp.plugin(ServiceDiscovery);
  const own = await disco.ownInfo({ node: NS_COMMANDS });
  expect(own.identity('automation', 'command-list')?.name).toBe('Commands');
  for (const node of [undefined, 5, '']) {
    const commands = stream.xmpp.plugin(AdHocCommands);
    expect(() => commands.add({ node: node as never, run: async () => {} })).toThrow('a command has a node');
  }
});

describe('what a service answers', () => {
  async function executed(payload: string) {
    const stream = streams.keep(await ScriptedStream.start({ plugins: [AdHocCommands] }));
    const session = stream.xmpp.plugin(AdHocCommands).execute('service.example', 'n');
    await stream.recvResult(await stream.nextSent(), payload);
    return { stream, session: (await session) as CommandSession };
  }
  const answer = (status: string, inside: string) =>
    `<command xmlns='${NS_COMMANDS}' node='n' sessionid='s' status='${status}'>${inside}</command>`;

  it('has addresses where it says so, and nothing else counts as one', async () => {
    const oob = (name: string, namespace: string, url: string) =>
      `<${name} xmlns='${namespace}'><url>${url}</url><desc>d</desc></${name}>`;
    const { session } = await executed(
      answer(
        'completed',
        oob('x', 'jabber:x:oob', 'https://a.example') +
          oob('y', 'jabber:x:oob', 'https://b.example') +
          oob('x', 'urn:other', 'https://c.example') +
          "<x xmlns='jabber:x:oob'/>",
      ),
    );
    expect(session.urls).toEqual([{ url: 'https://a.example', desc: 'd' }]);
    expect(session.status).toBe('completed');
  });

  it('where it asks for no form is answered without one', async () => {
    const { stream, session } = await executed(answer('executing', '<actions><next/></actions>'));
    const next = session.next();
    const request = await stream.nextSent();
    expect([...(request.firstElement?.elements() ?? [])]).toEqual([]);
    await stream.recvResult(request, answer('completed', ''));
    await next;
    const other = await executed(answer('executing', '<actions><next/></actions>'));
    const given = new Form(parseXml(`<x xmlns='${NS_DATA}' type='submit'><field var='a'/></x>`));
    const refused = expect(other.session.next(given)).rejects.toBeInstanceOf(StanzaError);
    const asked = await other.stream.nextSent();
    expect(values(new Form(asked.firstElement?.firstElement as never))).toEqual([['a']]);
    await other.stream.recvError(asked, 'forbidden');
    await refused;
    expect(other.session.status).toBe('executing');
  });

  it('may be a failure, which has a code', () => {
    expect(new CommandFailedError('n', [{ type: 'error', text: 'broken' }])).toMatchObject({
      code: 'ERR_COMMAND_FAILED',
      node: 'n',
    });
  });
});
