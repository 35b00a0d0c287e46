import { attr, child, children, element, extend, type Field, flag, type LangMap, langMap } from '@sestina/core';
import { BlockItem } from '@sestina/xep-0191';
import { StanzaId } from '@sestina/xep-0359';

/** The namespace, which is the feature of servers, too. */
export const NS_REPORTING = 'urn:xmpp:reporting:1';

// Said here, since the name of what is written is none that others can import.
type Texts = Iterable<readonly [lang: string, text: string]> | Readonly<Record<string, string>> | undefined;
const texts: Field<LangMap, Texts> = langMap('text');

/** `<report/>`: why somebody is blocked (XEP-0377 §4). */
export class Report extends element('report', NS_REPORTING, {
  /** `urn:xmpp:reporting:spam`, `urn:xmpp:reporting:abuse`, or another one of the registry. */
  reason: attr('reason'),
  /** What our archive calls the messages that are reported. */
  stanzaIds: children(StanzaId),
  /** For people, in all languages. */
  texts,
  /** The report may go to the server of who is reported (XEP-0377 §5). */
  toOrigin: flag('report-origin'),
  /** The report may go to others who deal with reports (XEP-0377 §5). */
  toThirdParty: flag('third-party'),
}) {}

declare module '@sestina/xep-0191' {
  interface BlockItem {
    /** Why that one is blocked (XEP-0377). */
    report: Report | undefined;
  }
}

extend(BlockItem, { report: child(Report) }, NS_REPORTING);
