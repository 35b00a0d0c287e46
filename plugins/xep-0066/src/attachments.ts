import type { Message } from '@sestina/core';
import { NS_OOB, OutOfBandData } from './stanza.js';

/**
 * Whether a message is the file at an address of it, and no text with a link: the address is all of the body, or there is no body. That is
 * the convention by which programs show a picture in place of its address.
 */
export function isAttachment(message: Message): boolean {
  const { body } = message;
  for (const data of message.xml.childrenNamed(OutOfBandData.tag, NS_OOB)) {
    const url = data.child('url', NS_OOB)?.text.trim();
    if (url && (body === undefined || body.trim() === url)) return true;
  }
  return false;
}

/** The scheme of an address, in lower case: `https`, but also `aesgcm`, which is no https. Undefined for what is no address. */
export function schemeOf(url: string): string | undefined {
  return /^\s*([a-z][a-z\d+.-]{0,30}):/i.exec(url)?.[1]?.toLowerCase();
}
