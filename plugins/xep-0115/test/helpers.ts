import type { XmlElement } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import { NS_DISCO_INFO, ServiceDiscovery } from '@sestina/xep-0030';
import { EntityCapabilities, type EntityCapabilitiesOptions, NS_CAPS } from '@sestina/xep-0115';

/** XEP-0115 §5.2. */
export const EXODUS_VER = 'QgayPKawpkPSDYmwT/WM94uAlu0=';
export const EXODUS = `<query xmlns='${NS_DISCO_INFO}'>
  <identity category='client' type='pc' name='Exodus 0.9.1'/>
  <feature var='http://jabber.org/protocol/caps'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/muc'/>
</query>`;
export const MUC = 'http://jabber.org/protocol/muc';
export const POISON = `<query xmlns='${NS_DISCO_INFO}'><identity category='client' type='pc'/><feature var='urn:evil'/></query>`;

export const BOB = 'bob@example.net/x';
export const MALLORY = 'mallory@evil.example/x';

export async function start(options: Partial<EntityCapabilitiesOptions> = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ plugins: [[EntityCapabilities, options]], ...more });
  const { xmpp } = stream;
  // Our own capabilities are computed by then.
  await settle(stream);
  return { stream, xmpp, caps: xmpp.plugin(EntityCapabilities), disco: xmpp.plugin(ServiceDiscovery) };
}

/** A presence with capabilities. */
export function announce(
  from: string,
  { ver = EXODUS_VER, hash = 'sha-1', node = 'http://exodus.example' } = {},
): string {
  return `<presence from='${from}'><c xmlns='${NS_CAPS}' ${hash && `hash='${hash}'`} node='${node}' ver='${ver}'/></presence>`;
}

/** What became of a promise, so that a rejection is never unhandled. */
export const outcome = <T>(promise: Promise<T>): Promise<T | Error> => promise.catch((error: Error) => error);

/** `ver` of a presence that was sent. */
export const verOf = (presence: XmlElement): string | undefined => presence.child('c', NS_CAPS)?.attribute('ver');

/** Lets WebCrypto, which no virtual clock knows, come to its end. */
export async function settle(stream: ScriptedStream): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await crypto.subtle.digest('SHA-1', new Uint8Array(1));
    await stream.idle();
  }
}
