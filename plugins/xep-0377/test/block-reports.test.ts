import { type Message, parseStanza, TimeoutError, type XmlElement } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_DISCO_INFO } from '@sestina/xep-0030';
import { Block, Blocking, NS_BLOCKING } from '@sestina/xep-0191';
import { afterEach, describe, expect, it } from 'vitest';
import { BlockReports, NS_REPORTING, Report } from '../src/index.js';

const ACCOUNT = 'juliet@example.com';
const OWN = `${ACCOUNT}/chamber`;
const ROMEO = 'romeo@example.net';
const streams = useStreams(afterEach);

/** A client whose list is known, with a server that takes reports or does not. */
async function start({ takes = true }: { takes?: boolean | 'silent' } = {}) {
  const stream = streams.keep(await ScriptedStream.start({ jid: OWN, plugins: [BlockReports] }));
  const { xmpp } = stream;
  // XEP-0359's plugin has asked our account what it announces.
  const asked = stream.sent.find((xml) => xml.firstElement?.namespace === NS_DISCO_INFO);
  if (asked) await stream.recvResult(asked, `<query xmlns='${NS_DISCO_INFO}'><feature var='urn:xmpp:sid:0'/></query>`);
  stream.skipSent();
  const listed = xmpp.plugin(Blocking).list();
  await stream.recvResult(await stream.nextSent(), `<blocklist xmlns='${NS_BLOCKING}'/>`);
  await listed;
  const heard: Message[] = [];
  xmpp.on('message', (message) => void heard.push(message));
  /** Answers the question whether reports are taken. */
  const disco = async (): Promise<void> => {
    const asked = await stream.nextSent();
    expect(asked.attribute('to')).toBe('example.com');
    if (takes === 'silent') return;
    const features = takes ? `<feature var='${NS_REPORTING}'/>` : '';
    await stream.recvResult(asked, `<query xmlns='http://jabber.org/protocol/disco#info'>${features}</query>`);
  };
  const says = async (from: string, id: string | undefined, by = ACCOUNT): Promise<Message> => {
    const sid = id === undefined ? '' : `<stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${id}'/>`;
    await stream.recv(`<message from='${from}' to='${OWN}' type='chat' id='x'><body>Buy!</body>${sid}</message>`);
    return heard.at(-1) as Message;
  };
  const block = (inside: string): string =>
    `<iq type='set' id='*'><block xmlns='${NS_BLOCKING}'><item jid='${ROMEO}'>${inside}</item></block></iq>`;
  return { stream, xmpp, reports: xmpp.plugin(BlockReports), disco, says, block };
}

const report = (inside = '', reason = 'spam'): string =>
  `<report xmlns='${NS_REPORTING}' reason='urn:xmpp:reporting:${reason}'>${inside}</report>`;

