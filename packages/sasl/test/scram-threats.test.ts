import { DowngradeError, RefusedError, SaslProtocolError, ServerAuthenticationError } from '@sestina/sasl';
import { describe, expect, it, vi } from 'vitest';
import { parseAttributes } from '../src/scram/attributes.js';
import { scramExchange, scramStarted, serverFirst } from './scram-support.js';
import { bytes, environment, rejection, text } from './support.js';

/** What the first challenge is refused for; shows too that no proof has left. */
async function abortDetail(challenge: string | Uint8Array): Promise<unknown> {
  const exchange = await scramStarted();
  const error = await rejection(exchange.respond(typeof challenge === 'string' ? bytes(challenge) : challenge));
  expect(error).toBeInstanceOf(SaslProtocolError);
  expect(await rejection(exchange.respond(bytes(serverFirst)))).toMatchObject({ detail: 'unexpected-challenge' });
  return (error as SaslProtocolError).detail;
}

describe('T1: a server that has not proven itself', () => {
  it('reports success before it has sent a challenge', async () => {
    const error = await rejection((await scramStarted()).success(undefined));
    expect(error).toBeInstanceOf(ServerAuthenticationError);
    expect(error).toMatchObject({ code: 'server-not-authenticated', retryable: false });
  });

  it('reports success before anything was sent', async () => {
    expect(await rejection(scramExchange().success(undefined))).toBeInstanceOf(ServerAuthenticationError);
  });

  it.each([
    ['no signature', undefined],
    ['an empty signature', bytes('')],
    ['a wrong signature', bytes('v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=')],
    ['a signature cut short', bytes('v=AAAA')],
    ['no base64', bytes('v=!!!!')],
    ['an error', bytes('e=other-error')],
    ['no UTF-8', Uint8Array.of(0xff)],
    ['too much', new Uint8Array(9000).fill(0x41)],
  ])('reports success with %s', async (_name, additional) => {
    const exchange = await scramStarted();
    await exchange.respond(bytes(serverFirst));
    expect(await rejection(exchange.success(additional))).toBeInstanceOf(ServerAuthenticationError);
    expect(await rejection(exchange.success(additional))).toBeInstanceOf(ServerAuthenticationError);
  });

  it('sends a wrong signature in a challenge', async () => {
    const exchange = await scramStarted();
    await exchange.respond(bytes(serverFirst));
    const error = await rejection(exchange.respond(bytes('v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=')));
    expect(error).toBeInstanceOf(ServerAuthenticationError);
    expect(await rejection(exchange.success(undefined))).toBeInstanceOf(ServerAuthenticationError);
  });

  it('reports success while the proof is still being computed', async () => {
    const exchange = await scramStarted();
    const response = exchange.respond(bytes(serverFirst));
    expect(await rejection(exchange.success(undefined))).toBeInstanceOf(ServerAuthenticationError);
    await response;
  });
});

describe('T2: the nonce', () => {
  it('must start with ours', async () => {
    expect(await abortDetail('r=somethingelse,s=c2FsdHNhbHQ=,i=4096')).toBe('nonce-mismatch');
  });
  it('must be longer than ours', async () => {
    expect(await abortDetail('r=CNONCE,s=c2FsdHNhbHQ=,i=4096')).toBe('nonce-mismatch');
  });
  it('must not be endless', async () => {
    expect(await abortDetail(`r=CNONCE${'x'.repeat(1025)},s=c2FsdHNhbHQ=,i=4096`)).toBe('nonce-too-long');
  });
  it('may be 1 KiB longer', async () => {
    const exchange = await scramStarted();
    const challenge = `r=CNONCE${'x'.repeat(1024)},s=c2FsdHNhbHQ=,i=4096`;
    expect(text(await exchange.respond(bytes(challenge)))).toContain(',p=');
  });
  it('must be printable', async () => {
    expect(await abortDetail('r=CNONCEsr v,s=c2FsdHNhbHQ=,i=4096')).toBe('malformed');
  });
});

describe('T3: our own nonce', () => {
  const nonceOf = async (randomBytes: (length: number) => Uint8Array) => {
    const { initial } = await import('../src/scram/mechanism.js').then(({ ScramMechanism }) => {
      const exchange = new ScramMechanism('SHA-256').start(
        { username: 'user', password: 'pencil' },
        environment({ randomBytes }),
      );
      return { initial: text };
    });
    return initial;
  };
  void nonceOf;
});
