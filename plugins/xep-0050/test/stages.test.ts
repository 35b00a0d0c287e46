import { type BaseXMPP, Iq } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import type { Form } from '@sestina/xep-0004';
import { afterEach, describe, expect, it } from 'vitest';
import { AdHocCommands, type AdHocCommandsOptions, type CommandInit, GoBack, NS_COMMANDS } from '../src/index.js';
import { ask, BOT, bot, JULIET, look, named, outcome, Stage, step, wizard } from './asker.js';

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

describe('a command with three stages', () => {
  it('goes forward, back, and forward with the answers of before', async () => {
    const log: string[] = [];
    const { stream, commands } = await offering(wizard(log));
    const first = await step(stream, `node='wizard'`);
    expect(look(first)).toEqual(['executing', 'one', undefined]);
    expect(first.command.actions?.xml.toString()).toBe(
      `<actions xmlns='${NS_COMMANDS}' execute='next'><next/></actions>`,
    );
    const id = first.command.sessionId;
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const on = `node='wizard' sessionid='${id}'`;
    expect(look(await step(stream, on, named('a')))).toEqual(['executing', 'two', undefined]);
    const third = await step(stream, `${on} action='next'`, named('b'));
    expect(look(third)).toEqual(['executing', 'three', undefined]);
    expect([third.command.actions?.execute, third.command.actions?.next, third.command.actions?.prev]).toEqual([
      'complete',
      false,
      true,
    ]);
    expect(look(await step(stream, `${on} action='prev'`))).toEqual(['executing', 'two', 'b']);
    expect(look(await step(stream, `${on} action='prev'`))).toEqual(['executing', 'one', 'a']);
    expect(look(await step(stream, `${on} action='prev'`))).toEqual(['bad-request bad-action', undefined, undefined]);
    expect(look(await step(stream, on, named('A')))).toEqual(['executing', 'two', 'b']);
    expect(look(await step(stream, on, named('B')))).toEqual(['executing', 'three', undefined]);
    expect(look(await step(stream, `${on} action='next'`, named('C')))[0]).toBe('bad-request bad-action');
    const done = await step(stream, `${on} action='complete'`, named('C'));
    expect(look(done)).toEqual(['completed', undefined, 'A B C']);
    expect([...done.command.notes].map(({ type, text }) => [type, text])).toEqual([['info', 'A B C']]);
    expect(log).toEqual(['begin', 'back', 'end', 'begin', 'back', 'end', 'begin', 'end']);
    expect(commands.executions).toBe(0);
    expect((await step(stream, on)).error).toBe('not-allowed session-expired');
  });

  it('may be a generator that yields its forms', async () => {
    const log: string[] = [];
    const { stream } = await offering({
      node: 'wizard',
      allow: 'everybody',
      async *run(): AsyncGenerator<Form, Form, Form> {
        try {
          const one = yield ask('one');
          const two = yield ask('two');
          return Stage.result({ name: `${Stage.of(one).name} ${Stage.of(two).name}` });
        } catch (error) {
          log.push(error instanceof GoBack ? 'back' : 'ended');
          throw error;
        } finally {
          log.push('finally');
        }
      },
    });
    const { command } = await step(stream, `node='wizard'`);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    await step(stream, on, named('a'));
    expect(look(await step(stream, `${on} action='prev'`))).toEqual(['executing', 'one', 'a']);
    await step(stream, on, named('x'));
    expect(look(await step(stream, on, named('y')))).toEqual(['completed', undefined, 'x y']);
    expect(log).toEqual(['back', 'finally', 'finally']);
  });

  it('that ends while its function awaits something else rejects nothing that nobody handles', async () => {
    let loaded: () => void = () => {};
    const ends: unknown[] = [];
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const { stream } = await offering({
      node: 'slow',
      allow: 'everybody',
      async run(context) {
        const answer = context.ask(ask('one'));
        await new Promise<void>((resolve) => {
          loaded = resolve;
        });
        await answer.catch((error) => ends.push(error));
      },
    });
    const { command } = await step(stream, `node='slow'`);
    await step(stream, `node='slow' sessionid='${command.sessionId}' action='cancel'`);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    loaded();
    await stream.idle();
    expect(ends).toMatchObject([{ reason: 'canceled' }]);
  });

  it('belongs to one resource, one address and one node', async () => {
    const { stream, commands } = await offering(wizard());
    commands.add({ ...wizard(), node: 'other' });
    const { command } = await step(stream, `node='wizard'`);
    const id = command.sessionId;
    const on = `node='wizard' sessionid='${id}'`;
    expect((await step(stream, on, { ...named('a'), from: 'juliet@capulet.example/chamber' })).error).toBe(
      'bad-request bad-sessionid',
    );
    expect((await step(stream, on, { ...named('a'), from: 'romeo@montague.example/x' })).error).toBe(
      'bad-request bad-sessionid',
    );
    expect((await step(stream, `node='other' sessionid='${id}'`, named('a'))).error).toBe('bad-request bad-sessionid');
    expect((await step(stream, on, { ...named('a'), to: `x@${BOT}` })).error).toBe('bad-request bad-sessionid');
    expect((await step(stream, `node='wizard' sessionid='guess' action='cancel'`)).error).toBe(
      'bad-request bad-sessionid',
    );
    expect(look(await step(stream, on, named('a')))).toEqual(['executing', 'two', undefined]);
  });

  it('is given up by its asker, by time, by presence, and by the loss of the connection', async () => {
    const log: string[] = [];
    const { stream, commands } = await offering(wizard(log), { sessionTimeout: 1_000 });
    const begin = async (): Promise<string> => {
      log.length = 0;
      const { command } = await step(stream, `node='wizard'`);
      return `node='wizard' sessionid='${command.sessionId}'`;
    };
    let on = await begin();
    expect((await step(stream, `${on} action='cancel'`)).command.status).toBe('canceled');
    expect([log, commands.executions]).toEqual([['begin', 'canceled', 'end'], 0]);
    expect((await step(stream, `${on} action='cancel'`)).error).toBe('not-allowed session-expired');
    on = await begin();
    await stream.clock.advance(1_001);
    expect(log).toEqual(['begin', 'expired', 'end']);
    on = await begin();
    await stream.recv(`<presence type='unavailable' from='juliet@capulet.example/chamber' to='${BOT}'/>`);
    expect(log).toEqual(['begin']);
    await stream.recv(`<presence type='unavailable' from='${JULIET}' to='${BOT}'/>`);
    expect(log).toEqual(['begin', 'gone', 'end']);
    on = await begin();
    await stream.disconnect();
    expect([log, commands.executions]).toEqual([['begin', 'session-over', 'end'], 0]);
  });

  it('ends with what made it, at any stage', async () => {
    const log: string[] = [];
    const { stream, commands, xmpp } = await offering({ ...wizard(log), node: 'kept' });
    const slow = new Promise<void>(() => {});
    const registration = commands.add(
      wizard(log, {
        async run(context) {
          try {
            await context.ask(ask('one'));
            await Promise.race([slow, new Promise((_done, no) => context.signal.addEventListener('abort', no))]);
          } finally {
            log.push('end');
          }
        },
      }),
    );
    const { command } = await step(stream, `node='wizard'`);
    const on = `node='wizard' sessionid='${command.sessionId}'`;
    await stream.recv(
      `<iq type='set' id='w1' from='${JULIET}' to='${BOT}'><command xmlns='${NS_COMMANDS}' ${on}>${named('a').inside}</command></iq>`,
    );
    await stream.expectNothingSent();
    registration.dispose();
    expect(outcome(new Iq(await stream.nextSent())).error).toBe('not-allowed session-expired');
    expect([log, commands.executions]).toEqual([['end'], 0]);
    expect((await step(stream, on)).error).toBe('item-not-found');

    const kept = await step(stream, `node='kept'`);
    expect(kept.command.status).toBe('executing');
    xmpp.remove(AdHocCommands);
    await stream.idle();
    expect(log.slice(1)).toEqual(['begin', 'removed', 'end']);
    expect((await step(stream, `node='kept' sessionid='${kept.command.sessionId}'`)).error).toBe('service-unavailable');
  });
});
