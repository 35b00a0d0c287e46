import { Sasl2 } from '@sestina/xep-0388';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { RecordingTracer } from '../support/recorders.js';

describe('XEP-0388 with Prosody', () => {
  const bench = useServer({ kind: 'prosody', sasl2: true });

  it.each(['starttls', 'direct'] as const)('logs in by password on one stream, bound to its TLS: %s', async (way) => {
    const tracer = new RecordingTracer();
    const client = bench.client({ ...(await bench.account()), ...bench[way], tls: { ca: bench.server.ca }, tracer });
    client.use(Sasl2);
    const success = client.wait('authSuccess');
    await client.connect();
    expect(await success).toEqual({ mechanism: 'SCRAM-SHA-256-PLUS' });
    const said = tracer.sent.join('');
    expect(said).toContain('<authenticate');
    expect(said).not.toContain('<auth ');
    expect((await client.getRoster()).size).toBe(0);
  });
});
