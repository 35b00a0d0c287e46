import { JID, StanzaError, TimeoutError, viewOf } from '@sestina/core';
import { expectXml, parseXml, ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_VERSION, SoftwareVersion, Version } from '../src/index.js';

const QUESTION = `<iq
    type='get'
    from='romeo@montague.net/orchard'
    to='juliet@capulet.com/balcony'
    id='version_1'>
  <query xmlns='jabber:iq:version'/>
</iq>`;
const EXODUS = `<query xmlns='jabber:iq:version'>
    <name>Exodus</name>
    <version>0.7.0.4</version>
    <os>Windows-XP 5.01.2600</os>
  </query>`;
const UNAVAILABLE = `<iq to='romeo@montague.net/orchard' id='version_1' type='error'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;
const streams = useStreams(afterEach);

async function start(options: object = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({
    jid: 'juliet@capulet.com/balcony',
    plugins: [[SoftwareVersion, options]],
    ...more,
  });
  streams.keep(stream);
  return { stream, software: stream.xmpp.plugin(SoftwareVersion) };
}

describe('telling', () => {
  it('tells nothing by default, and does not announce that it could (XEP-0092 §5)', async () => {
    const { stream } = await start();
    expect([...stream.xmpp.advertised]).toEqual([]);
    await stream.recv(QUESTION);
    await stream.expectSent(UNAVAILABLE);
  });

  it('tells nothing where only version and system are given', async () => {
    const { stream } = await start({ version: '1', os: 'Plan 9' });
    await stream.recv(QUESTION);
    await stream.expectSent(UNAVAILABLE);
  });

  it('tells what it was given (XEP-0092 examples 1 and 2)', async () => {
    const { stream } = await start({ name: 'Exodus', version: '0.7.0.4', os: 'Windows-XP 5.01.2600' });
    expect([...stream.xmpp.advertised]).toEqual([NS_VERSION]);
    await stream.recv(QUESTION);
    await stream.expectSent(`<iq type='result' to='romeo@montague.net/orchard' id='version_1'>${EXODUS}</iq>`);
  });

  it('tells those alone that may know, and others what an absent program tells', async () => {
    const { stream } = await start({ name: 'Exodus', answer: 'contacts' });
    expect([...stream.xmpp.advertised]).toEqual([NS_VERSION]);
    await stream.recv(QUESTION);
    await stream.expectSent(UNAVAILABLE);
    stream.xmpp.roster.of().apply([{ jid: JID.parse('romeo@montague.net'), subscription: 'from' }]);
    await stream.recv(QUESTION);
    expect((await stream.nextSent()).attribute('type')).toBe('result');
    const nobody = await start({ name: 'Exodus', answer: 'nobody' });
    expect([...nobody.stream.xmpp.advertised]).toEqual([]);
    await nobody.stream.recv(QUESTION);
    await nobody.stream.expectSent(UNAVAILABLE);
  });

  it('keeps the system to itself unless it is given', async () => {
    const { stream } = await start({ name: 'Exodus' });
    await stream.recv(QUESTION);
    await stream.expectSent(
      `<iq type='result' to='romeo@montague.net/orchard' id='version_1'><query xmlns='jabber:iq:version'><name>Exodus</name><version/></query></iq>`,
    );
  });

  it('answers every question afresh', async () => {
    const { stream } = await start({ name: 'Exodus', version: '1' });
    const answer = (id: string) =>
      `<iq type='result' to='a@b.c/d' id='${id}'><query xmlns='jabber:iq:version'><name>Exodus</name><version>1</version></query></iq>`;
    for (const id of ['1', '2']) {
      await stream.recv(`<iq type='get' from='a@b.c/d' id='${id}'><query xmlns='jabber:iq:version'/></iq>`);
      await stream.expectSent(answer(id));
    }
  });
});

describe('asking', () => {
  it('gives what the entity says of itself', async () => {
    const { stream, software } = await start({}, { jid: 'romeo@montague.net/orchard' });
    const answer = software.query('juliet@capulet.com/balcony');
    const request = await stream.expectSent(
      `<iq type='get' to='juliet@capulet.com/balcony' id='*'><query xmlns='jabber:iq:version'/></iq>`,
    );
    await stream.recvResult(request, EXODUS);
    const { name, version, os } = await answer;
    expect([name, version, os]).toEqual(['Exodus', '0.7.0.4', 'Windows-XP 5.01.2600']);
  });

  it.each([
    ['a version', '<name>Psi</name>', 'Psi', ''],
    ['a name', '<version>1</version>', '', '1'],
    ['anything', '', '', ''],
  ])('takes an answer without %s, which is only shown', async (_what, inside, name, version) => {
    const { stream, software } = await start();
    const answer = software.query('capulet.com');
    await stream.recvResult(await stream.nextSent(), `<query xmlns='jabber:iq:version'>${inside}</query>`);
    const found = await answer;
    expect([found.name, found.version, found.os]).toEqual([name, version, undefined]);
  });

  it.each(['', `<query xmlns='jabber:iq:private'><name>x</name></query>`])(
    'rejects for a result that holds no answer: "%s"',
    async (payload) => {
      const { stream, software } = await start();
      const rejected = expect(software.query('capulet.com')).rejects.toBeInstanceOf(StanzaError);
      await stream.recvResult(await stream.nextSent(), payload);
      await rejected;
    },
  );

  it('rejects with the error that came, and after its timeout', async () => {
    const { stream, software } = await start();
    const refused = expect(software.query('capulet.com')).rejects.toMatchObject({ condition: 'forbidden' });
    await stream.recvError(await stream.nextSent(), 'forbidden');
    await refused;
    const silent = expect(software.query('capulet.com', { timeout: 9 })).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(9);
    await silent;
    expect(stream.clock.pending).toEqual([]);
  });

  it('gives up when its signal aborts', async () => {
    const { software } = await start();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(software.query('capulet.com', { signal })).rejects.toThrow('enough');
  });

  it('ignores an answer from somebody who was not asked', async () => {
    const { stream, software } = await start();
    const answer = software.query('capulet.com');
    const request = await stream.nextSent();
    await stream.recv(
      `<iq type='result' from='eve@evil.lit/x' id='${request.attribute('id')}'><query xmlns='jabber:iq:version'><name>Eve</name><version>6</version></query></iq>`,
    );
    expect(stream.xmpp.spoofedReplies).toBe(1);
    await stream.recvResult(request, EXODUS);
    expect((await answer).name).toBe('Exodus');
  });

  it('asks from an address of a component', async () => {
    const { stream, software } = await start({}, { kind: 'component', jid: 'chat.shakespeare.lit' });
    const answer = software.query('juliet@capulet.com', { from: 'room@chat.shakespeare.lit' });
    const request = await stream.expectSent(
      `<iq type='get' from='room@chat.shakespeare.lit' to='juliet@capulet.com' id='*'><query xmlns='jabber:iq:version'/></iq>`,
    );
    await stream.recvResult(request, EXODUS);
    expect((await answer).version).toBe('0.7.0.4');
  });
});

describe('the plugin', () => {
  it('is gone without a trace when it is removed, and the stream goes on', async () => {
    const { stream } = await start({ name: 'Exodus' });
    expect(stream.xmpp.remove(SoftwareVersion)).toBe(true);
    expect([...stream.xmpp.advertised]).toEqual([]);
    await stream.recv(QUESTION);
    await stream.expectSent(UNAVAILABLE);
  });

  it('asks nobody any more once it is removed', async () => {
    const { stream } = await start();
    const held = stream.xmpp.plugin(SoftwareVersion);
    stream.xmpp.remove(SoftwareVersion);
    await expect(held.query('example.org')).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING', plugin: 'xep-0092' });
    await stream.expectNothingSent();
  });

  it('keeps two connections apart', async () => {
    const a = await start({ name: 'A', version: '1' });
    const b = await start({ name: 'B', version: '2' });
    await a.stream.recv(QUESTION);
    await b.stream.recv(QUESTION);
    const said = await Promise.all([a.stream.nextSent(), b.stream.nextSent()]);
    expect(said.map((iq) => iq.child('query', NS_VERSION)?.child('name', NS_VERSION)?.text)).toEqual(['A', 'B']);
  });
});

describe('Version', () => {
  it('reads and writes what XML says', () => {
    const { name, version, os } = viewOf(Version, parseXml(EXODUS));
    expectXml(new Version({ name, version, os }).xml, EXODUS);
  });

  it('keeps what it does not know', () => {
    const xml = `<query xmlns='jabber:iq:version'><name>x</name><version>1</version><beta xmlns='urn:x'/></query>`;
    const read = viewOf(Version, parseXml(xml)).copy();
    read.os = 'Plan 9';
    expectXml(read.xml, xml.replace('<beta', '<os>Plan 9</os><beta'), { anyOrder: true });
  });
});
