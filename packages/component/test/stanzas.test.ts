import { element, type Message, StanzaError, XmlElement } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import { expectXml, parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { PlayedServer, rejection } from './support.js';

class Ping extends element('ping', 'urn:xmpp:ping') {}

const idOf = (stanza: string): string => / id='([^']*)'/.exec(stanza)?.[1] ?? '';

describe('what a component sends', () => {
  it('says whom it is from', async () => {
    const { component, peer } = await new PlayedServer().online();
    component.sendMessage({ to: 'bob@example.net', body: 'hi' });
    expect(await peer.receive('</message>')).toContain("from='bot.example.org'");
    component.sendMessage({ to: 'bob@example.net', from: 'robot@bot.example.org/1', body: 'hi' });
    expect(await peer.receive('</message>')).toContain("from='robot@bot.example.org/1'");
    component.sendPresence({ to: 'bob@example.net' });
    expect(await peer.receive(/<presence[^>]*\/>/)).toContain("from='bot.example.org'");
    component.iqGet('example.net', new Ping()).catch(() => {});
    expect(await peer.receive('</iq>')).toContain("from='bot.example.org'");
    await component.disconnect();
  });

  it('answers from the address that was asked', async () => {
    const { component, peer } = await new PlayedServer().online();
    component.onIq('get', Ping, () => undefined);
    peer.send(
      "<iq type='get' id='1' from='bob@example.net/x' to='robot@bot.example.org'><ping xmlns='urn:xmpp:ping'/></iq>",
    );
    const answer = await peer.receive(/<iq[^>]*\/>/);
    expect(answer).toContain("from='robot@bot.example.org'");
    expect(answer).toContain("to='bob@example.net/x'");
    await component.disconnect();
  });

  it('is asked from any of its addresses, and the answer has to be for that one', async () => {
    const { component, peer } = await new PlayedServer().online();
    const from = 'robot@bot.example.org/1';
    const asking = component.iqGet('bob@example.net/x', new Ping(), { from });
    const id = idOf(await peer.receive('</iq>'));
    peer.send(`<iq type='error' id='${id}' from='bob@example.net/x' to='other@bot.example.org'/>`);
    peer.send(`<iq type='result' id='${id}' from='bob@example.net/x' to='${from}'/>`);
    expect((await asking).type).toBe('result');
    expect(component.spoofedReplies).toBe(1);
    await component.disconnect();
  });

  it('is in the namespace of its stream, and a forwarded message in its own', async () => {
    const { component, peer } = await new PlayedServer().online();
    const forwarded = new XmlElement('forwarded', 'urn:xmpp:forward:0').append(
      new XmlElement('message', NS_CLIENT, { from: 'a@b.example' }).append(
        new XmlElement('body', NS_CLIENT).append('inside'),
      ),
    );
    const message = component.message({ to: 'bob@example.net', body: 'outside' });
    message.xml.append(forwarded);
    message.send();
    const text = await peer.receive(/<message .*<\/message>/);
    const accept = parseXml(text, 'jabber:component:accept');
    expect(accept.namespace).toBe('jabber:component:accept');
    expect(accept.child('body', 'jabber:component:accept')?.text).toBe('outside');
    const inside = accept.child('forwarded', 'urn:xmpp:forward:0')?.firstElement;
    expect(inside?.namespace).toBe('jabber:client');
    expect(inside?.child('body', 'jabber:client')?.text).toBe('inside');
    await component.disconnect();
  });
});

