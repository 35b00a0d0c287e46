import { BusyError, StanzaError, type XmlElement } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { Form, NS_DATA } from '@sestina/xep-0004';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AdHocCommands,
  CommandActionError,
  CommandExpiredError,
  CommandFailedError,
  CommandNeedsInputError,
  CommandProtocolError,
  type CommandSession,
  NS_COMMANDS,
} from '../src/index.js';
import { submit } from './asker.js';

const streams = useStreams(afterEach);
const SERVICE = 'service.example';
const FORM = `<x xmlns='${NS_DATA}' type='form'><title>Who?</title>
  <field var='FORM_TYPE' type='hidden'><value>urn:example:who</value></field>
  <field var='name'><required/></field><field var='day'><value>monday</value></field></x>`;
const answer = (attributes: string, inside = ''): string =>
  `<command xmlns='${NS_COMMANDS}' node='n' ${attributes}>${inside}</command>`;
const STAGE = answer(`sessionid='s1' status='executing'`, `<actions><prev/><next/></actions>${FORM}`);

async function client(): Promise<{ stream: ScriptedStream; commands: AdHocCommands }> {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [AdHocCommands] }));
  return { stream, commands: stream.xmpp.plugin(AdHocCommands) };
}

async function begun(payload: string): Promise<{ stream: ScriptedStream; session: CommandSession }> {
  const { stream, commands } = await client();
  const session = commands.execute(SERVICE, 'n');
  await stream.recvResult(await stream.nextSent(), payload);
  return { stream, session: await session };
}

