import { type JID, type Message, viewOf } from '@sestina/core';
import { Delay, NS_DELAY } from '@sestina/xep-0203';

/** Whether a message is a change of the subject: it has one, and neither body nor thread (XEP-0045 §8.1). */
export function isSubject({ type, xml }: Message): boolean {
  return type === 'groupchat' && !!xml.child('subject') && !xml.child('body') && !xml.child('thread');
}

/**
 * Tells what a room repeats to who enters from what is said now, message by message as they arrive. What is repeated has the
 * room's note of the time. Afterwards such a note says nothing: its writer could be anybody.
 */
export class HistoryWindow {
  readonly #room: JID;
  #open = false;
  #subject = false;

  constructor(room: JID) {
    this.#room = room;
  }

  /** We are about to enter. */
  open(): void {
    this.#open = true;
    this.#subject = false;
  }

  /** Whether that one was said before. */
  has(message: Message): boolean {
    if (!this.#open) return false;
    const repeated = this.#isNoted(message);
    // The subject comes last. It has a note too, and so has one that is itself repeated: then the first live message shows.
    if (isSubject(message)) this.#subject = true;
    if (this.#subject && !repeated) this.#open = false;
    return repeated;
  }

  #isNoted({ xml }: Message): boolean {
    for (const note of xml.childrenNamed(Delay.tag, NS_DELAY)) {
      if (note.attribute('from') === undefined) return true;
      if (viewOf(Delay, note).from?.bare.equals(this.#room)) return true;
    }
    return false;
  }
}
