import { connect } from 'node:net';
import { ServerError } from './errors.js';

const TIMEOUT = 10_000;

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: "'", quot: '"' };

function unescapeXml(text: string): string {
  return text.replace(/&(\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

/**
 * Has Prosody's admin shell run one line, over its Unix socket (a TCP console would let every user of the machine run Lua).
 *
 * @returns Its last answer, such as `OK: User created`.
 * @throws {ServerError} When the shell answers with an error, or not within ten seconds.
 */
export function prosodyShell(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    let received = '';
    const fail = (reason: string): void => {
      socket.destroy();
      // Not the line: it may hold a password.
      reject(new ServerError(`Prosody's admin shell: ${reason}`));
    };
    socket.setTimeout(TIMEOUT, () => fail('no answer'));
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection was closed'));
    socket.on('connect', () => {
      socket.write(`<stream:stream xmlns:stream="http://etherx.jabber.org/streams" xmlns="xmpp:prosody.im/admin">`);
      socket.write(`<repl-input>${escapeXml(line)}</repl-input>`);
    });
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => {
      received += data;
      const result = /<repl-result([^>]*?)(?:\/>|>([^<]*)<\/repl-result>)/.exec(received);
      if (result === null) return;
      const text = unescapeXml(result[2] ?? '');
      if (/type=['"]error/.test(result[1] ?? '')) {
        fail(text);
      } else {
        socket.destroy();
        resolve(text);
      }
    });
  });
}
