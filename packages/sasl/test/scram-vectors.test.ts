import { describe, expect, it } from 'vitest';
import type { ScramHash } from '../src/scram/crypto.js';
import { javascriptCrypto } from '../src/scram/javascript-crypto.js';
import { deriveKeys, sign } from '../src/scram/keys.js';
import { listHash } from '../src/scram/list-hash.js';
import { scramCrypto } from '../src/scram/platform-crypto.js';
import { scramExchange } from './scram-support.js';
import { base64, bytes, environment, fromBase64, random, text } from './support.js';
import { listHashVector, scramVectors } from './vectors.js';

describe.each(scramVectors)('SCRAM-$hash as in $source', (vector) => {
  const { hash, nonce, username, password } = vector;
  const exchange = () => scramExchange({ hash, nonce, credentials: { username, password } });

  it('takes the server signature with <success/>', async () => {
    const client = exchange();
    expect(text(await client.initial())).toBe(vector.clientFirst);
    expect(text(await client.respond(bytes(vector.serverFirst)))).toBe(vector.clientFinal);
    await expect(client.success(bytes(vector.serverFinal))).resolves.toBeUndefined();
  });

  it('takes the server signature in the last challenge and answers with nothing', async () => {
    const client = exchange();
    await client.initial();
    await client.respond(bytes(vector.serverFirst));
    expect(await client.respond(bytes(vector.serverFinal))).toHaveLength(0);
    await expect(client.success(undefined)).resolves.toBeUndefined();
  });
});

describe('SCRAM-SHA-1-PLUS with the list hash of XEP-0474 section 6.3', () => {
  const vector = listHashVector;

  it('binds and accepts the hash', async () => {
    const client = scramExchange({
      plus: true,
      nonce: vector.nonce,
      environment: environment({
        channelBindingTypes: ['tls-exporter'],
        serverChannelBindingTypes: vector.channelBindingTypes,
        offeredMechanisms: vector.mechanisms,
        channelBinding: async () => bytes(vector.bindingData),
      }),
    });
    expect(text(await client.initial())).toBe(vector.clientFirst);
    expect(text(await client.respond(bytes(vector.serverFirst)))).toContain(vector.clientFinalStart);
  });

  it('computes the hash over the sorted lists', async () => {
    const crypto = await scramCrypto();
    const { mechanisms, channelBindingTypes } = vector;
    expect(await listHash(crypto, 'SHA-1', mechanisms, channelBindingTypes)).toBe(vector.listHash);
    expect(await listHash(crypto, 'SHA-1', mechanisms, undefined)).not.toBe(vector.listHash);
  });

  it('computes proof and server signature', async () => {
    const crypto = await scramCrypto();
    const keys = await deriveKeys(crypto, 'SHA-1', vector.password, fromBase64(vector.salt), 4096);
    const bare = vector.clientFirst.slice('p=tls-exporter,,'.length);
    const authMessage = `${bare},${vector.serverFirst},${vector.clientFinalStart}${vector.clientFinalExtension}`;
    const { proof, serverSignature } = await sign(crypto, 'SHA-1', keys, authMessage);
    expect([base64(proof), base64(serverSignature)]).toEqual([vector.proof, vector.serverSignature]);
  });
});

describe('cryptography in JavaScript, where WebCrypto is missing', () => {
  it.each<ScramHash>(['SHA-1', 'SHA-256', 'SHA-512'])('gives the same with %s', async (hash) => {
    const web = await scramCrypto();
    const [password, salt] = [random(20), random(16)];
    expect(await javascriptCrypto.pbkdf2(hash, password, salt, 50)).toEqual(await web.pbkdf2(hash, password, salt, 50));
    expect(await javascriptCrypto.hmac(hash, salt, password)).toEqual(await web.hmac(hash, salt, password));
    expect(await javascriptCrypto.digest(hash, password)).toEqual(await web.digest(hash, password));
  });

  it('is loaded only then', async () => {
    const subtle = { digest: async () => new Uint8Array([1]).buffer } as unknown as SubtleCrypto;
    expect(await (await scramCrypto(subtle)).digest('SHA-1', bytes('x'))).toEqual(new Uint8Array([1]));
  });
});
