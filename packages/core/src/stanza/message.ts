import { NS_CLIENT } from '@sestina/xml';
import { oneOf } from './codec.js';
import { element } from './element.js';
import { address, attr, child, childText } from './fields.js';
import { langText, langTexts } from './lang.js';
import { Stanza } from './stanza.js';
import { ErrorElement, type StanzaError, type StanzaErrorCondition } from './stanza-error.js';
import { threadFields } from './thread.js';

/** `<message/>` (RFC 6121 §5). Plugins add properties by declaration merging. */
export class Message extends element(
  'message',
  NS_CLIENT,
  {
    id: attr('id'),
    to: address('to'),
    from: address('from'),
    lang: attr('xml:lang'),
    /** An unknown type counts as `normal` (RFC 6121 §5.2.2). */
    type: attr('type', oneOf('normal', 'chat', 'groupchat', 'headline', 'error'))
      .lenient()
      .default('normal'),
    subject: langText('subject'),
    subjects: langTexts('subject'),
    body: langText('body'),
    bodies: langTexts('body'),
    thread: childText('thread'),
    parentThread: threadFields.parent,
    error: child(ErrorElement),
  },
  Stanza,
) {
  /**
   * An answer in the same conversation: to the sender, same type, same thread (RFC 6121 §5.2). In a group chat it goes
   * to the room. Not sent yet: call `send()` on it.
   * @throws TypeError on a message of type `error`, which is never answered.
   */
  reply(body?: string): Message {
    // One of an unknown type counts as normal, and so does its answer.
    const type = this.xml.attribute('type') === this.type ? this.type : undefined;
    const reply = new Message(this.answerElement(type));
    // A reply is a message of its own; its id is given when it is sent.
    reply.id = undefined;
    if (reply.xml.origin) delete reply.xml.origin.request;
    if (this.type === 'groupchat') reply.to = this.from?.bare;
    const thread = this.xml.child('thread');
    if (thread) reply.xml.append(thread.copy());
    if (body !== undefined) reply.body = body;
    return reply;
  }

  /**
   * The error answer (RFC 6120 §8.3). Not sent yet.
   * @param text For people; for a `StanzaError`, its own text stands.
   * @throws TypeError on a message of type `error`, which is never answered.
   */
  errorReply(error: StanzaError | StanzaErrorCondition, text?: string): Message {
    return new Message(this.errorElement(error, text));
  }
}
