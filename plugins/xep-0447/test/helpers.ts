import { createHash } from 'node:crypto';
import { provide } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { HttpClient } from '@sestina/http';
import { MemoryHttpClient, type MemoryRequest, type MemoryResponse } from '@sestina/http/memory';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_FILE_METADATA } from '@sestina/xep-0446';
import { afterEach } from 'vitest';
import {
  FileSharing,
  type FileSharingOptions,
  type FilesShared,
  NS_FILE_SHARING,
  NS_MESSAGE_ATTACHING,
  NS_URL_DATA,
} from '../src/index.js';

type Streams = ReturnType<typeof useStreams>;
type Rest = Parameters<typeof begin> extends [Streams, ...infer R] ? R : never;
export const ROMEO = 'romeo@montague.example/orchard';
export const EVE = 'eve@evil.example/x';
export const TEXT = 'a picture';
export const bytes = (text: string) => new TextEncoder().encode(text);
export const base64 = (text: string, algo = 'sha256') => createHash(algo).update(text).digest('base64');

async function begin(
  streams: Streams,
  answer: (request: MemoryRequest) => MemoryResponse | Promise<MemoryResponse> = () => ({ body: TEXT }),
  options: Partial<FileSharingOptions> = {},
) {
  const container = childContainer();
  const stream = streams.keep(
    await ScriptedStream.start({ plugins: [[FileSharing, options]], options: { container } }),
  );
  const http = new MemoryHttpClient(answer, { clock: stream.clock });
  provide(container, HttpClient, http);
  const told: FilesShared[] = [];
  stream.xmpp.on('filesShared', (shared) => void told.push(shared));
  return { stream, http, sharing: stream.xmpp.plugin(FileSharing), told };
}

export const hash = (text = TEXT, algo = 'sha-256', as = 'sha256'): string =>
  `<hash xmlns='urn:xmpp:hashes:2' algo='${algo}'>${base64(text, as)}</hash>`;
export const sources = (...urls: string[]): string =>
  `<sources xmlns='${NS_FILE_SHARING}'>${urls.map((url) => `<url-data xmlns='${NS_URL_DATA}' target='${url}'/>`).join('')}</sources>`;
export const shared = (meta: string, where: string, attributes = ''): string =>
  `<file-sharing xmlns='${NS_FILE_SHARING}'${attributes}><file xmlns='${NS_FILE_METADATA}'>${meta}</file>${where}</file-sharing>`;
export const message = (inside: string, from = ROMEO, id = 'm1'): string =>
  `<message from='${from}' id='${id}' type='chat'>${inside}</message>`;
export const attach = (from: string, ...urls: string[]): string =>
  message(`<attach-to xmlns='${NS_MESSAGE_ATTACHING}' id='m1'/>${sources(...urls)}`, from, 'm2');

/** Makes such connections for the tests of the file that calls it, and closes them after each. */
export function useSharing() {
  const streams = useStreams(afterEach);
  const start = (...rest: Rest) => begin(streams, ...rest);
  const received = async (inside: string, ...rest: Rest) => {
    const world = await start(...rest);
    await world.stream.recv(message(inside));
    const [found] = world.told;
    const [share] = found?.files ?? [];
    if (!found || !share) throw new Error('nothing was told');
    return { ...world, share, fetch: (more = {}) => world.sharing.fetch(share, { from: found.message, ...more }) };
  };
  return { start, received };
}
