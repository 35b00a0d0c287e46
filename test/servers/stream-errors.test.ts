import type { ClientXMPP } from '@sestina/client';
import { SessionLostError, StreamError, type StreamErrorCondition } from '@sestina/core';
import type { ServerKind } from '@sestina/servers';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { unanswered } from '../support/unanswered.js';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** These say of themselves that they pass. */
const RETRYABLE: ReadonlySet<StreamErrorCondition> = new Set<StreamErrorCondition>([
  'connection-timeout',
  'internal-server-error',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'system-shutdown',
  'undefined-condition',
]);

/** After all but `conflict` the connection is made again. */
const OTHERS: readonly StreamErrorCondition[] = [
  'bad-format',
  'bad-namespace-prefix',
  'conflict',
  'host-gone',
  'host-unknown',
  'improper-addressing',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-authorized',
  'not-well-formed',
  'policy-violation',
  'restricted-xml',
  'see-other-host',
  'unsupported-encoding',
  'unsupported-feature',
  'unsupported-stanza-type',
  'unsupported-version',
];

/** How each server takes what no client should send; undefined: it does not mind, and the session goes on. */
interface Provocation {
  readonly what: string;
  readonly text: string;
  readonly answers: Readonly<Record<ServerKind, StreamErrorCondition | undefined>>;
}

const both = (condition: StreamErrorCondition) => ({ prosody: condition, ejabberd: condition });

const PROVOCATIONS: readonly Provocation[] = [
  { what: 'a lone <', text: '<message><</message>', answers: both('not-well-formed') },
  { what: 'a wrong end tag', text: '<message></presence>', answers: both('not-well-formed') },
  { what: 'an undeclared prefix', text: '<x:message/>', answers: both('not-well-formed') },
  { what: 'an undeclared entity', text: '<message><body>&foo;</body></message>', answers: both('not-well-formed') },
  { what: 'a DTD', text: '<!DOCTYPE foo>', answers: both('not-well-formed') },
  { what: 'a NUL', text: '\0', answers: both('not-well-formed') },
  { what: 'a comment', text: '<!-- hi -->', answers: { prosody: 'not-well-formed', ejabberd: undefined } },
  { what: 'a processing instruction', text: '<?hi?>', answers: { prosody: 'not-well-formed', ejabberd: undefined } },
  {
    what: 'an unknown stanza',
    text: '<foo/>',
    answers: { prosody: 'unsupported-stanza-type', ejabberd: undefined },
  },
  {
    what: 'the address of somebody else',
    text: "<presence from='somebody@localhost/else'/>",
    answers: { prosody: undefined, ejabberd: 'invalid-from' },
  },
  {
    what: 'a stanza of two megabytes',
    text: `<message to='localhost'><body>${'x'.repeat(2_000_000)}</body></message>`,
    answers: both('policy-violation'),
  },
  {
    what: 'an acknowledgement of stanzas that never were',
    text: "<enable xmlns='urn:xmpp:sm:3'/><a xmlns='urn:xmpp:sm:3' h='900'/>",
    answers: both('undefined-condition'),
  },
];

