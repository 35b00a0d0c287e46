import { XmlElement } from '@sestina/xml';
import { expect, it } from 'vitest';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online } from '../helpers/stream-xmpp.js';

watchRejections();

const states = (sendings: readonly { readonly state: string }[]) => sendings.map(({ state }) => state);

it('a stanza waits until it is ready, and those behind it wait too; what is no stanza does not', async () => {
  const xmpp = await online();
  const ready = new Set<string>();
  const asked: (string | undefined)[] = [];
  const gate = xmpp.beforeWrite(({ element }) => {
    asked.push(element.attribute('id'));
    return ready.has(element.attribute('id') ?? '');
  });
  const sendings = ['1', '2', '3'].map((id) => xmpp.sendMessage({ to: 'bob@example.net', id, body: 'x' }));
  expect(states(sendings)).toEqual(['queued', 'queued', 'queued']);
  expect(xmpp.sendQueue.entries).toEqual(sendings);
  expect(xmpp.sendElement(new XmlElement('r', 'urn:example:r'))).toBe(true);
  ready.add('2');
  gate.lookAgain();
  expect(states(sendings)).toEqual(['queued', 'queued', 'queued']);
  ready.add('1');
  gate.lookAgain();
  expect(states(sendings)).toEqual(['written', 'written', 'queued']);
  expect(new Set(asked)).toEqual(new Set(['1', '2', '3']));
  gate.dispose();
  expect(states(sendings)).toEqual(['written', 'written', 'written']);
  gate.lookAgain();
});

it('one that was given up while it waited lets the next one come', async () => {
  const xmpp = await online();
  const controller = new AbortController();
  const gate = xmpp.beforeWrite(({ element }) => element.attribute('id') === '2');
  const [one, two] = [
    xmpp.sendMessage({ to: 'bob@example.net', id: '1', body: 'x' }, { signal: controller.signal }),
    xmpp.sendMessage({ to: 'bob@example.net', id: '2', body: 'x' }),
  ];
  one.then(undefined, () => {});
  controller.abort();
  gate.lookAgain();
  expect(states([one, two])).toEqual(['failed', 'written']);
});

it('who throws where it is asked holds nobody up', async () => {
  const xmpp = await online();
  xmpp.beforeWrite(() => {
    throw new Error('boom');
  });
  const sending = xmpp.sendMessage({ to: 'bob@example.net', id: '1', body: 'x' });
  expect(sending.state).toBe('written');
  expect(xmpp.log.at('error')).toContain('callback before a stanza is written: boom');
});

it('a stanza that is sent once more goes out as it was, past filters and what changes messages', async () => {
  const xmpp = await online();
  xmpp.addFilter('out', () => undefined);
  xmpp.messages.transform('out', () => undefined);
  const element = new XmlElement('message', 'jabber:client', { to: 'bob@example.net', id: '1' });
  expect(xmpp.resend(element).state).toBe('written');
  const written: unknown[] = [];
  xmpp.onWritten((sending) => written.push(sending));
  const aborted = xmpp.resend(element, { signal: AbortSignal.abort() });
  aborted.then(undefined, () => {});
  expect(aborted).toMatchObject({ state: 'failed', error: { reason: 'aborted' } });
  const again = xmpp.resend(element);
  expect(written).toEqual([again]);
});
