import { X509Certificate } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { selfSignedCertificate, TcpMemoryServer } from '@sestina/testing/node';
import { afterEach, describe, expect, it } from 'vitest';
import { base64, header } from './raw-client.js';

const opened: { stop(): Promise<void> }[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of opened.splice(0)) await server.stop();
});

function serverWith(options: ConstructorParameters<typeof TcpMemoryServer>[0] = {}): TcpMemoryServer {
  const server = new TcpMemoryServer({ users: { alice: 'secret' }, ...options });
  opened.push(server);
  return server;
}

/** Writes, and waits for text. */
function talk(socket: Socket): (text: string, answer: string) => Promise<string> {
  let got = '';
  sockets.push(socket);
  socket.on('data', (chunk) => {
    got += String(chunk);
  });
  socket.on('error', () => {});
  return (text, answer) =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const at = got.indexOf(answer);
        if (at < 0) return;
        socket.off('data', check);
        const taken = got.slice(0, at + answer.length);
        got = got.slice(at + answer.length);
        resolve(taken);
      };
      socket.on('data', check);
      socket.once('close', () => reject(new Error(`closed; got ${got}`)));
      if (text) socket.write(text);
      check();
    });
}

const secure = (socket: Socket | undefined, options: object): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const secured = connectTls({ ...(socket ? { socket } : {}), servername: 'localhost', ...options }, () =>
      resolve(secured),
    );
    secured.once('error', reject);
    sockets.push(secured);
  });

async function starttls(server: TcpMemoryServer, port: number): Promise<{ socket: Socket }> {
  const socket = connect(port, '127.0.0.1');
  const say = talk(socket);
  await say(header(server.domain), '</stream:features>');
  await say(
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
  );
  socket.removeAllListeners('data');
  return { socket };
}

describe('TcpMemoryServer', () => {
  it('takes a client through STARTTLS with its own certificate, login and binding', async () => {
    const server = serverWith();
    const { host, port } = await server.listen();
    expect(host).toBe('127.0.0.1');
    const { socket } = await starttls(server, port);
    const secured = await secure(socket, { ca: server.certificate });
    expect(secured.authorized).toBe(true);
    const say = talk(secured);
    expect(await say(header(), '</stream:features>')).toContain('<mechanism>SCRAM-SHA-512</mechanism>');
    const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${base64('\0alice\0secret')}</auth>`;
    await say(auth, '<success');
    await say(header(), '</stream:features>');
    const bind =
      "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>x</resource></bind></iq>";
    expect(await say(bind, '</iq>')).toContain('<jid>alice@localhost/x</jid>');
    expect(server.sessions[0]).toMatchObject({ secure: true, username: 'alice' });
    await say('</stream:stream>', '</stream:stream>');
  });

  it('is not trusted by who does not know its certificate', async () => {
    const server = serverWith();
    const { port } = await server.listen();
    const { socket } = await starttls(server, port);
    await expect(secure(socket, {})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('speaks TLS from the first byte where it is told to', async () => {
    const server = serverWith();
    const { port } = await server.listen({ directTls: true });
    const secured = await secure(undefined, { host: '127.0.0.1', port, ca: server.certificate });
    expect(await talk(secured)(header(), '</stream:features>')).toContain('<mechanism>PLAIN</mechanism>');
  });

  it('reaches sessions in memory and over TCP alike, and components', async () => {
    const server = serverWith({ starttls: 'off', mechanisms: ['PLAIN'], components: { 'echo.localhost': 's' } });
    const { port } = await server.listen();
    const say = talk(connect(port, '127.0.0.1'));
    const opening = await say(header('echo.localhost', 'jabber:component:accept', ''), "'>");
    const [, id = ''] = /id='([^']*)'/.exec(opening) ?? [];
    const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(`${id}s`));
    await say(`<handshake>${Buffer.from(digest).toString('hex')}</handshake>`, '<handshake/>');
    server.inject("<message from='a@example.org' to='echo.localhost'><body>hi</body></message>");
    expect(await say('', '</message>')).toContain('<body>hi</body>');
  });

  it('tells everybody when it stops, refuses, and comes back at the same port', async () => {
    const server = serverWith();
    const { port } = await server.listen();
    const say = talk(connect(port, '127.0.0.1'));
    await say(header(), '</stream:features>');
    const goodbye = say('', '</stream:stream>');
    await server.stop();
    expect(await goodbye).toContain('<system-shutdown ');
    await expect(talk(connect(port, '127.0.0.1'))(header(), '>')).rejects.toThrow('closed');
    await server.start();
    await talk(connect(port, '127.0.0.1'))(header(), '</stream:features>');
  });

  it('survives a client that breaks off in the middle of the handshake', async () => {
    const server = serverWith();
    const { port } = await server.listen();
    const { socket } = await starttls(server, port);
    socket.write('this is no TLS');
    await new Promise((resolve) => socket.once('close', resolve));
    await talk(connect(port, '127.0.0.1'))(header(), '</stream:features>');
    expect(server.sessions).toHaveLength(1);
  });

  it('stops while a client is there that does not read', async () => {
    const server = serverWith();
    const { port } = await server.listen();
    const socket = connect(port, '127.0.0.1');
    await talk(socket)(header(), '</stream:features>');
    socket.pause();
    server.sessions[0]?.send('x'.repeat(8_000_000));
    await server.stop();
    expect(server.sessions).toEqual([]);
  });

  it('says so where the port is taken', async () => {
    const { port } = await serverWith().listen();
    await expect(serverWith().listen({ port })).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  });
});

describe('selfSignedCertificate', () => {
  it('says what it was told to', () => {
    const names = ['xn--bcher-kva.example', 'chat.example'];
    const { key, cert } = selfSignedCertificate({
      names,
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2050-02-03'),
    });
    const certificate = new X509Certificate(cert);
    expect(certificate.subject).toBe('CN=xn--bcher-kva.example');
    expect(certificate.subjectAltName).toBe('DNS:xn--bcher-kva.example, DNS:chat.example');
    expect([certificate.validFrom, certificate.validTo]).toEqual([
      'Jan  1 00:00:00 2020 GMT',
      'Feb  3 00:00:00 2050 GMT',
    ]);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkHost('chat.example')).toBe('chat.example');
    expect(key).toContain('BEGIN PRIVATE KEY');
  });

  it('is another one each time', () => {
    const serials = [1, 2].map(() => new X509Certificate(selfSignedCertificate({ names: ['a'] }).cert).serialNumber);
    expect(serials[0]).not.toBe(serials[1]);
  });
});
