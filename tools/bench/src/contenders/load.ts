import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { config } from './lib/sample.js';

interface LoadConfig {
  readonly port: number;
  readonly domain: string;
  readonly secret: string;
}

const WINDOW = 200;
const ADDRESSES = 200;
const BODY = 'Neither, fair saint, if either thee dislike.';
const ANSWER = '</message>';
const START = /<body>START (\d+) (\S+)<\/body>/;

// Sends messages to a component and counts its answers: texts and a search in bytes, so that it takes less than any library.
// `START n domain` from the component that has the domain begins a run, `END` to it ends one.
const { port, domain, secret } = config<LoadConfig>();
const socket = connect({ host: '127.0.0.1', port, noDelay: true });
let target = '';
let tail = '';
let ready = false;
let count = 0;
let sent = 0;
let answered = 0;

function fail(why: string): never {
  process.stderr.write(`the load generator: ${why}\n`);
  process.exit(1);
}

function fill(): void {
  let text = '';
  for (; sent < count && sent - answered < WINDOW; sent++) {
    text +=
      `<message from='load@${domain}' to='user${sent % ADDRESSES}@${target}' type='chat' id='m${sent}'>` +
      `<body>${BODY} ${sent}</body></message>`;
  }
  if (text !== '') socket.write(text);
}

function handshake(text: string): void {
  tail += text;
  if (tail.includes('<handshake')) {
    ready = true;
    tail = '';
    process.send?.('ready');
    return;
  }
  const id = /<stream:stream[^>]* id=(['"])(.*?)\1[^>]*>/.exec(tail)?.[2];
  if (id === undefined) {
    if (tail.includes('stream:error')) fail(tail);
    return;
  }
  tail = '';
  socket.write(
    `<handshake>${createHash('sha1')
      .update(id + secret)
      .digest('hex')}</handshake>`,
  );
}

function start(text: string): void {
  tail += text;
  const wanted = START.exec(tail);
  if (!wanted || !tail.endsWith(ANSWER)) return;
  tail = '';
  target = wanted[2] ?? '';
  [count, sent, answered] = [Number(wanted[1]), 0, 0];
  fill();
}

function answers(text: string): void {
  const all = tail + text;
  if (/ type=['"]error['"]|<stream:error/.test(all)) fail(all.slice(0, 1_000));
  let end = 0;
  for (let at = all.indexOf(ANSWER); at >= 0; at = all.indexOf(ANSWER, end)) {
    answered += 1;
    end = at + ANSWER.length;
  }
  tail = all.slice(end);
  fill();
  if (answered < count) return;
  count = 0;
  socket.write(`<message from='load@${domain}' to='${target}'><body>END</body></message>`);
}

socket.setEncoding('latin1');
socket.on('data', (data) => {
  const text = String(data);
  if (!ready) handshake(text);
  else if (count === 0) start(text);
  else answers(text);
});
socket.on('error', (error) => fail(error.message));
socket.on('close', () => fail('the server has closed the connection'));
socket.write(
  `<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}'>`,
);
// Its parent is gone.
process.on('disconnect', () => process.exit(0));
