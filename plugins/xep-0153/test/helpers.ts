import { base64, JID, type Logger, type XmlElement } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_VCARD } from '@sestina/xep-0054';
import { Avatars, sha1 } from '@sestina/xep-0084';
import { afterEach, expect } from 'vitest';
import { NS_VCARD_UPDATE, VCardAvatars } from '../src/index.js';

export const ACCOUNT = 'alice@example.org';
export const OWN = `${ACCOUNT}/desk`;
export const ROMEO = 'romeo@montague.net/orchard';
type Streams = ReturnType<typeof useStreams>;
/** Hashes are made by the platform, beside the clock of the tests. */
export const POLL = { timeout: 10_000 };

export function png(size: number): Uint8Array {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, size);
  new DataView(bytes.buffer).setUint32(20, size);
  return bytes;
}
export const image = png(64);
export const hash = await sha1(image);
export const OTHER = 'f'.repeat(40);
export const x = (inside: string): string => `<x xmlns='${NS_VCARD_UPDATE}'>${inside}</x>`;
export const photo = (text: string): string => x(`<photo>${text}</photo>`);
export const card = (data?: Uint8Array): string =>
  `<vCard xmlns='${NS_VCARD}'><FN>A</FN>${data ? `<PHOTO><TYPE>image/png</TYPE><BINVAL>\n ${base64.encode(data)}\n</BINVAL></PHOTO>` : ''}</vCard>`;
export const getCard = (to?: string): string =>
  `<iq type='get' id='*'${to ? ` to='${to}'` : ''}><vCard xmlns='${NS_VCARD}'/></iq>`;
export const disco = (converts: boolean): string =>
  `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/><feature var='${converts ? 'urn:xmpp:pep-vcard-conversion:0' : 'urn:other'}'/></query>`;
export const presence = (from: string, inside = '', type = ''): string =>
  `<presence from='${from}' to='${OWN}'${type ? ` type='${type}'` : ''}>${inside}</presence>`;

/** A session whose server does, or does not do, it for us; our card has been read where `own` says what is in it. */
async function begin(streams: Streams, { converts = false, own = image as Uint8Array | null, options = {} } = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[VCardAvatars, options]] });
  streams.keep(stream);
  const { xmpp } = stream;
  xmpp.roster.of().apply([{ jid: JID.from(ROMEO).bare, subscription: 'both' }]);
  await stream.idle();
  const told: unknown[] = [];
  xmpp.on('vcardAvatarChanged', ({ jid, hash: said, occupant }) => told.push([jid.full, said, occupant]));
  await stream.recvResult(await stream.nextSent(), disco(converts));
  if (!converts) await stream.recvResult(await stream.expectSent(getCard()), card(own ?? undefined));
  const avatars = xmpp.plugin(VCardAvatars);
  if (!converts) await expect.poll(() => avatars.ownHash, POLL).toBe(own ? hash : '');
  /** What our last presence says: undefined where it has no element. */
  const said = async (): Promise<string | undefined> => {
    await stream.idle();
    return presencesIn(stream).at(-1);
  };
  /** The next question. */
  const asked = async (): Promise<XmlElement> => {
    for (;;) {
      const sent = await stream.nextSent();
      if (sent.name === 'iq') return sent;
    }
  };
  return { stream, xmpp, avatars, told, said, asked, images: xmpp.plugin(Avatars) };
}

export function updateIn(sent: { child(name: string, namespace: string): unknown }): string | undefined {
  const update = sent.child('x', NS_VCARD_UPDATE) as { child(name: string): { text: string } | undefined } | undefined;
  return update && (update.child('photo')?.text ?? 'not ready');
}

export const presencesIn = (stream: ScriptedStream): (string | undefined)[] =>
  stream.sent.filter(({ name }) => name === 'presence').map(updateIn);

/** Makes such sessions for the tests of the file that calls it, and closes them after each. */
export function useAvatars() {
  const streams = useStreams(afterEach);
  return Object.assign((options: Parameters<typeof begin>[1] = {}) => begin(streams, options), {
    /** A session in which nothing was answered yet. */
    silent: async (options = {}, logger?: Logger) =>
      streams.keep(
        await ScriptedStream.start({
          jid: OWN,
          plugins: [[VCardAvatars, options]],
          ...(logger && { options: { logger } }),
        }),
      ),
  });
}