describe('a report', () => {
  it('goes with the block (XEP-0377 example 5)', async () => {
    const { stream, xmpp, reports, disco, block } = await start();
    const done = reports.block(ROMEO, { reason: 'abuse' });
    await disco();
    await stream.recvResult(await stream.expectSent(block(report('', 'abuse'))));
    expect(await done).toEqual({ reported: true });
    expect(xmpp.plugin(Blocking).isBlocked(ROMEO)).toBe(true);
  });

  it('has messages by what our archive calls them, words, and to whom it may go (examples 4 and 6)', async () => {
    const { stream, reports, disco, says, block } = await start();
    const messages = [await says(`${ROMEO}/x`, '28482'), await says(`${ROMEO}/y`, '38383')];
    const text = { en: 'Never came trouble to my house like this.' };
    const done = reports.block(ROMEO, { reason: 'spam', text, messages, forwardTo: ['origin', 'third-party'] });
    await disco();
    const sid = (id: string): string => `<stanza-id xmlns='urn:xmpp:sid:0' id='${id}' by='${ACCOUNT}'/>`;
    const words = `<text xml:lang='en'>${text.en}</text>`;
    const inside = `${sid('28482')}${sid('38383')}${words}<report-origin/><third-party/>`;
    const sent = await stream.expectSent(block(report(inside)));
    await stream.recvResult(sent);
    expect(await done).toEqual({ reported: true });
  });

  it('may go to one of those alone, and has words in no language in particular', async () => {
    for (const [to, element] of [
      ['origin', '<report-origin/>'],
      ['third-party', '<third-party/>'],
    ] as const) {
      const { stream, reports, disco, says, block } = await start();
      const near = await says(`${ROMEO}/x`, '1');
      const done = reports.block(ROMEO, { reason: 'spam', text: 'Buy!', messages: [near], forwardTo: [to] });
      await disco();
      const inside = `<stanza-id xmlns='urn:xmpp:sid:0' id='1' by='${ACCOUNT}'/><text>Buy!</text>${element}`;
      await stream.recvResult(await stream.expectSent(block(report(inside))));
      await done;
    }
  });

  it('of a device is of what that one has sent', async () => {
    const { stream, reports, disco, says } = await start();
    const [x, y] = [await says(`${ROMEO}/x`, '1'), await says(`${ROMEO}/y`, '2')];
    const other = reports.block(`${ROMEO}/x`, { reason: 'spam', messages: [y] });
    await expect(other).rejects.toThrow(`a message that is reported has to be one of ${ROMEO}/x`);
    const done = reports.block(`${ROMEO}/x`, { reason: 'spam', messages: [x] });
    await disco();
    const sent = await stream.nextSent();
    expect(sent.toString()).toContain("id='1'");
    await stream.recvResult(sent);
    expect(await done).toEqual({ reported: true });
  });

  it('is of no message of ours', async () => {
    const { stream, xmpp, reports } = await start();
    const ours = xmpp.message({ from: ROMEO, to: ROMEO, body: 'x' });
    ours.send();
    await stream.nextSent();
    await expect(reports.block(ROMEO, { reason: 'spam', messages: [ours] })).rejects.toBeInstanceOf(TypeError);
    await expect(reports.block(ROMEO, { reason: 'spam', messages: [xmpp.message()] })).rejects.toThrow(TypeError);
    await stream.expectNothingSent();
  });

  it('is left out where the server refuses to say whether it takes any', async () => {
    const { stream, reports, block } = await start();
    const done = reports.block(ROMEO, { reason: 'spam' });
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    await stream.recvResult(await stream.expectSent(block('')));
    expect(await done).toEqual({ reported: false });
  });

  it('tells no id that others have made up, or that another archive has given', async () => {
    const { stream, reports, disco, says, block } = await start();
    const messages = [
      await says(ROMEO, 'forged', ROMEO),
      await says(ROMEO, 'other', 'evil.example'),
      await says(ROMEO, undefined),
    ];
    const done = reports.block(ROMEO, { reason: 'spam', messages });
    await disco();
    await stream.recvResult(await stream.expectSent(block(report())));
    await done;
  });

  it('is of messages of that sender alone: nothing is sent otherwise', async () => {
    const { stream, reports, says } = await start();
    const theirs = await says('tybalt@example.net', '1');
    const near = await says('romeo@example.network', '2');
    for (const message of [theirs, near]) {
      await expect(reports.block(ROMEO, { reason: 'spam', messages: [message] })).rejects.toBeInstanceOf(TypeError);
    }
    await stream.expectNothingSent();
    const all = reports.block('example.net', { reason: 'spam', messages: [theirs] });
    const asked = await stream.nextSent();
    await stream.recvResult(asked, `<query xmlns='http://jabber.org/protocol/disco#info'/>`);
    await stream.recvResult(await stream.nextSent());
    expect(await all).toEqual({ reported: false });
  });

  it('is left out where the server takes none; whoever it is about is blocked', async () => {
    const { stream, xmpp, reports, disco, block } = await start({ takes: false });
    const done = reports.block(ROMEO, { reason: 'spam', text: 'spam' });
    await disco();
    await stream.recvResult(await stream.expectSent(block('')));
    expect(await done).toEqual({ reported: false });
    expect(xmpp.plugin(Blocking).isBlocked(ROMEO)).toBe(true);
  });

  it('is left out where the server does not say whether it takes any, after five seconds', async () => {
    const { stream, reports, disco, block } = await start({ takes: 'silent' });
    const done = reports.block(ROMEO, { reason: 'spam' });
    await disco();
    await stream.clock.advance(4_999);
    await stream.expectNothingSent();
    await stream.clock.advance(1);
    await stream.recvResult(await stream.expectSent(block('')));
    expect(await done).toEqual({ reported: false });
  });

  it('is given up with the signal, and with the plugin', async () => {
    const { stream, xmpp, reports } = await start({ takes: 'silent' });
    const stop = new AbortController();
    const given = expect(reports.block(ROMEO, { reason: 'spam' }, { signal: stop.signal })).rejects.toThrow('enough');
    await stream.idle();
    stop.abort(new Error('enough'));
    await given;
    const removed = expect(reports.block(ROMEO, { reason: 'spam' })).rejects.toMatchObject({ name: 'PluginError' });
    await stream.idle();
    xmpp.remove(BlockReports);
    await removed;
    await stream.clock.advance(5_000);
    expect(stream.sent.filter((xml) => xml.firstElement?.name === 'block')).toEqual([]);
  });

  it('that nobody answers is the error of blocking', async () => {
    const { stream, reports, disco } = await start();
    const done = expect(reports.block(ROMEO, { reason: 'spam' }, { timeout: 1_000 })).rejects.toBeInstanceOf(
      TimeoutError,
    );
    await disco();
    await stream.clock.advance(1_000);
    await done;
  });

  it('is read from a command', () => {
    const iq = parseStanza(
      `<iq type='set' id='1'><block xmlns='${NS_BLOCKING}'><item jid='${ROMEO}'>${report("<text xml:lang='en'>a</text><third-party/>")}</item></block></iq>`,
    );
    const [item] = [...new Block(iq.xml.firstElement as XmlElement).items];
    expect(item?.report).toBeInstanceOf(Report);
    expect(item?.report).toMatchObject({ reason: 'urn:xmpp:reporting:spam', toOrigin: false, toThirdParty: true });
    expect([...(item?.report?.texts ?? [])]).toEqual([['en', 'a']]);
  });
});
