import { MemoryStorage } from '@sestina/core';
import { MemorySecrets } from '@sestina/core/storage';
import { ScramServer } from '@sestina/sasl/server';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BIND, mechanisms, NS_SASL, PlayedServer, rejection, success } from '../support.js';

const SCRAM = 'SCRAM-SHA-256';

class BrokenSecrets extends MemorySecrets {
  override get(): Promise<undefined> {
    return Promise.reject(new Error('EIO'));
  }

  override set(): Promise<void> {
    return Promise.reject(new Error('EIO'));
  }
}

/** A process that logs in to a server which proves its list. */
async function proven(secrets: MemorySecrets): Promise<void> {
  const server = new PlayedServer();
  const client = server.client({ jid: 'alice@example.org/phone', secrets, storage: new MemoryStorage() });
  const connecting = client.connect();
  const played = await server.next();
  await played.open(mechanisms(SCRAM));
  const random = new SeededRandom(2);
  const scram = new ScramServer({
    hash: 'SHA-256',
    randomBytes: (length) => random.bytes(length),
    lookup: async () => ({ password: 'secret' }),
    offered: { mechanisms: [SCRAM] },
  });
  const first = await scram.respond(Buffer.from((await played.auth()).data));
  played.peer.send(`<challenge xmlns='${NS_SASL}'>${Buffer.from(first.data ?? []).toString('base64')}</challenge>`);
  const response = await played.peer.receive(/<response[^>]*>[^<]*<\/response>/);
  const last = await scram.respond(Buffer.from(/>([^<]*)</.exec(response)?.[1] ?? '', 'base64'));
  played.peer.send(success(Buffer.from(last.data ?? []).toString('base64')));
  await played.open(BIND);
  await played.bind();
  await connecting;
  await client.disconnect();
}

/** What another one does where PLAIN is all that is offered: it sends the password, or says why not. */
async function offeredPlain(secrets: MemorySecrets, jid: string): Promise<unknown> {
  const server = new PlayedServer();
  const failed = rejection(server.client({ jid, secrets, storage: new MemoryStorage() }).connect());
  const played = await server.next();
  await played.open(mechanisms('PLAIN'));
  const first = await Promise.race([played.auth(), failed]);
  played.peer.drop();
  return first;
}

describe('that the server has proven its list of mechanisms (XEP-0474)', () => {
  it('is kept in the secrets, by account: the next process is not fooled', async () => {
    const secrets = new MemorySecrets();
    await proven(secrets);
    expect(await secrets.get('xep-0474/alice@example.org')).toBe(SCRAM);
    expect(await offeredPlain(secrets, 'alice@example.org/other')).toMatchObject({
      reason: 'downgrade',
      retryable: false,
    });
    expect(await offeredPlain(secrets, 'bob@example.org')).toMatchObject({ mechanism: 'PLAIN' });
    expect(await offeredPlain(new MemorySecrets(), 'alice@example.org')).toMatchObject({ mechanism: 'PLAIN' });
  });

  it('keeps nobody from logging in where the secrets fail', async () => {
    const secrets = new BrokenSecrets();
    await proven(secrets);
    expect(await offeredPlain(secrets, 'alice@example.org')).toMatchObject({ mechanism: 'PLAIN' });
  });
});
