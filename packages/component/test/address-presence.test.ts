import { ConfigError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { scripted } from './scripted.js';

describe('presence of an address', () => {
  const subscribe = (from: string, to = 'romeo@bot.example.org'): string =>
    `<presence from='${from}' to='${to}' type='subscribe'/>`;

  it('goes to those who are subscribed to it, and answers their probes', async () => {
    const { component, stream } = await scripted({ autoAuthorize: true });
    await stream.recv(
      subscribe('bob@example.net') +
        subscribe('carol@example.net') +
        subscribe('dave@example.net', 'juliet@bot.example.org'),
    );
    stream.skipSent();
    component.as('romeo@bot.example.org').sendPresence({ show: 'away' });
    await stream.expectSent("<presence from='romeo@bot.example.org' to='bob@example.net'><show>away</show></presence>");
    await stream.expectSent(
      "<presence from='romeo@bot.example.org' to='carol@example.net'><show>away</show></presence>",
    );
    await stream.recv("<presence type='probe' from='bob@example.net/x' to='romeo@bot.example.org'/>");
    await stream.expectSent(
      "<presence from='romeo@bot.example.org' to='bob@example.net/x'><show>away</show></presence>",
    );
    component.roster.autoAuthorize = 'ask';
    await stream.recv("<presence type='probe' from='dave@example.net' to='romeo@bot.example.org'/>");
    await stream.expectSent("<presence from='romeo@bot.example.org' to='dave@example.net' type='unsubscribed'/>");
    await stream.recv("<presence type='probe' from='dave@example.net' to='juliet@bot.example.org'/>");
    await stream.expectSent("<presence from='juliet@bot.example.org' to='dave@example.net' type='unavailable'/>");
    await stream.expectNothingSent();
  });

  it('is that of each of its resources', async () => {
    const { component, stream } = await scripted({ autoAuthorize: true });
    await stream.recv(subscribe('bob@example.net'));
    component.as('romeo@bot.example.org/a').sendPresence({ priority: 1 });
    component.as('romeo@bot.example.org/b').sendPresence({ show: 'dnd' });
    await stream.idle();
    stream.skipSent();
    await stream.recv("<presence type='probe' from='bob@example.net' to='romeo@bot.example.org'/>");
    await stream.expectSent(
      "<presence from='romeo@bot.example.org/a' to='bob@example.net'><priority>1</priority></presence>",
    );
    await stream.expectSent(
      "<presence from='romeo@bot.example.org/b' to='bob@example.net'><show>dnd</show></presence>",
    );
    component.as('romeo@bot.example.org/a').sendPresence({ type: 'unavailable' });
    await stream.expectSent("<presence from='romeo@bot.example.org/a' to='bob@example.net' type='unavailable'/>");
    await stream.recv("<presence type='probe' from='bob@example.net' to='romeo@bot.example.org'/>");
    await stream.expectSent(
      "<presence from='romeo@bot.example.org/b' to='bob@example.net'><show>dnd</show></presence>",
    );
    component.as('romeo@bot.example.org').roster.get('bob@example.net')?.unauthorize();
    await stream.expectSent("<presence from='romeo@bot.example.org/b' to='bob@example.net' type='unavailable'/>");
    await stream.expectSent("<presence from='romeo@bot.example.org' to='bob@example.net' type='unsubscribed'/>");
    await stream.expectNothingSent();
  });

  it('without an addressee is never sent to the server, however it is made', async () => {
    const { component, stream } = await scripted({ autoAuthorize: true });
    await stream.recv(subscribe('bob@example.net') + subscribe('bob@example.net', 'bot.example.org'));
    stream.skipSent();
    component.sendPresence({ status: 'up' });
    await stream.expectSent("<presence from='bot.example.org' to='bob@example.net'><status>up</status></presence>");
    component.sendPresence({ from: 'romeo@bot.example.org', status: 'here' });
    await stream.expectSent(
      "<presence from='romeo@bot.example.org' to='bob@example.net'><status>here</status></presence>",
    );
    component.as('romeo@bot.example.org').presence({ type: 'unavailable' }).send();
    await stream.expectSent("<presence from='romeo@bot.example.org' to='bob@example.net' type='unavailable'/>");
    expect(await component.as('nobody@bot.example.org').sendPresence()).toBe('written');
    await stream.expectNothingSent();
  });

  it('is asked for and granted, and the roster follows', async () => {
    const { component, stream } = await scripted();
    const romeo = component.as('romeo@bot.example.org/r');
    romeo.sendPresenceSubscription('bob@example.net/x');
    await stream.expectSent("<presence id='*' from='romeo@bot.example.org' to='bob@example.net' type='subscribe'/>");
    await stream.recv("<presence from='bob@example.net' to='romeo@bot.example.org' type='subscribed'/>");
    romeo.sendPresenceSubscription('bob@example.net', 'subscribed');
    await stream.expectSent("<presence from='romeo@bot.example.org' to='bob@example.net' type='subscribed'/>");
    expect(romeo.roster.get('bob@example.net')?.subscription).toBe('both');
    romeo.sendPresenceSubscription('bob@example.net', 'unsubscribe');
    expect(romeo.roster.get('bob@example.net')?.subscription).toBe('from');
    romeo.sendPresenceSubscription('bob@example.net', 'unsubscribed');
    expect(romeo.roster.get('bob@example.net')).toBeUndefined();
    await stream.idle();
    expect(stream.sent.slice(-3).map((sent) => sent.attribute('type'))).toEqual([
      'unsubscribe',
      'unavailable',
      'unsubscribed',
    ]);
  });

  it('is in the roster too where the component sends it, from any of its addresses or from itself', async () => {
    const { component, stream } = await scripted();
    for (const from of ['romeo@bot.example.org', 'bot.example.org']) {
      const init = from === 'bot.example.org' ? {} : { from };
      component.sendPresenceSubscription('bob@example.net/x', 'subscribe', init);
      await stream.expectSent(`<presence id='*' from='${from}' to='bob@example.net' type='subscribe'/>`);
      await stream.recv(`<presence from='bob@example.net' to='${from}' type='subscribed'/>`);
      expect(component.roster.of(from).get('bob@example.net')?.subscription, from).toBe('to');
    }
    expect(() =>
      component.sendPresenceSubscription('bob@example.net', 'subscribe', { from: 'a@other.example' }),
    ).toThrow(ConfigError);
    component.sendPresenceSubscription('carol@example.net', 'subscribe', { status: 'It is me' });
    await stream.expectSent(
      "<presence id='*' from='bot.example.org' to='carol@example.net' type='subscribe'><status>It is me</status></presence>",
    );
  });
});
