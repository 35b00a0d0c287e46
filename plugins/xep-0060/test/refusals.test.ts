import { StanzaError, XmlElement } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from '../src/errors.js';
import { iq, pubsub, SERVICE, start } from './helpers.js';

const streams = useStreams(afterEach);
const ABOUT = { service: SERVICE, node: 'weather' };
const said = (
  name: string,
  attributes: Record<string, string> = {},
  namespace = 'http://jabber.org/protocol/pubsub#errors',
) => new XmlElement(name, namespace, attributes);

describe('what a service refuses with', () => {
  it.each([
    ['item-not-found', undefined, 'node', 'ERR_NODE_NOT_FOUND'],
    ['item-not-found', undefined, 'item', 'ERR_ITEM_NOT_FOUND'],
    ['conflict', undefined, 'node', 'ERR_NODE_EXISTS'],
    ['conflict', said('precondition-not-met'), 'node', 'ERR_PRECONDITION_NOT_MET'],
    ['not-acceptable', said('payload-too-big'), 'node', 'ERR_PAYLOAD_TOO_LARGE'],
    ['bad-request', said('unsupported'), 'node', 'ERR_PUBSUB_UNSUPPORTED'],
    ['feature-not-implemented', undefined, 'node', 'ERR_PUBSUB_UNSUPPORTED'],
    ['service-unavailable', undefined, 'node', 'ERR_PUBSUB_UNSUPPORTED'],
    ['forbidden', undefined, 'node', 'ERR_NODE_FORBIDDEN'],
    ['not-authorized', undefined, 'node', 'ERR_NODE_FORBIDDEN'],
    ['not-allowed', undefined, 'node', 'ERR_NODE_FORBIDDEN'],
    ['bad-request', undefined, 'node', 'ERR_PUBSUB'],
    ['conflict', said('precondition-not-met', {}, 'urn:other'), 'node', 'ERR_NODE_EXISTS'],
  ] as const)('%s is an error of its own (%#)', (condition, application, asked, code) => {
    const cause = new StanzaError(condition, application && { application });
    const error = refusal(cause, ABOUT, asked);
    const pubsub = application?.namespace === 'urn:other' ? undefined : application?.name;
    expect(error).toMatchObject({ code, condition, cause, pubsub, ...ABOUT, retryable: cause.retryable });
    expect(error.message).toContain(condition);
    expect(error.message).toContain(`node "weather" of ${SERVICE}`);
  });

  it('says which feature is missing, whether it may pass, and that it was our own account', () => {
    const missing = refusal(
      new StanzaError('bad-request', { application: said('unsupported', { feature: 'purge-nodes' }) }),
      {},
      'node',
    );
    expect(missing).toMatchObject({ feature: 'purge-nodes', message: expect.stringContaining('"purge-nodes"') });
    expect(missing.message).toMatch(/^our account: /);
    const passing = refusal(new StanzaError('resource-constraint', { type: 'wait' }), { node: 'weather' }, 'node');
    expect([passing.retryable, passing.message]).toEqual([true, expect.stringContaining('of our account')]);
    expect(missing.retryable).toBe(false);
  });
});

describe('items', () => {
  it('are taken back one by one, and subscribers are told unless that is not wanted', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service(SERVICE).node('weather');
    const retract = (id: string, notify: string) =>
      iq('set', pubsub(`<retract node='weather' notify='${notify}'><item id='${id}'/></retract>`));
    const both = node.retract(['a', 'b']);
    await stream.recvResult(await stream.expectSent(retract('a', 'true')));
    await stream.recvResult(await stream.expectSent(retract('b', 'true')));
    await both;
    const gone = expect(node.retract('c', { notify: false })).rejects.toMatchObject({ code: 'ERR_ITEM_NOT_FOUND' });
    const request = await stream.nextSent();
    expect(`${request}`).not.toMatch(/notify='(1|true)'/);
    await stream.recvError(request, 'item-not-found');
    await gone;
    await node.retract([]);
    await stream.expectNothingSent();
  });

  it('have the id that they were given, or the one of the service', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service(SERVICE).node('weather');
    const value = new XmlElement('weather', 'urn:example:weather');
    for (const [answer, id] of [
      ['', 'mine'],
      [pubsub("<publish node='weather'><item id='theirs'/></publish>"), 'theirs'],
      [pubsub("<publish node='weather'/>"), 'mine'],
    ] as const) {
      const published = node.publish(value, { id: 'mine' });
      await stream.recvResult(await stream.nextSent(), answer);
      expect(await published).toBe(id);
    }
    // Of a node without items something is the case, and has no id.
    const empty = node.publish(undefined);
    await stream.recvResult(await stream.expectSent(iq('set', pubsub("<publish node='weather'/>"))));
    expect(await empty).toBe('');
  });
});
