import { Message, viewOf } from '@sestina/core';
import { expectXml, parseXml, ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { MessageStyling, NS_STYLING } from '../src/index.js';
import { shown } from './shown.js';

const streams = useStreams(afterEach);

describe('message.unstyled', () => {
  it('has the text shown as it is (XEP-0393 §7)', () => {
    const read = (inside: string): Message =>
      viewOf(Message, parseXml(`<message xmlns='jabber:client'><body>&gt; _ &lt;</body>${inside}</message>`));
    const { body = '', unstyled } = read(`<unstyled xmlns='${NS_STYLING}'/>`);
    expect([unstyled, shown(body, { unstyled })]).toEqual([true, '[> _ <]']);
    expect([read('').unstyled, read("<unstyled xmlns='urn:example'/>").unstyled]).toEqual([false, false]);
  });

  it('is written', () => {
    const message = new Message({ body: '> _ <', unstyled: true });
    expectXml(
      message.xml,
      `<message xmlns='jabber:client'><body>&gt; _ &lt;</body><unstyled xmlns='${NS_STYLING}'/></message>`,
    );
    message.unstyled = false;
    expectXml(message.xml, `<message xmlns='jabber:client'><body>&gt; _ &lt;</body></message>`);
  });
});

describe('the plugin', () => {
  it('announces that styles are shown, while they are', async () => {
    const on = streams.keep(await ScriptedStream.start({ plugins: [MessageStyling] }));
    expect([...on.xmpp.advertised]).toContain(NS_STYLING);
    on.xmpp.remove(MessageStyling);
    expect([...on.xmpp.advertised]).not.toContain(NS_STYLING);
    const off = streams.keep(await ScriptedStream.start({ plugins: [[MessageStyling, { render: false }]] }));
    expect([...off.xmpp.advertised]).not.toContain(NS_STYLING);
  });
});
