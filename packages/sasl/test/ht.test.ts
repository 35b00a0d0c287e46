import { createHmac } from 'node:crypto';
import { HtMechanism } from '@sestina/sasl';
import { describe, expect, it } from 'vitest';
import { bytes, environment, rejection, text } from './support.js';

const credentials = { username: 'alice', hashedToken: 'secret-token:x' };

function hmac(what: string, data = ''): Uint8Array {
  return new Uint8Array(
    createHmac('sha256', credentials.hashedToken)
      .update(what + data)
      .digest(),
  );
}

describe('HT (XEP-0484)', () => {
  it.each([
    ['NONE', ''],
    ['EXPR', 'data of tls-exporter'],
    ['UNIQ', 'data of tls-unique'],
    ['ENDP', 'data of tls-server-end-point'],
  ] as const)('HT-SHA-256-%s shows the token, and has the server show it', async (binding, data) => {
    const mechanism = new HtMechanism('SHA-256', binding);
    const where = environment({ channelBindingTypes: ['tls-exporter', 'tls-unique', 'tls-server-end-point'] });
    expect(mechanism.name).toBe(`HT-SHA-256-${binding}`);
    expect(mechanism.usable(credentials, where)).toBe(true);
    const exchange = mechanism.start(credentials, where);
    const first = (await exchange.initial?.()) ?? bytes('');
    expect(text(first.subarray(0, 6))).toBe('alice\0');
    expect(first.subarray(6)).toEqual(hmac('Initiator', data));
    await exchange.success(hmac('Responder', data));
  });

  it.each([
    ['nothing', undefined],
    ['no bytes', bytes('')],
    ['our own words', hmac('Initiator')],
    ['a byte too many', bytes(`${'x'.repeat(33)}`)],
    ['something forged', bytes('x'.repeat(32))],
  ])('believes no server that shows %s', async (_what, shown) => {
    const exchange = new HtMechanism('SHA-256', 'NONE').start(credentials, environment());
    await exchange.initial();
    expect(await rejection(exchange.success(shown))).toMatchObject({ code: 'server-not-authenticated' });
    expect(await rejection(exchange.success(hmac('Responder')))).toMatchObject({ code: 'server-not-authenticated' });
  });

  it('answers no challenge, and believes nobody after one', async () => {
    const exchange = new HtMechanism('SHA-256', 'NONE').start(credentials, environment());
    await exchange.initial();
    expect(await rejection(exchange.respond(bytes('more')))).toMatchObject({ detail: 'unexpected-challenge' });
    expect(await rejection(exchange.success(hmac('Responder')))).toMatchObject({ code: 'server-not-authenticated' });
  });

  it('sends nothing where there is no data to bind to, and is not usable without its type or a token', async () => {
    const mechanism = new HtMechanism('SHA-256', 'EXPR');
    expect(mechanism.usable(credentials, environment())).toBe(false);
    expect(new HtMechanism('SHA-256', 'NONE').usable({ username: 'alice' }, environment())).toBe(false);
    expect(await rejection(mechanism.start(credentials, environment()).initial())).toMatchObject({
      detail: 'channel-binding-unavailable',
    });
  });

  it('is found by its name, where the connection can bind so', () => {
    expect(HtMechanism.named('HT-SHA-512-ENDP', ['tls-server-end-point'])?.name).toBe('HT-SHA-512-ENDP');
    expect(HtMechanism.named('HT-SHA-256-NONE', [])?.name).toBe('HT-SHA-256-NONE');
    for (const name of [
      'HT-SHA-256-EXPR',
      'HT-SHA-1-NONE',
      'HT-SHA-256-',
      'XHT-SHA-256-NONE',
      'HT-SHA-256-NONEX',
      '',
    ]) {
      expect(HtMechanism.named(name, []), name).toBeUndefined();
    }
  });
});
