import { createHmac } from 'node:crypto';
import type { ClientOptions } from '@sestina/client';
import { MemoryStorage, type XmlElement } from '@sestina/core';
import { MemorySecrets } from '@sestina/core/storage';
import { Bind2 } from '@sestina/xep-0386';
import { Sasl2, type Sasl2Options } from '@sestina/xep-0388';
import { FastTokens, type FastTokensOptions } from '@sestina/xep-0484';
import { expect } from 'vitest';
import { ACCOUNT, NS_SASL2, Sasl2Server, type Sasl2Stream } from '../../support/sasl2.js';

export const NS = 'urn:xmpp:fast:0';
export const fast = (...names: string[]): string =>
  `<fast xmlns='${NS}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</fast>`;
export const NONE = 'HT-SHA-256-NONE';
export const BINDING = "<bind xmlns='urn:xmpp:bind:0'/>";
export const FULL = `${ACCOUNT}/Sestina/x`;
export const BOUND = "<bound xmlns='urn:xmpp:bind:0'/>";
export const token = (value: string, expiry = '2099-01-01T00:00:00Z'): string =>
  `<token xmlns='${NS}' token='${value}' expiry='${expiry}'/>`;
export const responder = (value: string, data = ''): string =>
  createHmac('sha256', value).update(`Responder${data}`).digest('base64');
export const initiator = (value: string, data = ''): string =>
  Buffer.concat([Buffer.from('alice\0'), createHmac('sha256', value).update(`Initiator${data}`).digest()]).toString(
    'base64',
  );

export class Kept {
  readonly storage = new MemoryStorage();
  readonly secrets = new MemorySecrets();
}

export function made(
  options: Partial<FastTokensOptions> = {},
  client: Partial<ClientOptions> = {},
  server = new Sasl2Server(),
  sasl2: Partial<Sasl2Options> = {},
) {
  const xmpp = server.client(client);
  xmpp.use(Sasl2, sasl2);
  xmpp.use(Bind2, { withoutArchive: 'accept' });
  const tokens = xmpp.use(FastTokens, options);
  return { server, xmpp, tokens };
}

export const initial = (authenticate: XmlElement): string | undefined =>
  authenticate.child('initial-response', NS_SASL2)?.text;

/** A login by password, in which a token is given. */
export async function byPassword(stream: Sasl2Stream, value = 't1', inline = fast(NONE)): Promise<XmlElement> {
  await stream.open({ inline: inline + BINDING });
  return stream.login({ jid: FULL, inside: BOUND + token(value) });
}

/** The next login, which is by that token. */
export async function byToken(stream: Sasl2Stream, value: string, more = ''): Promise<XmlElement> {
  await stream.open({ inline: fast(NONE) + BINDING });
  const authenticate = await stream.authenticate();
  expect(initial(authenticate)).toBe(initiator(value));
  await stream.success({ data: responder(value), jid: FULL, inside: BOUND + more });
  return authenticate;
}
