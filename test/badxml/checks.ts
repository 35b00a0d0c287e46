import { ClientXMPP } from '@sestina/client';
import { type BaseXMPP, JID, NotXmppError, RedirectError, StanzaError, Storage } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { DataForms } from '@sestina/xep-0004';
import { AdHocCommands } from '@sestina/xep-0050';
import { EntityCapabilities } from '@sestina/xep-0115';
import { DelayedDelivery } from '@sestina/xep-0203';
import { MessageCarbons } from '@sestina/xep-0280';
import { type MessageCorrected, MessageCorrection } from '@sestina/xep-0308';
import { MessageArchive } from '@sestina/xep-0313';
import { StanzaIds } from '@sestina/xep-0359';
import { expect } from 'vitest';
import type { Outcome, RunOptions } from './harness.js';

/** What the notes of the index ask for beyond the outcome. */
interface Check {
  readonly prepare?: RunOptions['prepare'];
  check(outcome: Outcome): Promise<void> | void;
}

const ids = ({ messages }: Outcome): (string | undefined)[] => messages.map(({ id }) => id);
const bodies = ({ messages }: Outcome): (string | undefined)[] => messages.map(({ body }) => body);
const BOB = JID.parse('bob@example.net');

function notXmpp({ refused }: Outcome): void {
  expect(refused).toBeInstanceOf(NotXmppError);
  expect(refused?.message).toContain('not an XMPP server');
}

function rosterUnchanged({ xmpp }: Outcome): void {
  if (!(xmpp instanceof ClientXMPP)) throw new TypeError('a client was expected');
  expect([...xmpp.clientRoster]).toEqual([]);
}

/** T1. The answer to a challenge may be lost with the connection; behind it there is not one byte. */
function notAuthenticated({ refused, sent }: Outcome): void {
  expect(refused).toMatchObject({ code: 'ERR_AUTH', reason: 'server-not-authenticated', retryable: false });
  expect(sent).toMatch(/^(?:<response [^>]*>[^<]+<\/response>)?$/);
}

/** T27. What is heard as a copy of what our other devices were sent; nothing of it is heard as anything else. */
const carbons = (bodies: readonly string[]): Check => ({
  prepare: (xmpp) => void xmpp.use(MessageCarbons),
  check: (outcome) => {
    expect([outcome.copies.map(({ body }) => body), ids(outcome)]).toEqual([bodies, []]);
    expect(outcome.xmpp.messages.dropped).toBe(bodies.length === 0 ? 1 : 0);
  },
});

/** T28. A result that nobody has asked for there. */
const unasked: Check = {
  prepare: (xmpp) => void xmpp.use(MessageArchive),
  check: (outcome) => {
    expect([outcome.copies, ids(outcome)]).toEqual([[], []]);
    expect(outcome.xmpp.messages.dropped).toBe(1);
  },
};

/** What an event has told of since the connection was made. */
const told = <T>(
  listen: (xmpp: BaseXMPP, note: (data: T) => void) => void,
  look: (data: readonly T[]) => void,
): Check => {
  const heard: T[] = [];
  return {
    prepare: (xmpp) => {
      heard.length = 0;
      listen(xmpp, (data) => void heard.push(data));
    },
    check: () => look(heard),
  };
};

/** A new message, and no original is touched. */
const uncorrected = told<MessageCorrected>(
  (xmpp, note) => {
    xmpp.use(MemoryMessageIndex);
    xmpp.use(MessageCorrection);
    xmpp.on('messageCorrected', note);
  },
  (heard) => expect(heard.map(({ verified, original }) => [verified, original])).toEqual([[false, undefined]]),
);

const noResponse = ({ wire }: Outcome): void => expect(wire).not.toContain('<response');
const noAuth = ({ wire }: Outcome): void => expect(wire).not.toContain('<auth');
const stillPending = ({ pending }: Outcome): void => expect(pending).toBe('pending');
const last = (outcome: Outcome): void => expect(ids(outcome).at(-1)).toBe('last');