describe('what a component receives', () => {
  async function received(text: string): Promise<Message> {
    const { component, peer } = await new PlayedServer().online();
    const message = component.wait('message');
    peer.send(text);
    const found = await message;
    await component.disconnect();
    return found;
  }

  it('reads as in jabber:client, in whose namespace handlers look', async () => {
    const message = await received("<message from='bob@example.net/x' to='bot.example.org'><body>b</body></message>");
    expect(message.xml.namespace).toBe('jabber:client');
    expect(message.body).toBe('b');
  });

  it('may have a jabber:client message inside', async () => {
    const message = await received(
      "<message from='bob@example.net/x' to='bot.example.org'><body>outside</body><forwarded xmlns='urn:xmpp:forward:0'>" +
        "<message xmlns='jabber:client' from='a@b.example'><body>inside</body></message></forwarded></message>",
    );
    const inside = message.xml.child('forwarded', 'urn:xmpp:forward:0')?.firstElement;
    if (!inside) throw new TypeError('nothing was forwarded');
    expectXml(inside, "<message from='a@b.example'><body>inside</body></message>");
    expect(message.body).toBe('outside');
  });

  it.each([
    "<message to='bot.example.org'><body>x</body></message>",
    "<presence to='bot.example.org'/>",
    "<iq type='get' id='q' to='bot.example.org'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq type='result' id='q' to='bot.example.org'/>",
  ])('has to say whom it is from, or is dropped while the session goes on: %s', async (stray) => {
    const { component, peer } = await new PlayedServer().online();
    const bodies: unknown[] = [];
    const seen: string[] = [];
    component.onMessage(({ body }) => bodies.push(body));
    component.onPresence(() => seen.push('presence'));
    component.onIq('get', Ping, () => void seen.push('iq'));
    const after = component.wait('message');
    peer.send(stray);
    peer.send("<message from='bob@example.net/x' to='bot.example.org'><body>y</body></message>");
    await after;
    expect(component.online).toBe(true);
    await component.disconnect();
    expect(bodies).toEqual(['y']);
    expect(seen).toEqual([]);
  });

  it('ends the session where it is a stanza of a kind that does not exist', async () => {
    const { component, peer } = await new PlayedServer().online();
    const ended = component.wait('disconnected');
    peer.send("<sneeze to='bot.example.org'/>");
    expect(await peer.receive('</stream:stream>')).toContain('<unsupported-stanza-type');
    expect(await ended).toMatchObject({ reason: { condition: 'unsupported-stanza-type', origin: 'local' } });
    await component.disconnect();
  });

  it.each([
    "<iq type='get' id='q' from='bob@example.net/x' to='other.example.org'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq type='get' from='bob@example.net/x' to='x.bot.example.org'/>",
    "<message from='bob@example.net/x' to='alice@example.org'><body>x</body></message>",
    "<presence from='bob@example.net/x' to='alice@example.org' type='subscribe'/>",
  ])('is dropped where it is for another domain: %s', async (stanza) => {
    const { component, peer } = await new PlayedServer().online({ autoAuthorize: true });
    const seen: string[] = [];
    component.onIq('get', Ping, () => void seen.push('iq'));
    component.onMessage(({ body }) => seen.push(body ?? ''));
    component.onPresence(() => seen.push('presence'));
    const after = component.wait('message');
    peer.send(`${stanza}<message from='bob@example.net/x' to='robot@bot.example.org'><body>after</body></message>`);
    await after;
    expect(peer.unread).toBe('');
    await component.disconnect();
    expect(seen).toEqual(['after']);
  });

  it('is for it whatever the case of its domain', async () => {
    const message = await received(
      "<message from='bob@example.net/x' to='Robot@BOT.example.org'><body>b</body></message>",
    );
    expect(message.to?.bare.toString()).toBe('robot@bot.example.org');
  });

  it('is answered as RFC 6120 says where nobody takes it', async () => {
    const { component, peer } = await new PlayedServer().online();
    peer.send("<iq type='get' id='1' from='bob@example.net/x' to='bot.example.org'><q xmlns='urn:unknown'/></iq>");
    expect(await peer.receive('</iq>')).toContain('service-unavailable');
    await component.disconnect();
  });

  it('is refused where it is a command for administrators, by whoever it is sent', async () => {
    const { component, peer } = await new PlayedServer().online();
    peer.send(
      "<iq type='set' id='q' from='mallory@evil.example/x' to='bot.example.org'><command xmlns='http://jabber.org/protocol/commands' " +
        "node='http://jabber.org/protocol/admin#announce' action='execute'/></iq>",
    );
    const answer = await peer.receive('</iq>');
    expect(answer).toContain('<service-unavailable');
    expect(answer).toMatch(/^<iq (?=[^>]*type='error')(?=[^>]*id='q')(?=[^>]*to='mallory@evil.example\/x')/);
    await component.disconnect();
    expect(peer.unread.match(/<iq /g)).toBeNull();
  });

  it('rejects a request with the error that came back', async () => {
    const { component, peer } = await new PlayedServer().online();
    const failed = rejection(component.iqGet('bob@example.net/x', new Ping()));
    const id = idOf(await peer.receive('</iq>'));
    peer.send(
      `<iq type='error' id='${id}' from='bob@example.net/x' to='bot.example.org'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    expect(await failed).toBeInstanceOf(StanzaError);
    await component.disconnect();
  });
});

describe('the rosters of a component', () => {
  it('are kept by it, one for each of its addresses', async () => {
    const { component, peer } = await new PlayedServer().online({ autoAuthorize: true, autoSubscribe: true });
    peer.send("<presence from='bob@example.net' to='robot@bot.example.org' type='subscribe'/>");
    const answers = await peer.receive(/type='subscribe'[^>]*\/>|type='subscribe'[^>]*>/);
    expect(answers).toContain("type='subscribed'");
    expect(answers).toContain("from='robot@bot.example.org'");
    expect(component.roster.of('robot@bot.example.org').get('bob@example.net')?.subscription).toBe('from');
    expect([...component.roster.of('other@bot.example.org')]).toEqual([]);
    await component.disconnect();
  });
});
