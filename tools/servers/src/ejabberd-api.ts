import { request } from 'node:http';
import { ServerError } from './errors.js';

const TIMEOUT = 10_000;

/**
 * Has ejabberd run one command of its HTTP interface, over a Unix socket.
 *
 * @throws {ServerError} When it refuses, or does not answer within ten seconds.
 */
export function ejabberdApi(
  path: string,
  command: string,
  parameters: Readonly<Record<string, string>>,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new ServerError(`ejabberd's ${command}: ${reason}`));
    const body = JSON.stringify(parameters);
    const call = request({
      socketPath: path,
      path: `/api/${command}`,
      method: 'POST',
      agent: false,
      timeout: TIMEOUT,
      headers: { host: 'localhost', 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', (error) => fail(error.message));
    call.on('response', (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8');
      response.on('data', (part: string) => parts.push(part));
      response.on('error', (error) => fail(error.message));
      response.on('end', () => {
        const text = parts.join('');
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else fail(`${response.statusCode} ${text}`);
      });
    });
    call.end(body);
  });
}
