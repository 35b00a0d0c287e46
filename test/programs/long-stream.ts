// What a session holds after very many stanzas and keep-alives, for test/processes/memory.test.ts: long-stream.ts STANZAS PINGS
import { BareServer, held } from '../support/bare-server.js';

const [stanzas = 100_000, pings = 100_000] = process.argv.slice(2).map(Number);
const INTERVAL = 60_000;
const server = new BareServer();
const { client } = server;
let messages = 0;
client.on('message', () => {
  messages += 1;
});
await client.connect();
// So that whoever sends presence is known to be a stranger.
await client.getRoster();

let number = 0;
/** Nobody and nothing is there twice, so that a table with an entry for each of them grows. */
async function say(count: number): Promise<void> {
  const encoder = new TextEncoder();
  for (let left = count; left > 0; left -= 400) {
    let text = ' ';
    for (let i = 0; i < 100; i++) {
      number += 1;
      const from = `u${number}@h${number % 7_000}.example/r${number}`;
      text +=
        `<message from='${from}' id='m${number}' type='chat'><body>number ${number}</body><thread>t${number}</thread></message>` +
        `<presence from='${from}'><status>s${number}</status></presence>` +
        `<iq from='${from}' id='q${number}' type='get'><query xmlns='urn:example:${number}'/></iq>` +
        `<iq from='${from}' id='a${number}' type='result'/>`;
    }
    await server.say(encoder.encode(text));
  }
}

async function keepAlive(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await server.clock.advance(INTERVAL);
  }
}

// What is bounded is full by then, and what V8 compiles is compiled.
await say(stanzas / 10);
await keepAlive(pings / 50);
const before = await held();
const from = { messages, pings: server.pings };
await say(stanzas);
await keepAlive(pings);
const growth = (await held()) - before;
console.log(
  JSON.stringify({
    growth,
    messages: messages - from.messages,
    pings: server.pings - from.pings,
    online: client.online,
  }),
);
client.abort();
