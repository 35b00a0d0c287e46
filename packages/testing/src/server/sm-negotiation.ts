import { type StanzaErrorCondition, XmlElement } from '@sestina/core';
import { NS_STANZA_ERRORS } from '@sestina/core/connection';
import { NS_SM } from './namespaces.js';
import type { ServerParts } from './parts.js';
import type { Account, Session } from './session.js';
import { StanzaCounts } from './stream-management.js';

// Of how many sessions that are over the count of a user is remembered, to be told to who asks for one (XEP-0198 §5).
const REMEMBERED = 10;

/** Takes `<enable/>`, `<r/>` and `<a/>` of a session (XEP-0198 §3, §4). @internal */
export function manage(parts: ServerParts, session: Session, element: XmlElement): void {
  const { counts } = session;
  const { streamManagement } = parts.settings;
  if (element.name === 'enable' && streamManagement && session.jid && !counts) {
    const resume = ['true', '1'].includes(element.attribute('resume') ?? '');
    const max = Number(element.attribute('max') ?? Number.POSITIVE_INFINITY);
    const begun = new StanzaCounts(streamManagement, parts.random, { resume, max: max > 0 ? max : 0 });
    const attributes = begun.id === undefined ? {} : { id: begun.id, resume: 'true', max: `${Math.floor(begun.max)}` };
    session.send(new XmlElement('enabled', NS_SM, attributes));
    session.counts = begun;
  } else if (element.name === 'r' && counts) session.send(new XmlElement('a', NS_SM, { h: `${counts.received}` }));
  else if (element.name === 'a' && counts) acknowledge(session, counts, countIn(element));
  else session.send(failed('unexpected-request'));
}

/** The session that `<resume/>` asks for (XEP-0198 §5); undefined where it is refused, which was told. @internal */
export function findKept(asking: Session, account: Account, element: XmlElement): Session | undefined {
  const previd = element.attribute('previd') ?? '';
  const h = countIn(element);
  const found = [...account.sessions.values()].find(({ counts }) => counts?.resumable && counts.id === previd);
  if (found?.counts && h !== undefined) return found;
  asking.send(failed(h === undefined ? 'bad-request' : 'item-not-found', account.handledBefore.get(previd)));
  return undefined;
}

/** Goes on with a session that now has the connection of the one that asked for it. @internal */
export function goOn(session: Session, counts: StanzaCounts, element: XmlElement): void {
  const h = countIn(element);
  if (!acknowledge(session, counts, h)) return;
  const previd = element.attribute('previd');
  session.send(new XmlElement('resumed', NS_SM, { h: `${counts.received}`, previd }));
  session.sendUnacked();
}

/** What is remembered of a session that is over. @internal */
export function remember(account: Account, { id, received }: StanzaCounts): void {
  if (id === undefined) return;
  account.handledBefore.set(id, received);
  const [oldest] = account.handledBefore.keys();
  if (account.handledBefore.size > REMEMBERED && oldest !== undefined) account.handledBefore.delete(oldest);
}

/** False: the session has ended, since that was no count, or one of more than was sent (XEP-0198 §6). */
function acknowledge(session: Session, counts: StanzaCounts, h: number | undefined): boolean {
  if (h === undefined) session.kick('bad-format', 'an acknowledgement without a count');
  else if (counts.acknowledge(h)) return true;
  else {
    const numbers = { h: `${h}`, 'send-count': `${counts.sent}` };
    const application = new XmlElement('handled-count-too-high', NS_SM, numbers);
    session.kick('undefined-condition', `${h} stanzas were acknowledged, ${counts.sent} were sent`, application);
  }
  return false;
}

function countIn(element: XmlElement): number | undefined {
  const h = element.attribute('h') ?? '';
  return /^\d{1,10}$/.test(h) && Number(h) < 2 ** 32 ? Number(h) : undefined;
}

function failed(condition: StanzaErrorCondition, h?: number): XmlElement {
  const element = new XmlElement('failed', NS_SM, { h: h === undefined ? undefined : `${h}` });
  return element.append(new XmlElement(condition, NS_STANZA_ERRORS));
}
