import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { component, login, online, plainServer, sync } from './raw-client.js';

describe('messages', () => {
  it('go to the resource with the highest priority, to all of them where several have it', async () => {
    const server = plainServer();
    const low = await online(server, 'bob', 'low', 1);
    const high = await online(server, 'bob', 'high', 5);
    const alice = await login(server, 'alice', 'x');
    alice.send("<message to='bob@localhost' type='chat'><body>1</body></message>");
    await sync(alice);
    expect(await sync(high)).toContain('<body>1</body>');
    expect(await sync(low)).not.toContain('<body>');
    const also = await online(server, 'bob', 'also', 5);
    alice.send("<message to='bob@localhost'><body>2</body></message>");
    await sync(alice);
    expect(await sync(high)).toContain("<message to='bob@localhost' from='alice@localhost/x'><body>2</body></message>");
    expect(await sync(also)).toContain('<body>2</body>');
  });

  it('go to the full address they name, whatever its priority', async () => {
    const server = plainServer();
    const bob = await online(server, 'bob', 'low', -1);
    const alice = await login(server, 'alice', 'x');
    alice.send("<message to='bob@localhost/low' type='groupchat'><body>1</body></message>");
    expect(await bob.receive('</message>')).toContain('<body>1</body>');
  });

  it('to oneself need no address', async () => {
    const alice = await online(plainServer(), 'alice', 'x');
    alice.send('<message><body>note</body></message>');
    expect(await alice.receive('</message>')).toContain('<body>note</body>');
  });

  it('are kept for who is away, and come with the time they were sent', async () => {
    const clock = new VirtualClock();
    const server = plainServer({ clock });
    const alice = await login(server, 'alice', 'x');
    alice.send("<message to='bob@localhost' type='chat'><body>later</body></message>");
    alice.send("<message to='bob@localhost' type='headline'><body>news</body></message>");
    alice.send(
      "<message to='bob@localhost' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
    );
    expect(await sync(alice)).toBe('');
    await clock.advance(60_000);
    const deaf = await login(server, 'bob', 'deaf');
    deaf.send('<presence><priority>-1</priority></presence>');
    expect(await sync(deaf)).not.toContain('<body>');
    const bob = await login(server, 'bob', 'y');
    bob.send('<presence/>');
    const kept = await sync(bob);
    expect(kept.match(/<message .*<\/message>/)?.[0]).toBe(
      "<message to='bob@localhost' type='chat' from='alice@localhost/x'><body>later</body>" +
        "<delay xmlns='urn:xmpp:delay' from='localhost' stamp='2024-01-01T00:00:00.000Z'/></message>",
    );
    bob.send('<presence/>');
    expect(await sync(bob)).not.toContain('<message');
  });

  it('are kept only up to a number', async () => {
    const server = plainServer({ offlineMessages: 1 });
    const alice = await login(server, 'alice', 'x');
    alice.send(
      "<message to='bob@localhost'><body>1</body></message><message to='bob@localhost'><body>2</body></message>",
    );
    expect((await sync(alice)).match(/<service-unavailable /g)).toHaveLength(1);
  });

  it.each([
    ["to='nobody@localhost'", 'service-unavailable'],
    ["to='localhost'", 'service-unavailable'],
    ["to='bob@localhost' type='groupchat'", 'service-unavailable'],
    ["to='bob@localhost/gone'", 'service-unavailable'],
    ["to='alice@example.org'", 'remote-server-not-found'],
    ["to='x@down.localhost'", 'service-unavailable'],
  ])('that cannot be delivered (%s) come back with %s', async (address, condition) => {
    const server = plainServer({ components: { 'down.localhost': 's' } });
    await online(server, 'bob', 'y');
    const alice = await login(server, 'alice', 'x');
    alice.send(`<message ${address} id='m'><body>?</body></message>`);
    const back = await sync(alice);
    expect(back).toMatch(/^<message id='m' from='[^']*' to='alice@localhost\/x' type='error'><error type='cancel'>/);
    expect(back).toContain(`<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>`);
  });

  it('that are errors themselves are answered by nobody', async () => {
    const alice = await login(plainServer(), 'alice', 'x');
    for (const to of ['nobody@localhost', 'bob@localhost', 'bob@localhost/gone', 'a@example.org', 'localhost']) {
      alice.send(`<message type='error' to='${to}'/>`);
    }
    expect(await sync(alice)).toBe('');
  });

  it('reach a session that has not sent presence only by its full address', async () => {
    const server = plainServer({ components: { 'echo.localhost': 's' } });
    const bob = await login(server, 'bob', 'y');
    const echo = await component(server, 'echo.localhost', 's');
    echo.send("<message from='echo.localhost' to='bob@localhost'><body>bare</body></message>");
    echo.send("<message from='echo.localhost' to='bob@localhost/y'><body>full</body></message>");
    expect(await bob.receive('</message>')).toContain('full');
  });
});
