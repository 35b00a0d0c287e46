import { createHash } from 'node:crypto';
import {
  builtInMechanisms,
  chooseMechanism,
  DowngradeError,
  NoMechanismError,
  RefusedError,
  SaslProtocolError,
  ScramMechanism,
  ServerAuthenticationError,
} from '@sestina/sasl';
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
  const mechanism = new ScramMechanism('SHA-256');
  const credentials = { username: 'user', password: 'pencil' };

  it('is 24 bytes of the generator given, never of Math.random', async () => {
    const insecure = vi.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('Math.random was used');
    });
    try {
      const nonces = new Set<string>();
      for (let count = 0; count < 100_000; count++) {
        const nonce = text(await mechanism.start(credentials, environment()).initial()).slice('n,,n=user,r='.length);
        if (!/^[A-Za-z0-9+/]{32}$/.test(nonce)) expect.fail(`nonce ${nonce}`);
        nonces.add(nonce);
      }
      expect(nonces.size).toBe(100_000);
    } finally {
      insecure.mockRestore();
    }
  });

  it('is not taken from a generator that gives too little', async () => {
    const exchange = mechanism.start(credentials, environment({ randomBytes: () => new Uint8Array(8) }));
    expect(await rejection(exchange.initial())).toBeInstanceOf(RangeError);
  });
});

describe('T4 and T5: the iteration count', () => {
  it.each(['1', '4095'])('%s is too low', async (count) => {
    expect(await abortDetail(`r=CNONCEsrv,s=c2FsdHNhbHQ=,i=${count}`)).toBe('iterations-too-low');
  });

  it.each(['1000001', '4294967295', '9'.repeat(400)])(
    '%s is too high, and nothing is computed for it',
    async (count) => {
      const { subtle } = globalThis.crypto;
      const work = (['importKey', 'deriveBits', 'deriveKey', 'sign', 'digest'] as const).map((name) =>
        vi.spyOn(subtle, name),
      );
      try {
        expect(await abortDetail(`r=CNONCEsrv,s=c2FsdHNhbHQ=,i=${count}`)).toBe('iterations-too-high');
        for (const spy of work) expect(spy).not.toHaveBeenCalled();
        // One that is allowed costs something: the test is worth something.
        const exchange = await scramStarted();
        await exchange.respond(bytes('r=CNONCEsrv,s=c2FsdHNhbHQ=,i=4096'));
        expect(subtle.deriveBits).toHaveBeenCalledOnce();
      } finally {
        for (const spy of work) spy.mockRestore();
      }
    },
  );

  it.each(['1e9', '0', '-1', '+4096', ' 4096', '04096', '4096.0', '0x1000', 'NaN'])(
    '%s is no number',
    async (count) => {
      expect(await abortDetail(`r=CNONCEsrv,s=c2FsdHNhbHQ=,i=${count}`)).toBe('malformed');
    },
  );

  it('does not keep the event loop busy at the highest allowed', async () => {
    const exchange = await scramStarted();
    let ended = false;
    const response = exchange.respond(bytes('r=CNONCEsrv,s=c2FsdHNhbHQ=,i=1000000')).finally(() => {
      ended = true;
    });
    let turns = 0;
    while (!ended) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    expect(text(await response)).toContain(',p=');
    expect(turns).toBeGreaterThan(10);
  });

  it.each([0, -1, Number.NaN, 1.5, Number.POSITIVE_INFINITY])('a limit of %s is refused', (limit) => {
    expect(() => builtInMechanisms({ minIterations: limit })).toThrow(RangeError);
    expect(() => builtInMechanisms({ maxIterations: limit })).toThrow(RangeError);
  });

  it('limits can be changed', async () => {
    const mechanism = new ScramMechanism('SHA-1', false, { minIterations: 5000 });
    const exchange = mechanism.start({ username: 'user', password: 'pencil' }, environment());
    const nonce = text(await exchange.initial()).split('r=')[1];
    const error = await rejection(exchange.respond(bytes(`r=${nonce}srv,s=c2FsdHNhbHQ=,i=4096`)));
    expect(error).toMatchObject({ detail: 'iterations-too-low' });
  });
});

describe('T6: a forged list of mechanisms (XEP-0474)', () => {
  const hash = (list: string) => createHash('sha1').update(list).digest('base64');
  const respond = async (received: string[], types: string[] | undefined, sent: string) => {
    const exchange = await scramStarted({
      environment: environment({ offeredMechanisms: received, serverChannelBindingTypes: types }),
    });
    return exchange.respond(bytes(`${serverFirst},h=${hash(sent)}`));
  };

  it('goes on where the list is the one sent', async () => {
    const response = await respond(['SCRAM-SHA-1', 'PLAIN'], undefined, 'PLAIN\x1eSCRAM-SHA-1');
    expect(text(response)).toContain(',p=');
  });

  it('notices that a mechanism was taken away', async () => {
    const error = await rejection(respond(['SCRAM-SHA-1'], undefined, 'SCRAM-SHA-1\x1eSCRAM-SHA-256'));
    expect(error).toBeInstanceOf(DowngradeError);
    expect(error).toMatchObject({ code: 'downgrade', offered: ['SCRAM-SHA-1'], refused: [] });
  });

  it('notices that a channel binding type was taken away', async () => {
    const sent = 'SCRAM-SHA-1\x1ftls-exporter\x1etls-unique';
    expect(await rejection(respond(['SCRAM-SHA-1'], ['tls-unique'], sent))).toBeInstanceOf(DowngradeError);
  });

  it('notices that all channel binding types were taken away', async () => {
    const sent = 'SCRAM-SHA-1\x1ftls-exporter';
    expect(await rejection(respond(['SCRAM-SHA-1'], undefined, sent))).toBeInstanceOf(DowngradeError);
  });
});

