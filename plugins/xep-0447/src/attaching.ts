import '@sestina/xep-0334';
import type { Message } from '@sestina/core';
import { OutOfBandData } from '@sestina/xep-0066';
import { Fallback, FallbackBody } from '@sestina/xep-0428';
import { type FileShare, type FileSources, NS_FILE_SHARING } from './stanza.js';

/** Addresses in sources, as they stand there. */
function urlsOf(sources: FileSources | undefined): string[] {
  return [...(sources?.urls ?? [])].map(({ xml }) => xml.attribute('target') ?? '').filter((url) => url !== '');
}

/**
 * Puts files into a message that is to be sent: several of them get ids that differ; where there is just one address, it is there for programs
 * that know no shared files, as all of the body or behind what is said; a message without a body is marked as one to keep.
 * @param id Makes an id.
 * @throws TypeError for two files with one id.
 */
export function attachFiles(message: Message, shares: readonly FileShare[], id: () => string): Message {
  for (const share of shares) message.sharedFiles.add(share);
  const all = [...message.sharedFiles];
  if (all.length > 1) for (const share of all) share.id ??= id();
  if (new Set(all.map((share) => share.id)).size < all.length)
    throw new TypeError('files of one message need ids that differ');
  const urls = all.flatMap(({ sources }) => urlsOf(sources));
  const [url] = urls;
  if (url !== undefined && urls.length === 1) addFallback(message, url);
  if (message.body === undefined) message.hints = [...message.hints, 'store'];
  return message;
}

/** Adds an address for programs that know no shared files. */
export function addFallback(message: Message, url: string): void {
  const { body } = message;
  message.body = body === undefined ? url : `${body}\n${url}`;
  const range =
    body === undefined ? [] : [new FallbackBody({ start: [...body].length, end: [...message.body].length })];
  message.fallbacks.add(new Fallback({ for: NS_FILE_SHARING, body: range }));
  message.oobs.add(new OutOfBandData({ url }));
}
