import { createConnection } from 'node:net';
import { echoSocket } from './lib/echo-socket.js';
import { RAW } from './lib/sink-protocol.js';
import { END, measureTraffic, type Received, type Session, type TrafficConfig } from './lib/traffic.js';

// The floor: a socket and a text, no library.
await measureTraffic((config, received) =>
  config.mode === 'sink' ? sinkSocket(config, received) : echoSocket(config, received),
);

async function sinkSocket({ port }: TrafficConfig, received: Received): Promise<Session> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('data', (chunk) => {
    const end = new RegExp(`${END} \\d+`).exec(chunk.toString())?.[0];
    if (end) received('', end);
  });
  socket.write(RAW);
  return {
    send: (to, body) => {
      const text = `<message to='${to}' type='chat' id='a1b2c3d4e5f6'><body>${body}</body></message>`;
      return socket.write(text) ? undefined : new Promise<void>((resolve) => socket.once('drain', resolve));
    },
    address: '',
  };
}
