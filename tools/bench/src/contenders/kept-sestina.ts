import { readFileSync } from 'node:fs';
import { Presence, viewOf } from '@sestina/core';
import { DEFAULT_LIMITS, NS_STREAM, type Parser, type ParserEvents, streamFraming } from '@sestina/core/transport';
import { webSocketFraming } from '@sestina/websocket';
import { heap } from './lib/heap.js';
import { config, finish } from './lib/sample.js';

/** Options of the contenders of scenario (k). */
interface KeptConfig {
  readonly file: string;
  /** `frames`: each text of the file is a WebSocket message; else it is one read of a socket. */
  readonly frames: boolean;
  /** Whether what is kept is `presence.compact()` or the presence as it came. */
  readonly compact: boolean;
}

const { file, frames, compact } = config<KeptConfig>();
const kept = new Map<string, Presence>();

const events: ParserEvents = {
  streamStart() {},
  streamEnd() {},
  element(element) {
    if (element.name !== 'presence') return;
    const presence = viewOf(Presence, element);
    const { from } = presence;
    if (from) kept.set(from.bare.full, compact ? presence.compact() : presence);
  },
  error(error) {
    throw error;
  },
};

/** Reads all of it; the texts and all bytes are gone afterwards. */
function feed(parser: Parser): void {
  const { reads } = JSON.parse(readFileSync(file, 'utf8')) as { reads: string[] };
  // A read of a socket has memory of its own.
  for (const text of reads) parser.write(frames ? Buffer.from(text).toString() : new Uint8Array(Buffer.from(text)));
}

const parser = (frames ? webSocketFraming : streamFraming).createParser(events, DEFAULT_LIMITS);
parser.write(
  frames
    ? "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='s' from='capulet.example' version='1.0'/>"
    : `<stream:stream xmlns='jabber:client' xmlns:stream='${NS_STREAM}' id='s' from='capulet.example' version='1.0'>`,
);
// The code itself, and what is made once, are no contact's.
feed(parser);
kept.clear();
const before = await heap();
feed(parser);
const after = await heap();
finish({ kept: (after - before) / kept.size / 1_024 }, { contacts: kept.size });
