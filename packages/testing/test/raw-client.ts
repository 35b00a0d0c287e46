import { MemoryServer, type MemoryServerOptions, RawPeer } from '@sestina/testing';

const signal = new AbortController().signal;

export const header = (to = 'localhost', namespace = 'jabber:client', version = " version='1.0'"): string =>
  `<?xml version='1.0'?><stream:stream xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams' to='${to}'${version}>`;

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A server with users and without the ceremony, for tests that are about something else. */
export const plainServer = (options: MemoryServerOptions = {}): MemoryServer =>
  new MemoryServer({
    starttls: 'off',
    mechanisms: ['PLAIN'],
    users: { alice: 'secret', bob: 'geheim', carol: 'segreto' },
    ...options,
  });

/** A connection on which nothing has been said. */
export function open(server: MemoryServer): Promise<RawPeer> {
  return RawPeer.connect(server.transports.connect({ domain: server.domain, kind: 'client' }), { signal });
}

/** A bound session. */
export async function login(server: MemoryServer, user: string, resource: string): Promise<RawPeer> {
  const passwords: Record<string, string> = { alice: 'secret', bob: 'geheim', carol: 'segreto' };
  const peer = await open(server);
  peer.send(header());
  await peer.receive('</stream:features>');
  peer.send(
    `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${base64(`\0${user}\0${passwords[user]}`)}</auth>`,
  );
  await peer.receive('<success');
  peer.send(header());
  await peer.receive('</stream:features>');
  peer.send(
    `<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
  );
  await peer.receive('</iq>');
  return peer;
}

/** Bound, available, and past its own presence. */
export async function online(server: MemoryServer, user: string, resource: string, priority = 0): Promise<RawPeer> {
  const peer = await login(server, user, resource);
  peer.send(`<presence id='self'><priority>${priority}</priority></presence>`);
  await peer.receive(/id='self'.*?<\/presence>/);
  await sync(peer);
  return peer;
}

/** Asks for the roster: gets pushes from then on. */
export async function interested(peer: RawPeer): Promise<string> {
  peer.send("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
  return peer.receive(/<iq[^>]*id='roster'[^>]*>.*?<\/iq>/);
}

let pings = 0;

/** Waits until the server has dealt with everything sent so far; returns what came meanwhile. */
export async function sync(peer: RawPeer): Promise<string> {
  const id = `sync-${++pings}`;
  peer.send(`<iq type='get' id='${id}' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
  const text = await peer.receive(new RegExp(`<iq[^>]*id='${id}'[^>]*/>`));
  return text.slice(0, text.lastIndexOf('<iq'));
}

/** A component past its handshake. */
export async function component(server: MemoryServer, domain: string, secret: string): Promise<RawPeer> {
  const peer = await open(server);
  peer.send(header(domain, 'jabber:component:accept', ''));
  const [, id = ''] = /id='([^']*)'/.exec(await peer.receive(/<stream:stream[^>]*>/)) ?? [];
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(id + secret));
  peer.send(`<handshake>${Buffer.from(digest).toString('hex')}</handshake>`);
  await peer.receive(/<handshake\/>|<\/stream:stream>/);
  return peer;
}
