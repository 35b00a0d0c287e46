import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { SystemResolver } from '@sestina/tcp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from './support/fakes.js';

const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;

interface Answer {
  readonly code: number;
  /** priority, weight, port, target */
  readonly records?: readonly [number, number, number, string][];
}

const labels = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter(Boolean)
      .map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
    Buffer.of(0),
  ]);

/** A name server on the loopback (RFC 1035) that knows SRV only. */
class NameServer {
  readonly #socket: Socket = createSocket('udp4');
  asked = 0;

  async start(answer: Answer | undefined): Promise<string> {
    this.#socket.on('message', (query, from) => {
      this.asked++;
      if (answer) this.#socket.send(NameServer.#reply(query, answer), from.port, from.address);
    });
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  stop(): void {
    this.#socket.close();
  }

  static #reply(query: Buffer, { code, records = [] }: Answer): Buffer {
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(records.length, 6);
    header.writeUInt16BE(0, 10);
    const end = query.indexOf(0, 12) + 5;
    const bodies = records.map(([priority, weight, port, target]) => {
      const fixed = Buffer.alloc(18);
      // The name of the question, SRV, IN, 60 s.
      fixed.writeUInt16BE(0xc00c, 0);
      fixed.writeUInt16BE(33, 2);
      fixed.writeUInt16BE(1, 4);
      fixed.writeUInt32BE(60, 6);
      const name = labels(target);
      fixed.writeUInt16BE(6 + name.length, 10);
      fixed.writeUInt16BE(priority, 12);
      fixed.writeUInt16BE(weight, 14);
      fixed.writeUInt16BE(port, 16);
      return Buffer.concat([fixed, name]);
    });
    return Buffer.concat([header, query.subarray(12, end), ...bodies]);
  }
}

describe('SystemResolver', () => {
  let server: NameServer;
  const NAME = '_xmpp-client._tcp.example.org';
  const never = new AbortController().signal;
  beforeEach(() => {
    server = new NameServer();
  });
  afterEach(() => server.stop());

  const resolverFor = async (answer: Answer | undefined, timeout?: number): Promise<SystemResolver> =>
    new SystemResolver({ servers: [await server.start(answer)], timeout });

  it('gives SRV records as they are', async () => {
    const resolver = await resolverFor({ code: NOERROR, records: [[1, 2, 5222, 'a.example.org']] });
    expect(await resolver.srv(NAME, never)).toEqual([
      expect.objectContaining({ priority: 1, weight: 2, port: 5222, name: 'a.example.org' }),
    ]);
  });

  it('gives a target of "." as "." or as nothing', async () => {
    const resolver = await resolverFor({ code: NOERROR, records: [[0, 0, 0, '.']] });
    const [record] = await resolver.srv(NAME, never);
    expect(['', '.']).toContain(record?.name);
  });

  it.each([
    ['the name does not exist', NXDOMAIN],
    ['the name has no SRV record', NOERROR],
  ])('gives nothing where %s', async (_what, code) => {
    expect(await (await resolverFor({ code })).srv(NAME, never)).toEqual([]);
  });

  it('rejects with a DnsError that may be tried again on SERVFAIL', async () => {
    const error = await failure((await resolverFor({ code: SERVFAIL })).srv(NAME, never));
    expect(error).toMatchObject({ code: 'ERR_DNS', dnsCode: 'ESERVFAIL', host: NAME, retryable: true });
  });

  it('rejects with a DnsError that may be tried again where nobody answers', async () => {
    const error = await failure((await resolverFor(undefined, 50)).srv(NAME, never));
    expect(error).toMatchObject({ code: 'ERR_DNS', dnsCode: 'ETIMEOUT', retryable: true });
  });

  it('stops one query when it is aborted, and not the other', async () => {
    const resolver = await resolverFor(undefined, 200);
    const controller = new AbortController();
    const ended: string[] = [];
    const run = (what: string, signal: AbortSignal): Promise<Error> =>
      failure(resolver.srv(NAME, signal)).finally(() => ended.push(what));
    const [other, aborted] = [run('other', never), run('aborted', controller.signal)];
    await expect.poll(() => server.asked).toBeGreaterThan(1);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(await other).toMatchObject({ dnsCode: 'ETIMEOUT' });
    expect(ended).toEqual(['aborted', 'other']);
  });

  it('finds addresses as the system does', async () => {
    const found = await new SystemResolver().addresses('localhost', never);
    expect(found.map(({ address }) => address).some((address) => address === '127.0.0.1' || address === '::1')).toBe(
      true,
    );
    expect(found.every(({ family }) => family === 4 || family === 6)).toBe(true);
  });

  it('rejects with a DnsError where the system finds no address', async () => {
    const error = await failure(new SystemResolver().addresses('nothing.invalid', never));
    expect(error).toMatchObject({ code: 'ERR_DNS', host: 'nothing.invalid' });
  });
});
