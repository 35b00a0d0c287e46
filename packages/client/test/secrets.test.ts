import { inspect } from 'node:util';
import type { ClientXMPP } from '@sestina/client';
import { Logger } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BIND, base64, makeClient, mechanisms, NS_SASL, PlayedServer, rejection, Trace } from './support.js';

const SECRET = 'Tr0ub4dor&3-é';

/** Keeps every line, with what was logged beside it. */
class Log extends Logger {
  readonly lines: string[] = [];

  debug(message: string, fields?: unknown): void {
    this.lines.push(`${message} ${inspect(fields, { depth: 10 })}`);
  }

  info(message: string, fields?: unknown): void {
    this.debug(message, fields);
  }

  warn(message: string, fields?: unknown): void {
    this.debug(message, fields);
  }

  error(message: string, fields?: unknown): void {
    this.debug(message, fields);
  }
}

/** All that can be had of a client, its traces and logs, and these errors, as one text. */
function everything(client: ClientXMPP, trace: Trace, log: Log, ...errors: unknown[]): string {
  return [
    inspect(client, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(Object.entries(client).map(([key]) => key)),
    ...trace.incomings,
    ...trace.outgoings,
    ...log.lines,
    ...errors.map((error) => inspect(error, { depth: 20 })),
  ].join('\n');
}

/** What went over the wire inside SASL elements: proofs, nonces, passwords. */
function saslData(received: string): string[] {
  return [...received.matchAll(/<(?:auth|response)[^>]*>([^<=][^<]*)</g)].map(([, data]) => data ?? '');
}

describe('no secret is shown', () => {
  it.each(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('by a login with %s', async (name) => {
    const server = new MemoryServer({ users: { alice: SECRET }, mechanisms: [name] });
    const trace = new Trace();
    const log = new Log();
    const client = makeClient({
      jid: 'alice@localhost/a',
      password: SECRET,
      transports: server.transports,
      tracer: trace,
      logger: log,
    });
    await client.connect();
    const text = everything(client, trace, log);
    await client.disconnect();
    expect(trace.outgoings.some((line) => line.startsWith('<auth'))).toBe(true);
    expect(trace.incomings.join()).toContain(`<mechanism>${name}</mechanism>`);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(base64(SECRET));
    expect(text).not.toContain(base64(`\0alice\0${SECRET}`));
    for (const line of [...trace.outgoings, ...trace.incomings].filter((each) => each.includes(NS_SASL))) {
      expect(line).not.toMatch(/>[A-Za-z0-9+/]{16,}={0,2}</);
    }
  });

  it('by a login with OAUTHBEARER', async () => {
    const server = new PlayedServer();
    const trace = new Trace();
    const log = new Log();
    const client = server.client({
      password: undefined,
      credentials: () => ({ token: 'abc.def.ghi' }),
      tracer: trace,
      logger: log,
    });
    const connecting = client.connect();
    const played = await server.next();
    await played.open(mechanisms('OAUTHBEARER'));
    await played.auth();
    played.peer.send(`<success xmlns='${NS_SASL}'/>`);
    await played.open(BIND);
    await played.bind();
    await connecting;
    const text = everything(client, trace, log);
    await client.disconnect();
    const sent = saslData(played.peer.received);
    expect(sent).toHaveLength(1);
    for (const secret of ['abc.def.ghi', ...sent]) expect(text).not.toContain(secret);
  });

  it.each(['PLAIN', 'SCRAM-SHA-256'])('by a login with %s that fails', async (name) => {
    const server = new PlayedServer();
    const trace = new Trace();
    const log = new Log();
    const client = server.client({ password: SECRET, tracer: trace, logger: log });
    const events: unknown[] = [];
    client.on('failedAuth', (event) => events.push(event));
    client.on('connectionFailed', (event) => events.push(event));
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms(name));
    await played.auth();
    played.peer.send(`<failure xmlns='${NS_SASL}'><not-authorized/></failure>`);
    const text = everything(client, trace, log, await failed, ...events);
    await client.disconnect();
    expect(text).not.toContain(SECRET);
    const sent = saslData(played.peer.received);
    expect(sent).toHaveLength(1);
    for (const data of sent) expect(text).not.toContain(data);
  });

  it('by a password that cannot be prepared', async () => {
    const server = new PlayedServer();
    const trace = new Trace();
    const log = new Log();
    const client = server.client({ password: `${SECRET}\u0007`, tracer: trace, logger: log });
    const failed = rejection(client.connect());
    await (await server.next()).open(mechanisms('SCRAM-SHA-256'));
    expect(everything(client, trace, log, await failed)).not.toContain(SECRET);
  });

  it('by options that cannot work', () => {
    let error: unknown;
    try {
      makeClient({ jid: 'example.org', password: SECRET });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeDefined();
    expect(inspect(error)).not.toContain(SECRET);
  });

  it('by the password that was set later', async () => {
    const client = makeClient({});
    client.password = SECRET;
    expect(inspect(client, { depth: 20, showHidden: true, getters: true })).not.toContain(SECRET);
    expect((client as unknown as { password: unknown }).password).toBeUndefined();
  });
});
