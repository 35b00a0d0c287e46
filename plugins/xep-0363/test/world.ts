import { provide, type Tracer, type XmlElement } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { HttpClient } from '@sestina/http';
import { MemoryHttpClient, type MemoryRequest, type MemoryResponse } from '@sestina/http/memory';
import { ScriptedStream, type Streams } from '@sestina/testing';
import { HttpUpload, type HttpUploadOptions, NS_UPLOAD } from '../src/index.js';

export const SERVICE = 'upload.example.org';
export const PUT = 'https://upload.example.org/put/1?token=secret';
export const GET = 'https://files.example.org/get/1';

export const info = (inside = '', max = '1000'): string =>
  `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='store' type='file'/><feature var='${NS_UPLOAD}'/>${inside}` +
  `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>${NS_UPLOAD}</value></field>` +
  `<field var='max-file-size'><value>${max}</value></field></x></query>`;
export const slot = (headers = '', put = PUT, get = GET): string =>
  `<slot xmlns='${NS_UPLOAD}'><put url='${put}'>${headers}</put><get url='${get}'/></slot>`;
export const header = (name: string, value: string): string => `<header name='${name}'>${value}</header>`;

/** A connection whose server is the test, and whose HTTP is a function. The stream is to be closed after the test. */
export async function start(
  streams: Streams,
  answer: (request: MemoryRequest) => MemoryResponse | Promise<MemoryResponse> = () => ({ status: 201 }),
  options: Partial<HttpUploadOptions> = {},
  plugins: readonly unknown[] = [],
  tracer?: Tracer,
  kind: 'client' | 'component' = 'client',
) {
  const container = childContainer();
  const stream = streams.keep(
    await ScriptedStream.start({
      kind,
      plugins: [[HttpUpload, { service: SERVICE, ...options }], ...plugins] as never,
      options: { container, tracer },
    }),
  );
  const http = new MemoryHttpClient(answer, { clock: stream.clock });
  provide(container, HttpClient, http);
  const upload = stream.xmpp.plugin(HttpUpload);
  /** Answers what the service is asked. */
  const serve = async (payload: string): Promise<XmlElement> => {
    const asked = await stream.nextSent();
    await stream.recvResult(asked, payload);
    return asked;
  };
  return { stream, http, upload, serve };
}

export const request = (asked: XmlElement) => asked.child('request', NS_UPLOAD);
