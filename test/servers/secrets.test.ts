import { inspect } from 'node:util';
import type { AuthError, ClientXMPP } from '@sestina/client';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { PASSWORD_MECHANISMS, VARIANTS } from '../support/mechanisms.js';
import { RecordingLogger, RecordingTracer, RecordingTransports } from '../support/recorders.js';

/** What in the SASL messages of the wire is worth hiding: the base64, and the nonce, the proof or the password in it. */
function secretsOf(written: readonly string[]): string[] {
  return written.flatMap((text) =>
    [...text.matchAll(/<(?:auth|response)[^>]*>([^<]+)</g)].flatMap(([, encoded = '']) => {
      const message = Buffer.from(encoded, 'base64').toString('latin1');
      const secrets = message.includes('\0') ? message.split('\0').slice(-1) : message.match(/(?<=,[pr]=)[^,]+/g);
      return [encoded, ...(secrets ?? [])];
    }),
  );
}

describe.each(VARIANTS)('a login to $name', ({ server, mechanisms }) => {
  const bench = useServer(server);

  /** Everything that a login shows to somebody who looks at logs, traces, events and objects. */
  async function spiedLogin(mechanism: string, guess?: string) {
    const { jid, username, password } = await bench.account('somebody');
    const logger = new RecordingLogger();
    const tracer = new RecordingTracer();
    const transports = new RecordingTransports();
    const tls = { ca: bench.server.ca, maxVersion: 'TLSv1.2' };
    const client: ClientXMPP = bench.client({
      jid,
      password: guess ?? password,
      tls,
      logger,
      tracer,
      transports,
      sasl: { only: [mechanism] },
    });
    const shown: string[] = [];
    for (const event of ['connected', 'failedAuth', 'authSuccess', 'connectionFailed', 'sessionStart'] as const) {
      client.on(event, (data) => shown.push(inspect(data, { depth: 8 })));
    }
    const error = await client.connect().then(
      () => undefined,
      (reason: AuthError) => reason,
    );
    shown.push(inspect(error, { depth: 8, showHidden: true }));
    shown.push(inspect(client, { depth: 8, showHidden: true }), JSON.stringify(Object.entries(client).map(String)));
    await client.disconnect();
    const seen = [...shown, ...logger.lines, ...tracer.sent, ...tracer.received].join('\n');
    return { seen, tracer, error, username, password: guess ?? password, written: transports.written };
  }

  it.each(PASSWORD_MECHANISMS)('with %s shows no secret', async (mechanism) => {
    const { seen, tracer, error, password, written } = await spiedLogin(mechanism);
    if (mechanisms['TLSv1.2'][mechanism] !== 'works') {
      expect(error?.code).toBe('ERR_AUTH');
      expect(seen).not.toContain(password);
      return;
    }
    expect(error).toBeUndefined();
    expect(tracer.sent.some((text) => text.includes('<auth'))).toBe(true);
    const secrets = [password, Buffer.from(password).toString('base64'), ...secretsOf(written)];
    // Of PLAIN one message and its password, of SCRAM two messages with two nonces and a proof.
    expect(secrets.length).toBeGreaterThanOrEqual(mechanism === 'PLAIN' ? 4 : 7);
    expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
  });

  it.each(PASSWORD_MECHANISMS)('that is refused with %s shows no secret', async (mechanism) => {
    const { seen, error, password, written } = await spiedLogin(mechanism, 'an-unlucky-guess');
    expect(error?.code).toBe('ERR_AUTH');
    expect([password, ...secretsOf(written)].filter((secret) => seen.includes(secret))).toEqual([]);
  });
});

describe.each(KINDS)('a handshake of a component with %s', (kind) => {
  const bench = useServer({ kind });

  it.each([undefined, 'a-wrong-secret'])('shows no secret (secret: %s)', async (guess) => {
    const logger = new RecordingLogger();
    const tracer = new RecordingTracer();
    const transports = new RecordingTransports();
    const [jid = ''] = bench.server.component.domains;
    const secret = guess ?? bench.server.component.secret;
    const component = bench.component({ jid, logger, tracer, transports, secret });
    const error = await component.connect().catch((reason: unknown) => reason);
    expect(error === undefined).toBe(guess === undefined);
    const seen = [inspect(component, { depth: 8, showHidden: true }), inspect(error), ...logger.lines, ...tracer.sent];
    const [, digest = ''] = /<handshake[^>]*>([^<]+)</.exec(transports.written.join('')) ?? [];
    expect(digest).toMatch(/^[0-9a-f]{40}$/);
    expect(seen.join('\n')).not.toContain(digest);
    expect(seen.join('\n')).not.toContain(secret);
  });
});