describe.each(KINDS)('how %s ends a stream', (kind) => {
  const bench = useServer({ kind });

  /** Waits for the end of the stream, and checks that everything that follows from it has come. */
  async function ended(
    client: ClientXMPP,
    condition: StreamErrorCondition,
    provoke: () => unknown,
  ): Promise<StreamError> {
    const retried = condition !== 'conflict';
    const streamError = client.wait('streamError');
    const disconnected = client.wait('disconnected');
    const sessionEnd = client.wait('sessionEnd');
    const back = retried ? client.wait('sessionStart') : undefined;
    await provoke();
    const { error } = await streamError;
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ condition, origin: 'peer', retryable: RETRYABLE.has(condition) });
    expect(await disconnected).toMatchObject({ reason: error, willReconnect: retried });
    expect((await sessionEnd).reason).toBe(error);
    await back;
    expect(client.state).toBe(retried ? 'online' : 'disconnected');
    if (retried) expect((await client.getRoster()).size).toBe(0);
    return error;
  }

  it.each(PROVOCATIONS)('after $what', async ({ text, answers }) => {
    const client = await bench.online();
    const condition = answers[kind];
    if (condition) {
      await ended(client, condition, () => client.transport?.write(text));
    } else {
      client.transport?.write(text);
      expect((await client.getRoster()).size).toBe(0);
      expect(client.online).toBe(true);
    }
  });

  it('rejects requests in flight', async () => {
    const client = await bench.online();
    const silent = await bench.online();
    const request = unanswered(client, silent);
    const lost = expect(request).rejects.toBeInstanceOf(SessionLostError);
    await client.getRoster();
    await ended(client, 'not-well-formed', () => client.transport?.write('</oops>'));
    await lost;
    expect(client.pendingRequests).toBe(0);
  });

  it('with conflict when the resource logs in again, and the two do not throw each other out for ever', async () => {
    const user = await bench.account();
    const first = await bench.online(user, { resource: 'orchard' });
    let sessions = 0;
    first.on('sessionStart', () => {
      sessions += 1;
    });
    let second: ClientXMPP | undefined;
    await ended(first, 'conflict', async () => {
      second = await bench.online(user, { resource: 'orchard' });
    });
    expect(second?.boundJid?.toString()).toBe(first.boundJid?.toString());
    await second?.getRoster();
    expect(second?.online).toBe(true);
    expect(sessions).toBe(0);
  });

  it('with conflict, and the first one may come back when it is told to', async () => {
    const user = await bench.account();
    const first = await bench.online(user, { resource: 'orchard' });
    const second = await bench.online(user, { resource: 'orchard' });
    await expect.poll(() => first.state).toBe('disconnected');
    bench.expectGone();
    await ended(second, 'conflict', () => first.connect());
    expect(first.online).toBe(true);
  });

  it('for good when the account is removed', async () => {
    const user = await bench.account();
    const client = await bench.online(user);
    const lost = client.wait('disconnected');
    await bench.server.removeUser(user.username);
    const { reason, willReconnect } = await lost;
    const condition = kind === 'prosody' ? 'not-authorized' : 'conflict';
    expect(reason).toMatchObject({ condition, origin: 'peer' });
    expect(willReconnect).toBe(condition !== 'conflict');
    // A login that is refused again and again is refused for good.
    if (willReconnect) {
      const refused = expect.objectContaining({ code: 'ERR_AUTH', reason: 'not-authorized' });
      expect(await client.wait('disconnected')).toEqual({ reason: refused, willReconnect: false });
    }
    expect(client.state).toBe('disconnected');
    await expect(client.connect()).rejects.toMatchObject({ code: 'ERR_AUTH', reason: 'not-authorized' });
  });

  it.each(['full', 'bare'] as const)('when its operator closes the sessions of a %s JID', async (form) => {
    const client = await bench.online();
    const jid = form === 'full' ? client.boundJid : client.boundJid?.bare;
    const condition = kind === 'ejabberd' && form === 'full' ? 'conflict' : 'policy-violation';
    const error = await ended(client, condition, () => bench.server.closeSession(`${jid}`));
    expect(error.text).toContain('kicked');
  });

  it('without an error when it is told goodbye, after which the client comes back', async () => {
    const client = await bench.online();
    const disconnected = client.wait('disconnected');
    const back = client.wait('sessionStart');
    client.transport?.write('</stream:stream>');
    expect(await disconnected).toMatchObject({ reason: { code: 'ERR_CONNECTION_LOST' }, willReconnect: true });
    await back;
  });

  it('after bad XML before logging in', async () => {
    const client = bench.client(await bench.account());
    client.negotiation.add({
      name: 'mechanisms',
      namespace: NS_SASL,
      needs: 'secure',
      before: 'mechanisms',
      async run({ link }) {
        link.transport.write('<<');
        await link.receive();
        return 'next';
      },
    });
    const error = await client.connect().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ condition: 'not-well-formed', origin: 'peer', retryable: false });
    expect(client.state).toBe('disconnected');
  });

  if (kind === 'prosody') {
    it.each([...RETRYABLE, ...OTHERS])('F12, F13: with %s, when its operator wants so', async (condition) => {
      const client = await bench.online();
      await ended(client, condition, () => bench.server.closeSession(`${client.boundJid}`, condition));
      // A redirect is said to be one; this one leads nowhere.
      if (condition === 'see-other-host') expect(bench.takeComplaints()).toHaveLength(1);
    });
  } else {
    it('with conditions of its own choice only', async () => {
      await expect(bench.server.closeSession('a@localhost', 'reset')).rejects.toMatchObject({
        code: 'ERR_TEST_SERVER',
      });
    });
  }
});

describe.each(KINDS)('the patience of %s', (kind) => {
  const bench = useServer({ kind, loginTimeout: 1_000 });

  it('ends with connection-timeout while the client still asks for the password', async () => {
    const { jid } = await bench.account();
    let asking: AbortSignal | undefined;
    const credentials = (signal: AbortSignal): Promise<never> => {
      asking = signal;
      return new Promise<never>(() => {});
    };
    const client = bench.client({ jid, credentials });
    const error = await client.connect().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'StreamError', condition: 'connection-timeout', retryable: true });
    expect(asking?.reason).toBe(error);
    expect(client.state).toBe('disconnected');
  });
});