describe('T7: a server with the obsolete jabber:iq:auth only', () => {
  it('has no mechanism, so nothing is sent', () => {
    const credentials = { username: 'user', password: 'pencil' };
    expect(() => chooseMechanism([], builtInMechanisms(), credentials, environment())).toThrow(NoMechanismError);
  });
});

describe('T47: hostile text', () => {
  it.each([',', '"', '=', 'a=b,', 'r=,'])(
    '64 KiB of %s is refused for its length, and not looked at',
    async (piece) => {
      expect(await abortDetail(bytes(piece.repeat((64 * 1024) / piece.length)))).toBe('message-too-long');
    },
  );

  it.each([',', '"', '=', 'a=b,', 'a=,'])('the parser looks for each comma of 64 KiB of %s once at most', (piece) => {
    const challenge = piece.repeat((64 * 1024) / piece.length);
    const indexOf = vi.spyOn(String.prototype, 'indexOf');
    let refusal: unknown;
    let looks = 0;
    try {
      parseAttributes(challenge);
    } catch (error) {
      refusal = error;
    } finally {
      looks = indexOf.mock.calls.length;
      indexOf.mockRestore();
    }
    expect(refusal).toMatchObject({ detail: 'malformed' });
    expect(looks).toBeLessThanOrEqual(challenge.length / piece.length + 1);
  });
});

describe('a first challenge against the rules', () => {
  it.each([
    ['a mandatory extension', 'm=x,r=CNONCEsrv,s=c2FsdHNhbHQ=,i=4096', 'mandatory-extension'],
    ['a mandatory extension at the end', 'r=CNONCEsrv,s=c2FsdHNhbHQ=,i=4096,m=x', 'mandatory-extension'],
    ['nothing', '', 'malformed'],
    ['another order', 's=c2FsdHNhbHQ=,r=CNONCEsrv,i=4096', 'malformed'],
    ['no salt', 'r=CNONCEsrv,i=4096', 'malformed'],
    ['a nonce twice', 'r=CNONCEsrv,s=c2FsdHNhbHQ=,i=4096,r=CNONCEother', 'malformed'],
    ['a comma too many', 'r=CNONCEsrv,s=c2FsdHNhbHQ=,i=4096,', 'malformed'],
    ['an empty value', 'r=CNONCEsrv,s=,i=4096', 'malformed'],
    ['a long name', 'rr=CNONCEsrv,s=c2FsdHNhbHQ=,i=4096', 'malformed'],
    ['U+0000', 'r=CNONCEsrv,s=c2FsdHNhbHQ=,i=4096,x=a\0b', 'malformed'],
    ['a salt that is no base64', 'r=CNONCEsrv,s=c2Fs dHNh,i=4096', 'malformed'],
    ['a salt without padding', 'r=CNONCEsrv,s=c2FsdHNhbHQ,i=4096', 'malformed'],
    ['a salt with stray bits', 'r=CNONCEsrv,s=c2FsdHNhbHR=,i=4096', 'malformed'],
    ['a salt of 1025 bytes', `r=CNONCEsrv,s=${Buffer.alloc(1025).toString('base64')},i=4096`, 'salt-length'],
    ['no UTF-8', Uint8Array.of(0x72, 0x3d, 0xff), 'malformed'],
    ['8 KiB and a byte', new Uint8Array(8193).fill(0x41), 'message-too-long'],
  ])('with %s', async (_name, challenge, detail) => {
    expect(await abortDetail(challenge)).toBe(detail);
  });

  it('is answered if an unknown extension is in it', async () => {
    const exchange = await scramStarted();
    expect(text(await exchange.respond(bytes(`${serverFirst},x=y,z=1`)))).toContain(',p=');
  });

  it.each(['e=unknown-user', 'e=no-resources,x=y'])('may be an error: %s', async (challenge) => {
    const error = await rejection((await scramStarted()).respond(bytes(challenge)));
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: 'refused', reason: challenge.slice(2).split(',')[0] });
  });
});

describe('the order of calls', () => {
  it('has an error in place of the signature', async () => {
    const exchange = await scramStarted();
    await exchange.respond(bytes(serverFirst));
    expect(await rejection(exchange.respond(bytes('e=invalid-proof')))).toMatchObject({ reason: 'invalid-proof' });
    expect(await rejection(exchange.success(undefined))).toBeInstanceOf(ServerAuthenticationError);
  });

  it('has no third challenge', async () => {
    const exchange = await scramStarted();
    await exchange.respond(bytes(serverFirst));
    await rejection(exchange.respond(bytes(serverFirst)));
    expect(await rejection(exchange.respond(bytes(serverFirst)))).toMatchObject({ detail: 'unexpected-challenge' });
  });

  it('has no challenge before the first message', async () => {
    expect(await rejection(scramExchange().respond(bytes(serverFirst)))).toMatchObject({
      code: 'sasl-abort',
      detail: 'unexpected-challenge',
    });
  });

  it('has one first message', async () => {
    expect(await rejection((await scramStarted()).initial())).toBeInstanceOf(TypeError);
  });
});

describe('what the server says of its error', () => {
  it('gets into the message without control characters and cut', async () => {
    const error = await rejection((await scramStarted()).respond(bytes(`e=\x1b[31m\n${'x'.repeat(500)}`)));
    expect((error as RefusedError).reason).toMatch(/^\?\[31m\?x{94}$/);
  });
});
