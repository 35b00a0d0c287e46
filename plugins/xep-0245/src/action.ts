import { BaseXMPP, type Message } from '@sestina/core';
import { FallbackIndication } from '@sestina/xep-0428';
import { isolated } from './isolated.js';

/** What an action begins with: four characters, wherever places in the body are counted. */
const ME = '/me ';

/**
 * Whether a message is an action, `/me laughs` (XEP-0245 §2): whether it begins with exactly `/me `, once the text that stands there for
 * programs that know less is left out.
 */
export function isAction(message: Message): boolean {
  return said(message).startsWith(ME);
}

/**
 * How a message is shown: an action as `* Atlas laughs`, any other one as what it says. One asterisk is what tells an action from a note
 * that somebody has left, `*** Atlas has left the room`, which everybody can write behind `/me` (XEP-0245 §5).
 * @param nick What the reader calls the author; what the author calls itself is shown on one line, and turns no text around it.
 */
export function actionText(message: Message, nick: string): string {
  const text = said(message);
  return text.startsWith(ME) ? `* ${isolated(nick)} ${text.slice(ME.length)}` : text;
}

/** The body of an action: `action('laughs')`. Who does it is left to those who read it, who may call us something else. */
export function action(text: string): string {
  return ME + text;
}

/** The body, without what stands for something that is understood where the message has arrived. */
function said(message: Message): string {
  const { stream } = message;
  const fallbacks = stream instanceof BaseXMPP ? stream.plugins.find(FallbackIndication) : undefined;
  return (fallbacks ? fallbacks.text(message) : message.body) ?? '';
}
