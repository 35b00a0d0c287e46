import { provide } from '@sestina/core';
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
