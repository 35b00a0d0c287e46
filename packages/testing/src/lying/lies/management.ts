import type { Lie } from '../lie.js';
import { managed, SMUGGLED } from '../texts.js';

const ack = (h: number | string): string => managed('a', `h='${h}'`);
const resumed = (previd: string, h: number | string): string => managed('resumed', `previd='${previd}' h='${h}'`);

/** What is wrong with the counting of stanzas (XEP-0198). Its peer has sent none, or three where it is honest up to `managed`. */
export const MANAGEMENT_LIES: readonly Lie[] = [
  {
    what: '<enabled/> twice, the second with another id',
    at: 'enable',
    says: () => [managed('enabled', "id='kept' resume='true'"), managed('enabled', "id='other' resume='true'")],
  },
  {
    what: '<enabled/> that can be resumed by nothing',
    at: 'enable',
    says: () => [managed('enabled', "resume='true'")],
  },
  { what: '<enabled/>, and that it has failed', at: 'enable', says: () => [managed('enabled'), managed('failed')] },
  { what: 'an acknowledgement before <enabled/>', at: 'enable', says: () => [ack(1), managed('enabled')] },
  { what: '<resumed/> in place of <enabled/>', at: 'enable', says: () => [resumed('kept', 0)] },
  { what: 'more stanzas acknowledged than were sent', at: 'managed', says: () => [ack(4)] },
  { what: 'stanzas acknowledged, and fewer of them then', at: 'managed', says: () => [ack(2), ack(1)] },
  { what: 'the same stanzas acknowledged twice', at: 'managed', says: () => [ack(2), ack(2)] },
  { what: 'an acknowledgement that is no number', at: 'managed', says: () => [ack('three')] },
  { what: 'an acknowledgement of less than nothing', at: 'managed', says: () => [ack(-1)] },
  { what: 'an acknowledgement of more than 32 bits', at: 'managed', says: () => [ack(4_294_967_297)] },
  { what: 'an acknowledgement without a number', at: 'managed', says: () => [managed('a')] },
  { what: '<enabled/> that nobody asked for', at: 'managed', says: () => [managed('enabled', "id='other'")] },
  { what: '<resumed/> that nobody asked for', at: 'managed', says: () => [resumed('kept', 3)] },
  {
    what: 'a request for the count a thousand times',
    at: 'managed',
    says: () => [managed('r').repeat(1_000)],
    by: 'stream',
  },
  { what: 'another session resumed', at: 'resume', says: ({ heard }) => [resumed('other', heard.h)] },
  { what: 'a session resumed without a count', at: 'resume', says: () => [managed('resumed', "previd='kept'")] },
  { what: 'a session resumed with more stanzas than were sent', at: 'resume', says: () => [resumed('kept', 99)] },
  { what: 'a session that is enabled in place of resumed', at: 'resume', says: () => [managed('enabled', "id='new'")] },
  { what: 'a stanza in place of the resumed session', at: 'resume', says: () => [SMUGGLED] },
  {
    what: 'a session that is gone, with more stanzas than were sent',
    at: 'resume',
    says: () => [managed('failed', "h='99'", "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>")],
  },
  {
    what: 'a session resumed twice',
    at: 'resume',
    says: () => [resumed('kept', 0), resumed('kept', 3)],
  },
];
