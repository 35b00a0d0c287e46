// Feeds a session what never ends, and says what that held at most, for test/processes/memory.test.ts: endless-stream.ts MIB
import { StreamError } from '@sestina/core';
import { BareServer, held } from '../support/bare-server.js';

const MIB = 1_048_576;
const CHUNK = 65_536;
const total = Number(process.argv[2] ?? 64) * MIB;

/** How it begins, and what comes again and again. */
const STREAMS: Readonly<Record<string, readonly [string, string]>> = {
  text: ['<message><body>', 'abcdefgh '],
  cdata: ['<message><body><![CDATA[', 'abcdefgh '],
  children: ['<message>', '<a/>'],
  depth: ['<message>', '<a>'],
  name: ['<', 'abcdefgh'],
  attributes: ['<message', " a='b'"],
  value: ["<message a='", 'abcdefgh '],
  'space in a tag': ['<message', ' '],
  entity: ['<message>&', 'abcdefgh'],
  comment: ['<!--', 'abcdefgh '],
  instruction: ['<?x ', 'abcdefgh '],
  doctype: ['<!DOCTYPE x [', "<!ENTITY a 'b'>"],
  'end tag': ['<message></message', ' '],
  space: ['', '\n'],
  stanzas: ['', `<message from='bob@example.net' type='chat'><body>${'b'.repeat(1_000)}</body></message>`],
};

for (const [kind, [start, piece]] of Object.entries(STREAMS)) {
  const server = new BareServer();
  const { client } = server;
  let ended: Error | undefined;
  client.on('message', () => {});
  client.on('disconnected', ({ reason }) => {
    ended = reason;
  });
  await client.connect();
  const encoder = new TextEncoder();
  const chunk = encoder.encode(piece.repeat(Math.floor(CHUNK / piece.length)));
  const before = await held();
  const rss = process.memoryUsage().rss;
  let most = 0;
  let mostRss = 0;
  await server.say(encoder.encode(start));
  for (let sent = 0, next = 0; sent < total && !server.closed; sent += chunk.length) {
    await server.say(chunk);
    mostRss = Math.max(mostRss, process.memoryUsage().rss - rss);
    if (sent < next) continue;
    // The limits are reached within the first mebibytes.
    next = sent + (sent < 2 * MIB ? MIB / 4 : 8 * MIB);
    most = Math.max(most, (await held()) - before);
  }
  // Whoever says goodbye waits for the other side to do so too.
  await server.clock.advance(10_000);
  const condition = ended instanceof StreamError ? ended.condition : undefined;
  console.log(JSON.stringify({ kind, condition, online: client.online, said: server.said, most, rss: mostRss }));
  client.abort();
}
