import { Registration } from '@sestina/core';
import { StreamManagement } from '@sestina/xep-0198';
import { Activity, ClientState, type ClientStateOptions } from '@sestina/xep-0352';
import { Bind2 } from '@sestina/xep-0386';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, BIND, Sasl2Server, SM } from '../../support/sasl2.js';

const CSI = "<csi xmlns='urn:xmpp:csi:0'/>";
const NS_SM = 'urn:xmpp:sm:3';
const FULL = `${ACCOUNT}/Sestina/x`;
const INLINE = `${SM}<bind xmlns='urn:xmpp:bind:0'><inline><feature var='${NS_SM}'/><feature var='urn:xmpp:csi:0'/></inline></bind>`;
const ENABLED = `<bound xmlns='urn:xmpp:bind:0'><enabled xmlns='${NS_SM}' id='i1' resume='true'/></bound>`;

async function online(options: Partial<ClientStateOptions> = {}, features = `${CSI}`) {
  const server = new Sasl2Server();
  const xmpp = server.client({ reconnect: { base: 1, max: 1 } });
  xmpp.use(Bind2, { withoutArchive: 'accept' });
  xmpp.use(StreamManagement);
  const state = xmpp.use(ClientState, options);
  const { stream, connecting } = await server.connect(xmpp);
  await stream.open({ inline: INLINE });
  const asked = await stream.login({ jid: FULL, inside: ENABLED, features });
  await connecting;
  await stream.idle();
  return { server, xmpp, state, stream, asked };
}
const said = (text: string): string[] => [...text.matchAll(/<(active|inactive) /g)].map(([, name]) => name ?? '');

describe('the state of the client', () => {
  it('is told after a while, and that somebody is back at once, before what he does', async () => {
    const { server, xmpp, state, stream } = await online();
    state.inactive();
    await server.clock.advance(9_999);
    expect(said(stream.peer.received)).toEqual([]);
    await server.clock.advance(1);
    expect(said(stream.peer.received)).toEqual(['inactive']);
    state.active();
    xmpp.sendMessage({ to: 'bob@example.net', body: 'back' });
    await stream.idle();
    expect(stream.peer.received.indexOf('<active')).toBeLessThan(stream.peer.received.indexOf('back'));
    expect(said(stream.peer.received)).toEqual(['inactive', 'active']);
    await server.end(xmpp);
  });

  it('is not told of glances: ten in a second are at most two', async () => {
    const { server, xmpp, state, stream } = await online({ delay: 150 });
    for (let flip = 0; flip < 10; flip++) {
      state.inactive();
      await server.clock.advance(50);
      state.active();
      await server.clock.advance(50);
    }
    expect(said(stream.peer.received)).toEqual([]);
    await server.end(xmpp);
  });

  it('is told to no server that does not want to know, and is not kept for later', async () => {
    const { server, xmpp, state, stream } = await online({ delay: 0 }, '');
    state.inactive();
    await server.clock.advance(1);
    state.active();
    await stream.idle();
    expect(said(stream.peer.received)).toEqual([]);
    await server.end(xmpp);
  });

  it('is told once more where a session is resumed, whose stream begins active', async () => {
    const { server, xmpp, state, stream } = await online({ delay: 0 });
    state.inactive();
    await server.clock.advance(1);
    stream.peer.drop();
    await server.clock.advance(1_000);
    const next = server.stream;
    await next.open({ inline: INLINE });
    await next.login({ jid: FULL, inside: `<resumed xmlns='${NS_SM}' h='0' previd='i1'/>`, features: false });
    expect(said(next.peer.received.slice(next.peer.received.indexOf('<response')))).toEqual(['inactive']);
    await server.end(xmpp);
  });

  it('is told within the login where a new session begins, and not again', async () => {
    const { server, xmpp, state, stream } = await online({ delay: 0 });
    state.inactive();
    await server.clock.advance(1);
    stream.peer.drop();
    await server.clock.advance(1_000);
    const next = server.stream;
    await next.open({ inline: INLINE });
    const failed = `<failed xmlns='${NS_SM}'/>`;
    const asked = await next.login({ jid: FULL, inside: failed + ENABLED.replace('i1', 'i2'), features: CSI });
    expect(asked.child('bind', 'urn:xmpp:bind:0')?.child('inactive', 'urn:xmpp:csi:0')).toBeDefined();
    await next.idle();
    expect(said(next.peer.received)).toEqual(['inactive']);
    state.active();
    await next.idle();
    expect(said(next.peer.received)).toEqual(['inactive', 'active']);
    await server.end(xmpp);
  });

  it('follows whoever knows, and is active again once it is removed', async () => {
    class Switch extends Activity {
      active = true;
      callback: (() => void) | undefined;
      onChange(callback: () => void): Registration {
        this.callback = callback;
        return new Registration(() => {
          this.callback = undefined;
        });
      }
    }
    const follow = new Switch();
    const { server, xmpp, stream } = await online({ delay: 0, follow });
    follow.active = false;
    follow.callback?.();
    await server.clock.advance(1);
    expect(said(stream.peer.received)).toEqual(['inactive']);
    xmpp.plugins.remove(ClientState);
    await stream.idle();
    expect(said(stream.peer.received)).toEqual(['inactive', 'active']);
    expect(follow.callback).toBeUndefined();
    await server.end(xmpp);
  });

  it('of a plugin that is installed in a session is what the server believes already', async () => {
    const { server, xmpp, state, stream } = await online();
    xmpp.plugins.remove(ClientState);
    const again = xmpp.use(ClientState, { delay: 0 });
    again.active();
    await stream.idle();
    expect(said(stream.peer.received)).toEqual([]);
    again.inactive();
    await server.clock.advance(1);
    expect([said(stream.peer.received), again.state, state.state]).toEqual([['inactive'], 'inactive', 'active']);
    await server.end(xmpp);
  });

  it('is told after the login of RFC 6120 too', async () => {
    const server = new Sasl2Server();
    const xmpp = server.client();
    const state = xmpp.use(ClientState, { delay: 0 });
    xmpp.use(Bind2);
    state.inactive();
    await server.clock.advance(1);
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open();
    await stream.login({ features: BIND + CSI });
    await stream.bind();
    await connecting;
    await stream.idle();
    expect(said(stream.peer.received)).toEqual(['inactive']);
    await server.end(xmpp);
  });
});
