import { Logger, provide } from '@sestina/core';
import { MemorySecrets, Secrets } from '@sestina/core/storage';
import { ScriptedStream } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { KeptTokens, type Token } from '../src/kept-tokens.js';

const TOKEN: Token = { token: 't', mechanism: 'HT-SHA-256-NONE', clientId: 'one', expires: 5 };
const never = new AbortController().signal;

async function made(secrets = new MemorySecrets()) {
  const { xmpp } = await ScriptedStream.start();
  provide(xmpp.scope, Secrets, secrets);
  return { secrets, xmpp, tokens: new KeptTokens(xmpp) };
}

describe('where a token is kept', () => {
  it('is by account and client, and it is no other client’s', async () => {
    const { secrets, tokens, xmpp } = await made();
    tokens.set(TOKEN);
    await tokens.settled();
    expect(await tokens.of('two', never)).toBeUndefined();
    expect(await new KeptTokens(xmpp).of('one', never)).toEqual(TOKEN);
    expect(JSON.parse((await secrets.get(`xep-0484/${xmpp.account}/one`)) ?? '')).toMatchObject({ token: 't' });
  });

  it.each(['', '{', '[]', 'null', '{"token":1,"mechanism":"x"}', '{"token":"x"}'])('%j is none', async (text) => {
    const { secrets, tokens, xmpp } = await made();
    await secrets.set(`xep-0484/${xmpp.account}/one`, text);
    expect(await tokens.of('one', never)).toBeUndefined();
  });

  it('changes come one after the other: the last one stays', async () => {
    const { secrets, tokens, xmpp } = await made();
    tokens.set(TOKEN);
    tokens.set({ ...TOKEN, token: 'u' });
    tokens.delete('one');
    tokens.set({ ...TOKEN, token: 'v' });
    await tokens.settled();
    expect(await secrets.get(`xep-0484/${xmpp.account}/one`)).toContain('"v"');
  });
});

describe('the place of tokens', () => {
  class Store extends MemorySecrets {
    gets = 0;
    broken = false;
    override get(key: string): Promise<string | undefined> {
      this.gets += 1;
      return this.broken ? Promise.reject(new Error('no disk')) : super.get(key);
    }
    override set(key: string, value: string): Promise<void> {
      return this.broken ? Promise.reject('no room') : super.set(key, value);
    }
  }
  class Complaints extends Logger {
    readonly complaints: string[] = [];
    debug(): void {}
    info(): void {}
    warn(message: string): void {
      this.complaints.push(message);
    }
    error(): void {}
  }
  async function kept(secrets?: Secrets) {
    const logger = new Complaints();
    const { xmpp } = await ScriptedStream.start({ options: { logger } });
    if (secrets) provide(xmpp.scope, Secrets, secrets);
    return { logger, xmpp, tokens: new KeptTokens(xmpp), key: `xep-0484/${xmpp.account}/one` };
  }

  it('it is looked for once', async () => {
    const store = new Store();
    const { tokens } = await kept(store);
    expect([await tokens.of('one', never), await tokens.of('one', never), store.gets]).toEqual([
      undefined,
      undefined,
      1,
    ]);
    tokens.set(TOKEN);
    expect([await tokens.of('one', never), store.gets]).toEqual([TOKEN, 1]);
  });

  it('it is in memory alone where there is no place for secrets, and is of one client', async () => {
    const { tokens, logger } = await kept();
    expect(tokens.set(TOKEN)).toBe(true);
    expect([await tokens.of('one', never), await tokens.of('two', never)]).toEqual([TOKEN, undefined]);
    tokens.delete('one');
    await tokens.settled();
    expect([tokens.token, logger.complaints]).toEqual([undefined, []]);
  });

  it('one that is forgotten is not there any more, and an end that is no time is none', async () => {
    const store = new Store();
    const { tokens, key } = await kept(store);
    tokens.set(TOKEN);
    tokens.delete('one');
    await tokens.settled();
    expect(await store.get(key)).toBeUndefined();
    const again = await kept(store);
    await store.set(again.key, JSON.stringify({ ...TOKEN, expires: 'soon' }));
    expect(await again.tokens.of('one', never)).toEqual({ ...TOKEN, expires: undefined });
  });

  it('a store that fails is named in the log, and what it says', async () => {
    const store = new Store();
    store.broken = true;
    const { tokens, logger } = await kept(store);
    expect(await tokens.of('one', never)).toBeUndefined();
    tokens.set(TOKEN);
    await tokens.settled();
    expect(logger.complaints).toMatchObject(
      [/not found.*no disk/, /not kept.*no room/].map((text) => expect.stringMatching(text)),
    );
    await expect(tokens.of('two', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