/** What was asked, as it is on the wire. */
const asked = (request: XmlElement): string => request.firstElement?.toString().replace(/"/g, "'") ?? '';

describe('running a command', () => {
  it('shows each stage, sends what is hidden, and keeps the first id of the execution', async () => {
    const { stream, commands } = await client();
    const executed = commands.execute(SERVICE, 'n', { lang: 'fr' });
    const request = await stream.expectSent(
      `<iq type='set' id='*' to='${SERVICE}'><command xmlns='${NS_COMMANDS}' node='n' action='execute' xml:lang='fr'/></iq>`,
    );
    await stream.recvResult(request, STAGE);
    const session = await executed;
    expect([session.status, session.form?.title, [...session.actions], session.defaultAction]).toEqual([
      'executing',
      'Who?',
      ['prev', 'next'],
      'next',
    ]);
    const stepped = session.next({ name: 'Al' });
    const second = await stream.expectSent(
      `<iq type='set' id='*' to='${SERVICE}'><command xmlns='${NS_COMMANDS}' node='n' sessionid='s1' action='next' xml:lang='fr'>
        <x xmlns='${NS_DATA}' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:example:who</value></field>
        <field var='name' type='text-single'><value>Al</value></field>
        <field var='day' type='text-single'><value>monday</value></field></x></command></iq>`,
    );
    await stream.recvResult(
      second,
      answer(`sessionid='s1' status='executing'`, `<actions execute='complete'><complete/></actions>`),
    );
    await stepped;
    const completed = session.complete(new Form({ type: 'submit' }));
    await stream.recvResult(
      await stream.nextSent(),
      answer(
        `sessionid='s1' status='completed'`,
        `<note>Done</note><note type='warn'>Late</note><x xmlns='jabber:x:oob'><url>https://example.org/a</url></x>
         <x xmlns='${NS_DATA}' type='result'><title>Found</title></x>`,
      ),
    );
    await completed;
    expect([session.status, session.form?.title, session.actions.size, session.notes, session.urls]).toEqual([
      'completed',
      'Found',
      0,
      [
        { type: 'info', text: 'Done' },
        { type: 'warn', text: 'Late' },
      ],
      [{ url: 'https://example.org/a', desc: undefined }],
    ]);
    expect(session.payload.map(({ namespace }) => namespace)).toEqual(['jabber:x:oob', NS_DATA]);
    await expect(session.next()).rejects.toThrow(CommandActionError);
    await session.cancel();
    await stream.expectNothingSent();
  });

  it('adds what is hidden to a submission that was made by hand', async () => {
    const { stream, session } = await begun(STAGE);
    const stepped = session.next(new Form({ type: 'submit' }));
    const request = await stream.nextSent();
    expect(asked(request)).toContain('urn:example:who');
    await stream.recvResult(request, answer(`sessionid='s1' status='completed'`));
    await stepped;
  });

  it('goes back without a form', async () => {
    const { stream, session } = await begun(STAGE);
    const stepped = session.prev();
    await stream.recvResult(
      await stream.expectSent(
        `<iq type='set' id='*' to='${SERVICE}'><command xmlns='${NS_COMMANDS}' node='n' sessionid='s1' action='prev'/></iq>`,
      ),
      answer(`sessionid='s1' status='executing'`, `<actions><next/></actions>${FORM}`),
    );
    await stepped;
    await expect(session.prev()).rejects.toThrow('does not offer prev: there is next');
  });

  it.each([
    ['without actions there is one way', '', ['complete'], 'complete'],
    ['a default that is not offered is none', '<actions execute="prev"><next/></actions>', ['next'], undefined],
    ['a missing default is next', '<actions><complete/></actions>', ['complete'], undefined],
    ['an odd default is next', '<actions execute="jump"><next/></actions>', ['next'], 'next'],
  ])('%s', async (_what, actions, offered, defaultAction) => {
    const { session } = await begun(answer(`sessionid='s1' status='executing'`, actions));
    expect([[...session.actions], session.defaultAction]).toEqual([offered, defaultAction]);
    if (!defaultAction) await expect(session.execute()).rejects.toThrow(CommandActionError);
  });

  it('does without an id where the other side gives none', async () => {
    const { stream, session } = await begun(answer(`status='executing'`, FORM));
    const stepped = session.execute({ name: 'Al' });
    const request = await stream.nextSent();
    expect(request.firstElement?.attribute('sessionid')).toBeUndefined();
    await stream.recvResult(request, answer(`status='completed'`));
    await stepped;
    expect(session.status).toBe('completed');
  });

  it.each([
    ['another node', `<command xmlns='${NS_COMMANDS}' node='m' sessionid='s1' status='executing'/>`],
    ['another execution', answer(`sessionid='s2' status='executing'`)],
    ['no status', answer(`sessionid='s1'`)],
    ['a status that is none', answer(`sessionid='s1' status='dancing'`)],
  ])('refuses an answer about %s', async (_what, payload) => {
    const { stream, session } = await begun(STAGE);
    const stepped = expect(session.next({ name: 'Al' })).rejects.toThrow(CommandProtocolError);
    await stream.recvResult(await stream.nextSent(), payload);
    await stepped;
    expect(session.status).toBe('canceled');
  });

  it('is over where the other side has forgotten it, and says so', async () => {
    const { stream, session } = await begun(STAGE);
    const stepped = expect(session.next({ name: 'Al' })).rejects.toThrow(CommandExpiredError);
    const request = await stream.nextSent();
    await stream.recv(
      `<iq type='error' id='${request.attribute('id')}' from='${SERVICE}'><error type='cancel'>
        <not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><session-expired xmlns='${NS_COMMANDS}'/></error></iq>`,
    );
    await stepped;
    expect(session.status).toBe('canceled');
  });

  it('passes on any other refusal, and goes on after it', async () => {
    const { stream, session } = await begun(STAGE);
    const stepped = expect(session.next({ name: 'Al' })).rejects.toThrow(StanzaError);
    await stream.recvError(await stream.nextSent(), 'bad-request');
    await stepped;
    expect(session.status).toBe('executing');
  });

  it('takes one step at a time, and waits two minutes for each', async () => {
    const { stream, session } = await begun(STAGE);
    const stepped = expect(session.next({ name: 'Al' })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await expect(session.next({ name: 'Bo' })).rejects.toThrow(BusyError);
    await stream.clock.advance(119_000);
    expect(session.status).toBe('executing');
    await stream.clock.advance(2_000);
    await stepped;
  });

  it('is cancelled once where it is disposed of, whoever has gone', async () => {
    const { stream, session } = await begun(STAGE);
    const ended = session[Symbol.asyncDispose]();
    await stream.recvError(
      await stream.expectSent(
        `<iq type='set' id='*' to='${SERVICE}'><command xmlns='${NS_COMMANDS}' node='n' sessionid='s1' action='cancel'/></iq>`,
      ),
      'service-unavailable',
    );
    await ended;
    await session.end();
    await stream.expectNothingSent();
  });

  it('does not go on over another session, nor without the plugin', async () => {
    const { stream, session } = await begun(STAGE);
    await stream.drop();
    await expect(session.next({ name: 'Al' })).rejects.toThrow();
    const other = await begun(STAGE);
    const stepped = expect(other.session.next({ name: 'Al' })).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    await other.stream.nextSent();
    other.stream.xmpp.remove(AdHocCommands);
    await stepped;
  });

  it('believes nobody else', async () => {
    const { stream, commands } = await client();
    const executed = commands.execute(SERVICE, 'n');
    const request = await stream.nextSent();
    await stream.recv(
      `<iq type='result' id='${request.attribute('id')}' from='evil.example'>${answer(`status='completed'`)}</iq>`,
    );
    await stream.recvResult(request, STAGE);
    expect((await executed).status).toBe('executing');
  });
});

describe('a command in one call', () => {
  it('is filled in and finished', async () => {
    const { stream, commands } = await client();
    const ran = commands.run(SERVICE, 'n', { name: 'Al' });
    await stream.recvResult(await stream.nextSent(), answer(`sessionid='s1' status='executing'`, FORM));
    const request = await stream.nextSent();
    expect(asked(request)).toContain(`action='complete'`);
    await stream.recvResult(request, answer(`sessionid='s1' status='completed'`, submit({ found: 'x' }, 'result')));
    expect((await ran).form?.field('found')?.value).toBe('x');
  });

  it('fails where a note says so', async () => {
    const { stream, commands } = await client();
    const ran = expect(commands.run(SERVICE, 'n')).rejects.toThrow(
      new CommandFailedError('n', [{ type: 'error', text: 'No such user' }]),
    );
    await stream.recvResult(
      await stream.nextSent(),
      answer(`status='completed'`, `<note type='error'>No such user</note>`),
    );
    await ran;
  });

  it('is over at once for who gives up, whatever the other side does', async () => {
    const { stream, commands } = await client();
    const controller = new AbortController();
    const ran = commands.run(SERVICE, 'n', { name: 'Al' }, { signal: controller.signal });
    await stream.recvResult(await stream.nextSent(), STAGE);
    await stream.nextSent();
    controller.abort(new Error('given up'));
    await expect(ran).rejects.toThrow('given up');
    expect(asked(await stream.nextSent())).toContain(`action='cancel'`);
  });

  it('is cancelled where it asks for more', async () => {
    const { stream, commands } = await client();
    const ran = commands.run(SERVICE, 'n', { day: 'friday' });
    const failed = expect(ran).rejects.toMatchObject({ problems: [{ var: 'name', problem: 'has to be answered' }] });
    await stream.recvResult(await stream.nextSent(), STAGE);
    const request = await stream.nextSent();
    expect(asked(request)).toContain(`action='cancel'`);
    await stream.recvResult(request, answer(`sessionid='s1' status='canceled'`));
    await failed;
    await expect(ran).rejects.toThrow(CommandNeedsInputError);

    const longer = expect(commands.run(SERVICE, 'n', { name: 'Al' })).rejects.toThrow('one more stage');
    await stream.recvResult(await stream.nextSent(), STAGE);
    await stream.recvResult(await stream.nextSent(), STAGE);
    await stream.recvResult(await stream.nextSent(), answer(`sessionid='s1' status='canceled'`));
    await longer;
  });
});

describe('commands of somebody', () => {
  const items = `<query xmlns='http://jabber.org/protocol/disco#items' node='${NS_COMMANDS}'>
    <item jid='${SERVICE}' node='a' name='A'/><item jid='other.example' node='b'/><item jid='@' node='c'/>
    <item jid='${SERVICE}'/><item jid='${SERVICE}' node='d'/></query>`;

  it('are listed once they are wanted, and only their own', async () => {
    const { stream, commands } = await client();
    const list = commands.list(SERVICE);
    await stream.expectNothingSent();
    const found = (async () => {
      const nodes: string[] = [];
      for await (const { node } of list) nodes.push(node);
      return nodes;
    })();
    await stream.recvResult(await stream.nextSent(), items);
    expect(await found).toEqual(['a', 'd']);
  });

  it('are told unasked by contacts, and by nobody else', async () => {
    const { stream } = await client();
    const heard: (readonly (string | undefined)[])[] = [];
    stream.xmpp.on('commandList', ({ from, commands }) => heard.push([from.full, ...commands.map(({ node }) => node)]));
    await stream.recv(`<message from='${SERVICE}'>${items}</message>`);
    await stream.recv(`<message from='${stream.xmpp.serverDomain}'>${items}</message>`);
    await stream.idle();
    expect(heard).toEqual([[stream.xmpp.serverDomain]]);
  });
});