/** By the number of the file. */
export const CHECKS: Readonly<Record<string, ((outcome: Outcome) => void) | Check>> = {
  '024': (outcome) => expect(bodies(outcome)).toEqual(['zü€😀']),
  '058': ({ messages: [message] }) => {
    expect(message?.body).toBe('ok');
    expect(message?.xml.child('x', 'urn:a')).toBeUndefined();
    expect(message?.xml.child('x', 'urn:a}evil')).toBeDefined();
  },
  '060': (outcome) => {
    expect(bodies(outcome)).toEqual(['b', 'after']);
    expect(outcome.online).toBe(true);
  },
  '061': (outcome) => expect(bodies(outcome)).toEqual(['b']),
  '065': notXmpp,
  '066': notXmpp,
  '070': ({ wire }) => expect(wire).not.toContain('<auth'),
  '071': last,
  '072': (outcome) => expect(bodies(outcome)).toEqual([]),
  '073': (outcome) => {
    expect(ids(outcome)).toEqual(['m1']);
    expect(bodies(outcome)).toEqual(['b']);
  },
  '074': (outcome) => expect(ids(outcome)).toEqual(['last']),
  '080': ({ refused, wire }) => {
    expect(refused).toBeInstanceOf(RedirectError);
    expect((refused as RedirectError).chain).toEqual(['evil.example:5222']);
    expect(wire).not.toContain('evil.example');
  },
  '081': last,
  '082': (outcome) => {
    last(outcome);
    expect(outcome.sent).toBe('');
  },
  '092': ({ messages: [message] }) => {
    expect(message?.body).toBe('b');
    expect(message?.xml.attribute('__proto__')).toBe('x');
    expect(message?.xml.attribute('constructor')).toBe('y');
    expect(message?.xml.attribute('toString')).toBe('z');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  },
  '093': ({ messages: [message] }) => {
    expect(message?.body).toBe('b');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  },
  '094': {
    prepare: (xmpp) => void xmpp.use(DataForms),
    check: ({ messages: [message] }) => {
      const form = message?.form;
      expect([...(form?.fields ?? [])].map((field) => [field.var, field.value])).toEqual([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]);
      expect(form?.field('__proto__')?.value).toBe('1');
      expect(form?.field('hasOwnProperty')).toBeUndefined();
    },
  },
  '095': last,
  '103': stillPending,
  '104': (outcome) => {
    expect(bodies(outcome)).toEqual(['x']);
    stillPending(outcome);
  },
  '105': ({ pending }) => {
    expect(pending).toBeInstanceOf(StanzaError);
    expect(pending).toMatchObject({ condition: 'undefined-condition' });
  },
  '106': (outcome) => expect(outcome.errorMessages).toHaveLength(1),
  '107': ({ messages: [message] }) => expect(message?.type).toBe('normal'),
  '108': ({ xmpp }) => expect(xmpp.roster.of().get(BOB)?.online ?? false).toBe(false),
  '109': ({ presences: [presence], xmpp }) => {
    expect(presence?.priority).toBe(0);
    expect(presence?.show).toBeUndefined();
    expect(xmpp.roster.of().get(BOB)?.best).toMatchObject({ resource: 'x', priority: 0, show: undefined });
  },
  '110': last,
  '111': (outcome) => expect(outcome.messages.length).toBeLessThanOrEqual(1),
  '112': ({ messages: [message] }) => {
    expect(message?.body).toBe('x');
    expect(message?.from?.bare.equals(BOB)).toBe(false);
    expect(message?.from?.mixedScript).toBe(true);
  },
  '113': ({ messages }) => {
    for (const { from } of messages) expect(from?.bare.equals(BOB)).toBe(true);
  },
  '114': (outcome) => expect(bodies(outcome)).toEqual(['one']),
  '115': carbons([]),
  '116': carbons([]),
  '117': carbons(['pay']),
  '118': unasked,
  '119': unasked,
  '120': rosterUnchanged,
  '121': rosterUnchanged,
  '122': rosterUnchanged,
  '124': {
    prepare: (xmpp) => void xmpp.use(StanzaIds),
    check: async ({ xmpp, heard, say, messages: [message] }) => {
      // T32. The account announces nothing, so that not even its own id counts.
      const id = / id='([^']*)'[^>]*><query [^>]*disco#info/.exec(heard())?.[1];
      await say(`<iq type='result' id='${id}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`);
      const ids = xmpp.plugin(StanzaIds);
      expect(await ids.ready()).toBe(false);
      expect([message?.stanzaIds.length, message && ids.archiveId(message)]).toEqual([2, undefined]);
    },
  },
  '125': uncorrected,
  '126': uncorrected,
  '131': {
    prepare: (xmpp) => void xmpp.use(EntityCapabilities),
    check: async ({ xmpp, heard, say }) => {
      const caps = xmpp.plugin(EntityCapabilities);
      const mallory = 'mallory@evil.example/x';
      const asking = caps.info(mallory);
      await expect.poll(heard).toContain('disco#info');
      const id = /id='([^']*)'[^>]*><query [^>]*disco#info/.exec(heard())?.[1];
      await say(
        `<iq type='result' id='${id}' from='${mallory}'><query xmlns='http://jabber.org/protocol/disco#info'>` +
          "<identity category='client' type='pc'/><feature var='urn:poison'/></query></iq>",
      );
      expect((await asking).has('urn:poison')).toBe(true);
      expect(caps.known(mallory)?.has('urn:poison')).toBe(true);
      await say(
        "<presence from='bob@example.net/x'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' " +
          "node='http://good.example' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/></presence>",
      );
      expect(caps.caps('bob@example.net/x')?.ver).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
      expect(caps.known('bob@example.net/x')).toBeUndefined();
      expect(await xmpp.scope.resolve<Storage>(Storage as never).keys('caps/')).toEqual([]);
    },
  },
  '134': {
    prepare: (xmpp) => void xmpp.use(DelayedDelivery),
    check: ({ messages: [message], xmpp }) => {
      expect(message?.body).toBe('b');
      expect(message?.delay?.stamp).toBeUndefined();
      expect(message && xmpp.plugin(DelayedDelivery).trustedDelay(message)).toBeUndefined();
    },
  },
  '143': (outcome) => {
    notAuthenticated(outcome);
    noResponse(outcome);
  },
  '144': notAuthenticated,
  '145': notAuthenticated,
  '146': noResponse,
  '147': noResponse,
  '148': noResponse,
  '149': noResponse,
  '150': noResponse,
  '151': noResponse,
  '152': noAuth,
  '153': noAuth,
  '154': noAuth,
  '155': noAuth,
  '158': {
    // Whoever offers a command without saying for whom offers it to nobody.
    prepare: (xmpp) =>
      void xmpp.use(AdHocCommands).add({
        node: 'http://jabber.org/protocol/admin#announce',
        run: () => {
          throw new Error('a stranger runs a command');
        },
      }),
    check: ({ xmpp }) => expect(xmpp.plugin(AdHocCommands).executions).toBe(0),
  },
};
