import {
  AnonymousMechanism,
  CredentialsError,
  ExternalMechanism,
  OauthBearerMechanism,
  PlainMechanism,
  RefusedError,
  type SaslCredentials,
  type SaslMechanism,
} from '@sestina/sasl';
import { describe, expect, it } from 'vitest';
import { base64, bytes, environment, rejection, text } from './support.js';
import { oauthVector, plainVectors } from './vectors.js';

const start = (mechanism: SaslMechanism, credentials: SaslCredentials) => mechanism.start(credentials, environment());

describe('PLAIN (RFC 4616)', () => {
  it.each(plainVectors)('$username', async ({ base64: expected, ...credentials }) => {
    expect(base64(await start(new PlainMechanism(), credentials).initial())).toBe(expected);
  });

  it.each<[string, SaslCredentials]>([
    ['username', { username: 'a\0b', password: 'x' }],
    ['password', { username: 'a', password: 'x\0y' }],
    ['password', { username: 'a', password: '' }],
    ['password', { username: 'a', password: '\ud800' }],
    ['authzid', { username: 'a', password: 'x', authzid: 'b\0' }],
  ])('refuses a %s that cannot be sent', async (field, credentials) => {
    const error = await rejection(start(new PlainMechanism(), credentials).initial());
    expect(error).toBeInstanceOf(CredentialsError);
    expect(error).toMatchObject({ field, code: 'credentials', retryable: false });
  });

  it('has no challenge', async () => {
    const exchange = start(new PlainMechanism(), { username: 'a', password: 'x' });
    await exchange.initial();
    expect(await rejection(exchange.respond(bytes('')))).toMatchObject({ detail: 'unexpected-challenge' });
  });

  it('has success only after the message', async () => {
    const exchange = start(new PlainMechanism(), { username: 'a', password: 'x' });
    expect(await rejection(exchange.success(undefined))).toMatchObject({ detail: 'unexpected-success' });
    await exchange.initial();
    await expect(exchange.success(undefined)).resolves.toBeUndefined();
  });
});

describe('EXTERNAL', () => {
  it('sends nothing but the authzid, and no authzid as no bytes', async () => {
    expect(await start(new ExternalMechanism(), { external: true }).initial()).toHaveLength(0);
    const acting = start(new ExternalMechanism(), { external: true, authzid: 'juliet@example.org' });
    expect(text(await acting.initial())).toBe('juliet@example.org');
  });
});

describe('ANONYMOUS (RFC 4505)', () => {
  it('sends the trace', async () => {
    expect(base64(await start(new AnonymousMechanism(), { anonymous: true, trace: 'sirhc' }).initial())).toBe(
      'c2lyaGM=',
    );
    expect(await start(new AnonymousMechanism(), { anonymous: true }).initial()).toHaveLength(0);
  });

  it.each(['x'.repeat(256), 'a\nb'])('refuses a trace that is none', async (trace) => {
    const error = await rejection(start(new AnonymousMechanism(), { anonymous: true, trace }).initial());
    expect(error).toMatchObject({ field: 'trace' });
  });
});

describe('OAUTHBEARER (RFC 7628)', () => {
  const { message, serverError, ...credentials } = oauthVector;

  it('sends authzid, host, port and token', async () => {
    const exchange = start(new OauthBearerMechanism(), credentials);
    expect(text(await exchange.initial())).toBe(message);
    await expect(exchange.success(undefined)).resolves.toBeUndefined();
    expect(exchange.refusal).toBeUndefined();
  });

  it('sends the token alone', async () => {
    const exchange = start(new OauthBearerMechanism(), { token: 'abc' });
    expect(text(await exchange.initial())).toBe('n,,\x01auth=Bearer abc\x01\x01');
  });

  it('quotes the authzid', async () => {
    const exchange = start(new OauthBearerMechanism(), { token: 'abc', authzid: 'a,b=c' });
    expect(text(await exchange.initial())).toBe('n,a=a=2Cb=3Dc,\x01auth=Bearer abc\x01\x01');
  });

  it('answers the error so that the server can fail, and keeps the reason', async () => {
    const exchange = start(new OauthBearerMechanism(), credentials);
    await exchange.initial();
    expect(base64(await exchange.respond(bytes(serverError)))).toBe('AQ==');
    expect(exchange.refusal).toBeInstanceOf(RefusedError);
    expect(exchange.refusal).toMatchObject({
      code: 'refused',
      reason: 'invalid_token',
      scope: 'example_scope',
      openidConfiguration: 'https://example.com/.well-known/openid-configuration',
    });
    expect(await rejection(exchange.success(undefined))).toMatchObject({ detail: 'unexpected-success' });
  });

  it.each(['', 'null', '[]', '{"status":1}', '"x"', '{', '\xff'])('answers the error %j too', async (challenge) => {
    const exchange = start(new OauthBearerMechanism(), credentials);
    await exchange.initial();
    expect(base64(await exchange.respond(bytes(challenge)))).toBe('AQ==');
    expect(exchange.refusal).toMatchObject({ reason: 'other-error', scope: undefined });
  });

  it('has no second challenge, none before its message and no long one', async () => {
    const exchange = start(new OauthBearerMechanism(), credentials);
    expect(await rejection(exchange.respond(bytes('{}')))).toMatchObject({ detail: 'unexpected-challenge' });
    await exchange.initial();
    const long = new Uint8Array(8193);
    expect(await rejection(exchange.respond(long))).toMatchObject({ detail: 'message-too-long' });
    await exchange.respond(bytes('{}'));
    expect(await rejection(exchange.respond(bytes('{}')))).toMatchObject({ detail: 'unexpected-challenge' });
  });

  it.each<[string, SaslCredentials]>([
    ['token', { token: 'a\x01host=evil' }],
    ['token', { token: 'a b' }],
    ['host', { token: 'a', host: 'x\x01' }],
    ['port', { token: 'a', port: 0 }],
    ['port', { token: 'a', port: Number.NaN }],
    ['port', { token: 'a', port: 65536 }],
    ['authzid', { token: 'a', authzid: 'x\x01auth=' }],
  ])('refuses a %s that would break the message', async (field, given) => {
    expect(await rejection(start(new OauthBearerMechanism(), given).initial())).toMatchObject({ field });
  });
});
