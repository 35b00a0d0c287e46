import { Iq } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { DiscoInfo, NS_DISCO_INFO } from '@sestina/xep-0030';
import { parseXmppUri, type XmppUri } from '@sestina/xep-0147';
import { afterEach, describe, expect, it } from 'vitest';
import { ContactAddresses, NS_SERVERINFO } from '../src/index.js';

const streams = useStreams(afterEach);

async function contacts(fields: string) {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [ContactAddresses] }));
  const asked = stream.xmpp.plugin(ContactAddresses).of('shakespeare.lit');
  await stream.recvResult(
    await stream.nextSent(),
    `<query xmlns='${NS_DISCO_INFO}'><identity category='server' type='im'/><feature var='${NS_DISCO_INFO}'/>
      <x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>${NS_SERVERINFO}</value></field>${fields}</x></query>`,
  );
  return asked;
}

const field = (name: string, values: readonly string[], type = ''): string =>
  `<field var='${name}' ${type}>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;

describe('the contacts of a service', () => {
  it('are links by purpose, whatever type of field the server gives', async () => {
    for (const type of ['', `type='list-multi'`, `type='text-multi'`]) {
      const found = await contacts(
        field('abuse-addresses', ['mailto:abuse@shakespeare.lit', 'xmpp:abuse@shakespeare.lit?message'], type) +
          field('status-addresses', ['https://status.shakespeare.lit'], type) +
          field('press-addresses', ['mailto:press@shakespeare.lit'], type) +
          field('other', ['mailto:nobody@shakespeare.lit'], type),
      );
      expect([found.abuse.map(String), found.status.map(String), found.admin]).toEqual([
        ['mailto:abuse@shakespeare.lit', 'xmpp:abuse@shakespeare.lit?message'],
        ['https://status.shakespeare.lit/'],
        [],
      ]);
      expect([...found.others].map(([role, [link]]) => [role, `${link}`])).toEqual([
        ['press', 'mailto:press@shakespeare.lit'],
      ]);
    }
  });

  it('that are no links, or do something, are texts', async () => {
    const odd = [
      'javascript:alert(1)',
      'javascript:https://a.example/',
      'data:xmpp:a@b.example',
      'call me',
      'data:text/html,x',
      'xmpp:@',
      'file:///etc/passwd',
      'http:',
    ];
    const found = await contacts(field('admin-addresses', odd));
    expect([found.admin, found.invalid]).toEqual([[], odd.map((text) => ({ role: 'admin', text }))]);
    const behind = [
      'see https://example.org/',
      'call xmpp:a@b.example',
      ' mailto:a@b.example\n',
      'XMPP:a@b.example',
      ' ',
    ];
    const more = await contacts(`${field('press-addresses', behind)}<field type='fixed'><value>x</value></field>`);
    expect(more.others.get('press')?.map(String)).toEqual(['mailto:a@b.example', 'xmpp:a@b.example']);
    expect(more.invalid).toEqual(behind.slice(0, 2).map((text) => ({ role: 'press', text })));
    for (const role of ['mailto', 'https', 'http'])
      expect((await contacts(field('sales-addresses', [`${role}:`]))).sales).toEqual([]);
  });

  it('are a hundred of a kind at most', async () => {
    const all = Array.from({ length: 101 }, (_, i) => `mailto:a${i}@b.example`);
    const found = await contacts(field('support-addresses', all) + field('feedback-addresses', ['http://b.example/']));
    expect(found.support.map(String)).toEqual(all.slice(0, 100));
    expect(found.feedback.map(String)).toEqual(['http://b.example/']);
  });

  it('are none where the service says nothing, and a form of another type counts for nothing', async () => {
    const stream = streams.keep(await ScriptedStream.start({ plugins: [ContactAddresses] }));
    const asked = stream.xmpp.plugin(ContactAddresses).of();
    await stream.recvResult(
      await stream.expectSent(
        `<iq type='get' id='*' to='${stream.xmpp.serverDomain}'><query xmlns='${NS_DISCO_INFO}'/></iq>`,
      ),
      `<query xmlns='${NS_DISCO_INFO}'><x xmlns='jabber:x:data' type='result'>${field('abuse-addresses', ['mailto:a@b.example'])}</x></query>`,
    );
    expect((await asked).abuse).toEqual([]);
  });
});

describe('our own contacts', () => {
  it('are told by a component, and read again', async () => {
    const stream = streams.keep(
      await ScriptedStream.start({ kind: 'component', jid: 'bot.example.org', plugins: [ContactAddresses] }),
    );
    const plugin = stream.xmpp.plugin(ContactAddresses);
    const served = plugin.serve({
      abuse: ['mailto:abuse@example.org'],
      security: [new URL('https://example.org/s')],
      sales: [],
    });
    const ask = async (id: string) => {
      await stream.recv(
        `<iq type='get' id='${id}' from='juliet@capulet.example/b' to='bot.example.org'><query xmlns='${NS_DISCO_INFO}'/></iq>`,
      );
      const form = new Iq(await stream.nextSent()).payload(DiscoInfo)?.form(NS_SERVERINFO);
      return form && [...form.fields].map(({ var: name, type, values }) => [name, type, ...values]);
    };
    expect(await ask('a')).toEqual([
      ['FORM_TYPE', 'hidden', NS_SERVERINFO],
      ['abuse-addresses', 'list-multi', 'mailto:abuse@example.org'],
      ['security-addresses', 'list-multi', 'https://example.org/s'],
    ]);
    served.dispose();
    expect(await ask('b')).toBeUndefined();
    expect(() => plugin.serve({ abuse: ['javascript:alert(1)'] })).toThrow(TypeError);
    plugin.serve({ support: [parseXmppUri('xmpp:help@example.org?message') as XmppUri], feedback: undefined });
    expect(await ask('c')).toEqual([
      ['FORM_TYPE', 'hidden', NS_SERVERINFO],
      ['support-addresses', 'list-multi', 'xmpp:help@example.org?message'],
    ]);
    stream.xmpp.remove(ContactAddresses);
    expect(await ask('d')).toBeUndefined();
  });
});
