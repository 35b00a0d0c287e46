import { extend, Message, nameOf } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_CHATSTATES = 'http://jabber.org/protocol/chatstates';

/** The states (XEP-0085 §3), by the names of their elements. */
export const STATES = ['active', 'composing', 'paused', 'inactive', 'gone'] as const;

/** What somebody does in a conversation: looks at it, writes, has stopped to write, looks elsewhere, has closed it (XEP-0085 §3). */
export type ChatState = (typeof STATES)[number];

declare module '@sestina/core' {
  interface Message {
    /** What its sender does in the conversation (XEP-0085); of several states the first. */
    chatState: ChatState | undefined;
  }
}

extend(Message, { chatState: nameOf(STATES, NS_CHATSTATES).lenient() }, NS_CHATSTATES);
