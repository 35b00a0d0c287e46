import { ConfigError, int, StanzaValueError } from '@sestina/core';
import { parseXml, ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import { Form, FormField, formType, multi, NS_DATA, single } from '@sestina/xep-0004';
import { DiscoInfo, NS_DISCO_INFO, ServiceDiscovery } from '@sestina/xep-0030';
import { DiscoveryExtensions, extension } from '@sestina/xep-0128';
import { describe, expect, it } from 'vitest';

const RoomInfo = formType('http://jabber.org/protocol/muc#roominfo', {
  description: single('muc#roominfo_description'),
  occupants: single('muc#roominfo_occupants', int(0)),
});
const ServerInfo = formType('http://jabber.org/network/serverinfo', { ip: multi('ip_version') });

// XEP-0128 example 2.
const ROOM = `<query xmlns='${NS_DISCO_INFO}'>
  <identity category='conference' type='text' name='A Dark Cave'/>
  <feature var='http://jabber.org/protocol/muc'/>
  <x xmlns='${NS_DATA}' type='result'>
    <field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/muc#roominfo</value></field>
    <field var='muc#roominfo_description' label='Description'><value>The place for all good witches!</value></field>
    <field var='muc#roominfo_occupants' label='Number of occupants'><value>3</value></field>
  </x>
</query>`;

async function start(options: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ plugins: [DiscoveryExtensions], ...options });
  const told = async (to = '', node = ''): Promise<(string | undefined)[]> => {
    const query = `<query xmlns='${NS_DISCO_INFO}' ${node && `node='${node}'`}/>`;
    await stream.recv(`<iq type='get' id='q' from='bob@example.net/x' ${to && `to='${to}'`}>${query}</iq>`);
    const xml = (await stream.nextSent()).firstElement;
    return xml ? [...new DiscoInfo(xml).forms].map((form) => form.field('muc#roominfo_description')?.value) : [];
  };
  return { stream, told, extensions: stream.xmpp.plugin(DiscoveryExtensions) };
}

describe('extension()', () => {
  it('reads what XEP-0128 shows', () => {
    const info = new DiscoInfo(parseXml(ROOM));
    const room = extension(info, RoomInfo);
    expect([room?.description, room?.occupants]).toEqual(['The place for all good witches!', 3]);
    expect(extension(info, ServerInfo)).toBeUndefined();
    expect(extension(undefined, RoomInfo)).toBeUndefined();
  });

  it('does not take a form whose FORM_TYPE is not hidden', () => {
    expect(extension(new DiscoInfo(parseXml(ROOM.replace(`type='hidden'`, ''))), RoomInfo)).toBeUndefined();
  });

  it('refuses a malformed value on access to it, and no other', () => {
    const room = extension(new DiscoInfo(parseXml(ROOM.replace('>3<', '>many<'))), RoomInfo);
    expect(room?.description).toBe('The place for all good witches!');
    expect(() => room?.occupants).toThrow(StanzaValueError);
  });
});

describe('DiscoveryExtensions', () => {
  it('adds forms by address and node', async () => {
    const { told, extensions } = await start({ kind: 'component' });
    const jid = 'room@component.example.org';
    extensions.add(RoomInfo.result({ description: 'all' }));
    extensions.add(RoomInfo.result({ description: 'room' }), { jid });
    extensions.add(RoomInfo.result({ description: 'node' }), { node: 'n' });
    expect(await told('component.example.org')).toEqual(['all']);
    expect(await told(jid)).toEqual(['room', 'all']);
    expect(await told(jid, 'n')).toEqual(['node']);
  });

  it('makes a form anew for each answer, and takes it out again', async () => {
    const { told, extensions } = await start();
    let count = 0;
    const registration = extensions.add(() => RoomInfo.result({ description: String(++count) }));
    expect([await told(), await told()]).toEqual([['1'], ['2']]);
    registration.dispose();
    registration.dispose();
    expect(await told()).toEqual([]);
  });

  it('refuses forms that say nothing of what they are about, or are of another kind', async () => {
    const { extensions, stream, told } = await start();
    expect(() => extensions.add(new Form({ type: 'result' }))).toThrow(ConfigError);
    expect(() => extensions.add(RoomInfo.submit())).toThrow(ConfigError);
    const open = new Form({ type: 'result' });
    open.fields.add(new FormField({ var: 'FORM_TYPE', values: ['urn:x'] }));
    expect(() => extensions.add(open)).toThrow('hidden FORM_TYPE');
    extensions.add(() => open);
    await told();
    expect(stream.errors).toHaveLength(1);
  });

  it('asks others', async () => {
    const { stream, extensions } = await start();
    const asked = extensions.of('darkcave@macbeth.shakespeare.lit', RoomInfo);
    await stream.recvResult(await stream.nextSent(), ROOM);
    expect((await asked)?.occupants).toBe(3);
    const info = await stream.xmpp.plugin(ServiceDiscovery).info('darkcave@macbeth.shakespeare.lit');
    expect(extensions.extension(info, RoomInfo)?.occupants).toBe(3);
  });

  it('takes its forms with it', async () => {
    const { stream, told, extensions } = await start();
    extensions.add(RoomInfo.result({ description: 'x' }));
    expect(() => stream.xmpp.remove(ServiceDiscovery)).toThrow('needed by xep-0128');
    stream.xmpp.remove(DiscoveryExtensions);
    expect(await told()).toEqual([]);
  });

  it('does not mix two connections', async () => {
    const [a, b] = [await start(), await start()];
    a.extensions.add(RoomInfo.result({ description: 'a' }));
    expect([await a.told(), await b.told()]).toEqual([['a'], []]);
  });
});
