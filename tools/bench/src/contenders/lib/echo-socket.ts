import { connect, type TLSSocket } from 'node:tls';
import type { Received, Session, TrafficConfig } from './traffic.js';

/** Writes a text and waits until the answer has that in it. */
function ask(socket: TLSSocket, text: string, wanted: RegExp): Promise<RegExpExecArray> {
  socket.write(text);
  let answer = '';
  return new Promise((resolve, reject) => {
    const look = (chunk: string): void => {
      answer += chunk;
      const found = wanted.exec(answer);
      if (!found && !/<failure|<stream:error|type=['"]error/.test(answer)) return;
      socket.off('data', look);
      if (found) resolve(found);
      else reject(new Error(`the server answered: ${answer}`));
    };
    socket.on('data', look);
  });
}

/** Logs in by hand, then looks for nothing but the bodies of what comes back: the floor of a session with a real server. */
export async function echoSocket(
  { domain, tlsPort = 0, ca, jid = '', password = '' }: TrafficConfig,
  received: Received,
): Promise<Session> {
  const socket = connect({
    host: '127.0.0.1',
    port: tlsPort,
    servername: domain,
    ca,
    ALPNProtocols: ['xmpp-client'],
  });
  socket.setNoDelay(true);
  socket.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', (error) => {
    throw error;
  });
  const stream =
    `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ` +
    `to='${domain}' version='1.0'>`;
  const secret = Buffer.from(`\0${jid.split('@')[0]}\0${password}`).toString('base64');
  await ask(socket, stream, /<\/stream:features>/);
  await ask(socket, `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`, /<success/);
  await ask(socket, stream, /<\/stream:features>/);
  const bind = `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`;
  const [, address = ''] = await ask(socket, bind, /<jid>(.*?)<\/jid>/);

  let tail = '';
  socket.on('data', (chunk: string) => {
    const text = tail + chunk;
    let from = 0;
    for (let end = text.indexOf('</body>'); end >= 0; end = text.indexOf('</body>', from)) {
      received(address, text.slice(text.lastIndexOf('<body>', end) + 6, end));
      from = end + 7;
    }
    tail = text.slice(from);
  });
  // What is sent in one go is written in one go.
  let pending = '';
  const flush = (): void => {
    const text = pending;
    pending = '';
    socket.write(text);
  };
  return {
    send: (to, body) => {
      if (pending === '') queueMicrotask(flush);
      pending += `<message to='${to}' type='chat' id='a1b2c3d4e5f6'><body>${body}</body></message>`;
    },
    address,
  };
}
