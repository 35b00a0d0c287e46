import { sameXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { component, login, online, plainServer, sync } from './raw-client.js';

describe('iq', () => {
  it('goes to the full address and back', async () => {
    const server = plainServer();
    const alice = await login(server, 'alice', 'x');
    const bob = await login(server, 'bob', 'y');
    alice.send("<iq type='get' id='q' to='bob@localhost/y'><query xmlns='urn:x'/></iq>");
    expect(await bob.receive('</iq>')).toBe(
      "<iq type='get' id='q' to='bob@localhost/y' from='alice@localhost/x'><query xmlns='urn:x'/></iq>",
    );
    bob.send("<iq type='result' id='q' to='alice@localhost/x'/>");
    expect(await alice.receive('/>')).toBe("<iq type='result' id='q' to='alice@localhost/x' from='bob@localhost/y'/>");
  });

  it.each([
    ['bob@localhost/gone', 'service-unavailable'],
    ['nobody@localhost/x', 'service-unavailable'],
    ['bob@localhost', 'service-unavailable'],
    ['localhost', 'service-unavailable'],
    ['example.org', 'remote-server-not-found'],
  ])('that nobody answers (to %s) is answered with %s, once', async (to, condition) => {
    const alice = await login(plainServer(), 'alice', 'x');
    alice.send(`<iq type='set' id='q' to='${to}'><query xmlns='urn:x'/></iq>`);
    const answer = await sync(alice);
    expect(answer).toContain(`<iq id='q' from='${to}' to='alice@localhost/x' type='error'>`);
    expect(answer.match(/<\/iq>/g)).toHaveLength(1);
    expect(answer).toContain(`<${condition} `);
  });

  it('that is an answer gets none', async () => {
    const alice = await login(plainServer(), 'alice', 'x');
    for (const to of ['bob@localhost/gone', 'nobody@localhost', 'localhost', 'example.org', 'alice@localhost']) {
      for (const type of ['result', 'error']) alice.send(`<iq type='${type}' id='q' to='${to}'/>`);
    }
    expect(await sync(alice)).toBe('');
  });
});

describe('what the server answers itself', () => {
  async function ask(to: string | undefined, payload: string) {
    const server = plainServer({ components: { 'echo.localhost': 's', 'muc.localhost': 's' } });
    const alice = await online(server, 'alice', 'x');
    alice.send(`<iq type='get' id='q'${to ? ` to='${to}'` : ''}>${payload}</iq>`);
    const answer = await sync(alice);
    return answer;
  }
  const from = (to: string | undefined) => (to ? ` from='${to}'` : '');

  it.each(['localhost', 'alice@localhost', undefined])('ping to %s', async (to) => {
    const answer = await ask(to, "<ping xmlns='urn:xmpp:ping'/>");
    expect(sameXml(answer, `<iq type='result' id='q' to='alice@localhost/x'${from(to)}/>`)).toBeUndefined();
  });

  it('disco#info: what it is and what it can do', async () => {
    const answer = await ask('localhost', "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    expect(answer).toContain("<identity category='server' type='im'/>");
    for (const feature of ['http://jabber.org/protocol/disco#info', 'urn:xmpp:ping', 'jabber:iq:roster']) {
      expect(answer).toContain(`<feature var='${feature}'/>`);
    }
  });

  it('disco#items: its components', async () => {
    const answer = await ask('localhost', "<query xmlns='http://jabber.org/protocol/disco#items'/>");
    expect(answer).toContain("<item jid='echo.localhost'/><item jid='muc.localhost'/>");
  });

  it('disco of a node: there is none', async () => {
    const answer = await ask('localhost', "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>");
    expect(answer).toContain('<item-not-found ');
  });

  it('disco#info of the own account', async () => {
    const answer = await ask(undefined, "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    expect(answer).toContain("<identity category='account' type='registered'/>");
  });

  it('version', async () => {
    expect(await ask('localhost', "<query xmlns='jabber:iq:version'/>")).toContain('<name>Sestina MemoryServer</name>');
  });

  it('nothing about a stranger: the same as for nobody', async () => {
    const disco = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
    const known = await ask('bob@localhost', disco);
    const unknown = await ask('nobody@localhost', disco);
    expect(known).toBe(unknown.replace('nobody', 'bob'));
    expect(known).toContain('<service-unavailable ');
  });

  it('components too', async () => {
    const server = plainServer({ components: { 'echo.localhost': 's' } });
    const echo = await component(server, 'echo.localhost', 's');
    echo.send("<iq type='get' id='p' from='bot@echo.localhost' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
    expect(await echo.receive('/>')).toBe("<iq id='p' from='localhost' to='bot@echo.localhost' type='result'/>");
  });
});
