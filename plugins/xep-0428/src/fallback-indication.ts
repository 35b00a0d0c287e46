import { BaseXMPP, type Message, Plugin, Registration } from '@sestina/core';
import { type CutText, codePoints, cut, type TextRange } from '@sestina/xep-0426';
import { fallbackParts } from './parts.js';
import { Fallback, FallbackBody, NS_FALLBACK } from './stanza.js';

/**
 * XEP-0428: Fallback Indication, version 0.2.1. Takes out of a text what only stands there for programs that do not understand the rest of
 * the message, and marks such text in what is sent.
 */
export class FallbackIndication extends Plugin {
  static override readonly id = 'xep-0428';
  static override readonly inject = [BaseXMPP] as const;
  /** By namespace, how many say that they understand it. */
  readonly #understood = new Map<string, number>(); // bound: namespaces that plugins read

  constructor(xmpp: BaseXMPP) {
    super();
    this.own(
      xmpp.advertise(NS_FALLBACK),
      // A text that all stands for something else is nothing to read: what it stands for says what the message is.
      xmpp.messages.classify(Fallback, (message) => (this.text(message) === '' ? 'annotation' : undefined)),
    );
  }

  /** Says that something is understood, so that the text that stands for it can be left out. To be called by who handles it. */
  understands(namespace: string): Registration {
    this.#understood.set(namespace, (this.#understood.get(namespace) ?? 0) + 1);
    return new Registration(() => {
      const left = (this.#understood.get(namespace) ?? 1) - 1;
      if (left > 0) this.#understood.set(namespace, left);
      else this.#understood.delete(namespace);
    });
  }

  /**
   * What a message says to people: its body without what stands for something that is understood. The body itself stays as it came: who
   * hides words from some programs and not from others may want to deceive (XEP-0428 §4).
   * @param lang The language. Default: that of the message, or the first that there is.
   */
  text(message: Message, lang?: string): string | undefined {
    return this.content(message, lang)?.text;
  }

  /**
   * The same, with a way to find in it what others say of places in the whole body.
   * @returns undefined for a message without a body in that language.
   */
  content(message: Message, lang?: string): CutText | undefined {
    const body = lang === undefined ? message.body : message.bodies.get(lang);
    if (body === undefined) return undefined;
    return cut(
      body,
      fallbackParts(message, body, (namespace) => this.#understood.has(namespace)),
    );
  }

  /**
   * Marks text of a message that is to be sent as standing for something else.
   * @param ranges The parts of the body. Default: all of its texts.
   */
  mark(message: Message, namespace: string, ranges: readonly TextRange[] = []): void {
    const body = ranges.map(({ begin, end }) => new FallbackBody({ start: begin, end }));
    message.fallbacks.add(new Fallback({ for: namespace, body }));
  }

  /** Puts text before the body of a message that is to be sent, and marks it. What others have marked in the body moves with it. */
  prepend(message: Message, namespace: string, text: string): void {
    const length = codePoints(text);
    for (const { body } of message.fallbacks) {
      for (const part of body) {
        if (part.start !== undefined) part.start += length;
        if (part.end !== undefined) part.end += length;
      }
    }
    message.body = text + (message.body ?? '');
    this.mark(message, namespace, [{ begin: 0, end: length }]);
  }
}
