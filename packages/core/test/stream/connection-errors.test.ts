import { describe, expect, it } from 'vitest';
import { TimeoutError } from '../../src/errors.js';
import { ConnectError } from '../../src/stream/connection-errors.js';

describe('ConnectError', () => {
  it('says of every address what was tried there, and what came of it', () => {
    const refused = new Error('refused');
    const error = new ConnectError('example.org', [
      { address: '192.0.2.1', port: 5222, error: refused },
      { address: '2001:db8::1', port: 5223, error: refused, detail: 'unreachable' },
      { address: 'wss://example.org/ws', error: new TimeoutError('the connection', 10_000) },
    ]);
    expect(error.message).toBe(
      'could not connect to example.org: 192.0.2.1:5222 refused; [2001:db8::1]:5223 unreachable; ' +
        'wss://example.org/ws no answer within 10000 ms; is the server running?',
    );
    expect((error.cause as AggregateError).errors).toEqual(error.attempts.map((attempt) => attempt.error));
  });
});
