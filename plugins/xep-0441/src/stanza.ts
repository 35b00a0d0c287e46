import { attr, child, childTexts, element, oneOf } from '@sestina/core';
import { NS_MAM } from '@sestina/xep-0313';

/** `<always/>`: whose messages are archived in any case (XEP-0441 §2.1.2). */
export class AlwaysArchive extends element('always', NS_MAM, { jids: childTexts('jid') }) {}
/** `<never/>`: whose messages are not archived (XEP-0441 §2.1.3). */
export class NeverArchive extends element('never', NS_MAM, { jids: childTexts('jid') }) {}

/** `<prefs/>`: what is archived (XEP-0441 §2). Empty, it asks. */
export class ArchivePrefsElement extends element('prefs', NS_MAM, {
  /** What is done where neither list has somebody. */
  default: attr('default', oneOf('always', 'never', 'roster')).lenient(),
  always: child(AlwaysArchive),
  never: child(NeverArchive),
}) {}
