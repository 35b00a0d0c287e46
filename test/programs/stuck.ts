// Has a connection keep what is on its way, and not get rid of it, and says what it holds, for test/processes/memory.test.ts:
// stuck.ts client|component
import { QueueFullError } from '@sestina/core';
import { held } from '../support/bare-server.js';
import { FloodedConnection } from '../support/flooded-connection.js';

const MIB = 1_048_576;
const CHUNK = 131_072;
const TOTAL = 32 * MIB;
const [kind = 'client'] = process.argv.slice(2);

/** What strangers say. */
const SAYINGS = {
  request: (from: string, to: string, n: number) =>
    `<iq type='get' id='${n}' from='${from}' to='${to}'><query xmlns='urn:example'>${'x'.repeat(200)}</query></iq>`,
  message: (from: string, to: string, n: number) =>
    `<message type='chat' id='${n}' from='${from}' to='${to}'><body>${'x'.repeat(n % 8 === 0 ? 50_000 : 500)}</body></message>`,
};

let number = 0;
const chunkOf = (say: keyof typeof SAYINGS, { address }: FloodedConnection): string => {
  let chunk = '';
  while (chunk.length < CHUNK) {
    number += 1;
    chunk += SAYINGS[say](`${number}@evil.example/r`, address, number);
  }
  return chunk;
};

async function run(
  name: string,
  play: (flooded: FloodedConnection, look: () => Promise<void>) => Promise<object>,
): Promise<void> {
  const flooded = new FloodedConnection(kind);
  await flooded.start();
  let most = 0;
  const look = async (): Promise<void> => {
    most = Math.max(most, await held());
  };
  const outcome = await play(flooded, look);
  await look();
  console.log(JSON.stringify({ flood: name, most, online: flooded.xmpp.online, ...outcome }));
  flooded.xmpp.abort();
}

await run('a server that reads nothing', async (flooded, look) => {
  const { xmpp, end, contact } = flooded;
  end?.pause();
  let said = 0;
  // Each of them is owed an answer.
  while (said < TOTAL && (await flooded.say(chunkOf('request', flooded)))) said += CHUNK;
  await look();
  const body = 'x'.repeat(20_000);
  const sendings = Array.from({ length: 2_000 }, () =>
    xmpp.sendMessage({ to: contact, body, ...(flooded.isComponent && { from: flooded.address }) }),
  );
  const refused = sendings.filter(({ error }) => error instanceof QueueFullError).length;
  await look();
  end?.resume();
  // What has waited goes out, and is read again.
  const reads = await flooded.say(' ');
  return { paused: said < TOTAL, refused: refused > 1_500, reads };
});

await run('handlers that hang', async (flooded, look) => {
  flooded.xmpp.onMessage(() => new Promise(() => {}));
  let [said, pauses] = [0, 0];
  for (; said < TOTAL && flooded.xmpp.online; said += CHUNK) {
    if (await flooded.say(chunkOf('message', flooded))) continue;
    pauses += 1;
    await look();
    // They are given up.
    await flooded.clock.advance(60_000);
  }
  return { paused: pauses > 0 };
});

await run('an iteration that nobody goes on with', async (flooded, look) => {
  const iterator = flooded.xmpp.events('message');
  let said = 0;
  for (; said < TOTAL && (await flooded.say(chunkOf('message', flooded))); said += CHUNK) {
    if (said % (64 * CHUNK) === 0) await look();
  }
  await look();
  return { paused: said < TOTAL, heard: !(await iterator.next()).done };
});
process.exit(0);
