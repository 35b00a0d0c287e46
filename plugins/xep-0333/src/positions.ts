import type { JID } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';
import { LruMap } from '@sestina/core/util';
import type { MessageFacts } from '@sestina/message-index';

/** Up to which message each side of each conversation has shown, as far as it is known: only forward. */
export class Positions {
  readonly #all = new LruMap<string, number>({ maxEntries: 5_000, maxBytes: 2_000_000 });

  /** Moves somebody on to a message. False where he is there already, or farther. */
  advance(conversation: string, who: string, { sentAt }: MessageFacts): boolean {
    const key = `${conversation}\n${who}`;
    const at = sentAt?.getTime() ?? 0;
    if ((this.#all.get(key) ?? Number.NEGATIVE_INFINITY) >= at) return false;
    this.#all.set(key, at);
    return true;
  }

  /** Forgets a room, or whoever it is. */
  forget(bare: JID): void {
    for (const key of this.#all.keys()) {
      const [conversation = ''] = key.split('\n');
      const peer = conversation.slice(conversation.indexOf(' ') + 1);
      if (peer === bare.full || peer.startsWith(`${bare.full}/`)) this.#all.delete(key);
    }
  }
}

/** Who somebody is for certain; undefined where nobody knows, as of a nick alone (XEP-0333 §7). */
export function identityOf({ jid, occupantId, realJid, stay }: Author): string | undefined {
  if (jid.isBare) return `account ${jid}`;
  if (occupantId !== undefined) return `occupant ${occupantId}`;
  if (realJid) return `real ${realJid.bare}`;
  return stay === undefined ? undefined : `stay ${stay} ${jid}`;
}
