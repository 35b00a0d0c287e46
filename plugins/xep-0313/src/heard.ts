import { type BaseXMPP, JID, type Message, type MessageContext } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import { NS_SID, StanzaId } from '@sestina/xep-0359';

const MAX_HEARD = 10_000;
const MAX_SENT = 2_000;
const MAX_TOLD = 1_000;

/** What was heard by itself, and what was sent in this session, by what archives call it: that is not told again. */
export class Heard {
  readonly #xmpp: BaseXMPP;
  readonly #heard = new LruMap<string, true>({ maxEntries: MAX_HEARD, maxBytes: 4_194_304 });
  /** Ids of messages of ours. Our own server does not tell us what its archive calls them. */
  readonly #sent = new LruMap<string, true>({ maxEntries: MAX_SENT });

  /** What was told out of archives last: it may come by itself right after that. */
  readonly #told = new LruMap<string, true>({ maxEntries: MAX_TOLD });

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
  }

  note(message: Message, { source, way }: MessageContext): void {
    if (source !== 'stream' && source !== 'carbon') return;
    if (source === 'stream' && way === 'out') {
      const { id } = message;
      if (id !== undefined) this.#sent.set(id, true);
      return;
    }
    for (const key of keysOf(message)) this.#heard.set(key, true);
  }

  /** Notes that a message of an archive was told. */
  noteTold(archive: JID, id: string): void {
    this.#told.set(`${archive.full} ${id}`, true);
  }

  /** Whether a message that comes by itself was told out of an archive already. */
  wasTold(message: Message, { source }: MessageContext): boolean {
    return (source === 'stream' || source === 'carbon') && keysOf(message).some((key) => this.#told.get(key));
  }

  /** Whether a message of an archive was heard by itself, or sent by this connection. */
  has(archive: JID, id: string, message: Message): boolean {
    if (this.#heard.get(`${archive.full} ${id}`)) return true;
    const own = this.#xmpp.boundJid?.full;
    return own !== undefined && message.xml.attribute('from') === own && this.#sent.get(message.id ?? '') === true;
  }

  /** The session is over. What was heard stays: where catching up was cut off, it was told ahead of its turn. */
  sessionEnds(): void {
    this.#sent.clear();
    this.#told.clear();
  }
}

/** What archives call a message. Whose word that is does not matter here: nobody can make up what an archive will call something. */
function keysOf(message: Message): string[] {
  const keys: string[] = [];
  for (const xml of message.xml.childrenNamed(StanzaId.tag, NS_SID)) {
    const [id, by] = [xml.attribute('id'), JID.tryParse(xml.attribute('by') ?? '')];
    if (id && by) keys.push(`${by.full} ${id}`);
  }
  return keys;
}
