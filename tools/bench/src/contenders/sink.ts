// A server that is no limit: lets everybody in without TLS, then counts messages until the end is in sight.
import { createServer, type Socket } from 'node:net';
import { MessageCount } from './lib/message-count.js';
import { ScriptedServer } from './lib/scripted-server.js';
import { RAW } from './lib/sink-protocol.js';
import { END } from './lib/traffic.js';

function serve(socket: Socket): void {
  const script = new ScriptedServer('tcp', { mechanism: 'ANONYMOUS' });
  let counting = false;
  let messages = new MessageCount();
  let tail = '';
  const swallow = (chunk: Buffer): void => {
    const text = chunk.toString('latin1');
    messages.add(text);
    // Only the end of it is looked at: the marker is in the last message.
    tail = (tail + text.slice(-256)).slice(-256);
    const end = tail.indexOf(END);
    if (end < 0 || !tail.includes('</message>', end)) return;
    socket.write(`<message from='sink@localhost'><body>${END} ${messages.count}</body></message>`);
    messages = new MessageCount();
    tail = '';
  };
  socket.on('data', (chunk) => {
    if (counting) {
      swallow(chunk);
      return;
    }
    const text = chunk.toString();
    counting = text.startsWith(RAW) || text.includes('xmpp-bind');
    if (!text.startsWith(RAW)) for (const answer of script.receive(text)) socket.write(answer);
  });
  socket.on('error', () => socket.destroy());
}

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
// Its parent is gone.
process.on('disconnect', () => process.exit(0));
