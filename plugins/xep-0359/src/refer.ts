import type { JID, Message } from '@sestina/core';

/** What somebody wants to refer to a message for. */
export type Purpose = 'correction' | 'marker' | 'moderation' | 'reaction' | 'receipt' | 'reply' | 'retraction' | 'sync';

/** What a message is called, and by whom. */
export interface MessageRef {
  readonly id: string;
  /** `message`: its `id`. `origin`: its origin-id. `stanza`: what `by` calls it. */
  readonly kind: 'message' | 'origin' | 'stanza';
  /** Of `stanza`, the archive or the room. */
  readonly by?: JID | undefined;
}

type Kind = MessageRef['kind'];

// Each specification has its own word for a message. The first that a message has is taken.
const IN_CHAT: Readonly<Record<Purpose, readonly Kind[]>> = {
  correction: ['message'],
  marker: ['message'],
  moderation: [],
  reaction: ['origin', 'message'],
  receipt: ['message'],
  reply: ['origin', 'message'],
  retraction: ['message'],
  sync: ['stanza'],
};

const IN_ROOM: Readonly<Record<Purpose, readonly Kind[]>> = {
  correction: ['message'],
  marker: ['stanza', 'message'],
  moderation: ['stanza'],
  reaction: ['stanza'],
  receipt: ['message'],
  reply: ['stanza'],
  retraction: ['stanza', 'origin'],
  sync: ['stanza'],
};

/** What to call a message, in a room or elsewhere; undefined where that purpose has no word for it. */
export function refer(
  message: Message,
  purpose: Purpose,
  inRoom: boolean,
  trusted: { readonly id: string; readonly by: JID } | undefined,
): MessageRef | undefined {
  for (const kind of (inRoom ? IN_ROOM : IN_CHAT)[purpose]) {
    if (kind === 'stanza') {
      if (trusted) return { kind, ...trusted };
      continue;
    }
    const id = kind === 'origin' ? message.originId : message.id;
    if (id) return { kind, id };
  }
  return undefined;
}
