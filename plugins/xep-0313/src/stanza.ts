import { attr, bool, child, dateTime, element, flag } from '@sestina/core';
import { Form } from '@sestina/xep-0004';
import { ResultSet } from '@sestina/xep-0059';
import { Forwarded } from '@sestina/xep-0297';

/** The namespace, which is the feature, too. */
export const NS_MAM = 'urn:xmpp:mam:2';

/** `<query/>`: asks an archive for messages (XEP-0313 §4), or, empty, for the fields that filters may have. */
export class ArchiveQuery extends element('query', NS_MAM, {
  /** What the results have to say, so that they are known. */
  queryId: attr('queryid'),
  /** Which of them. */
  form: child(Form),
  resultSet: child(ResultSet),
  /** Asks for the page in reverse order (XEP-0313 §4.3.4). */
  flipPage: flag('flip-page'),
}) {}

/** `<result/>`: a message of an archive, in a message of its own (XEP-0313 §4.2). */
export class ArchiveResult extends element('result', NS_MAM, {
  queryId: attr('queryid'),
  /** What the archive calls the message. */
  id: attr('id'),
  forwarded: child(Forwarded),
}) {}

/** `<fin/>`: the end of the results (XEP-0313 §4.3). */
export class ArchiveFin extends element('fin', NS_MAM, {
  /** Whether there is nothing behind them. */
  complete: attr('complete', bool).lenient().default(false),
  /** Whether they will be the same when they are asked for again. */
  stable: attr('stable', bool).lenient().default(true),
  resultSet: child(ResultSet),
}) {}

/** `<start/>`: the oldest message of an archive. */
export class ArchiveStart extends element('start', NS_MAM, {
  id: attr('id'),
  timestamp: attr('timestamp', dateTime).lenient(),
}) {}

/** `<end/>`: the newest message of an archive. */
export class ArchiveEnd extends element('end', NS_MAM, {
  id: attr('id'),
  timestamp: attr('timestamp', dateTime).lenient(),
}) {}

/** `<metadata/>`: from when to when an archive is (XEP-0313 §5). Empty, it asks for that, or tells of an empty archive. */
export class ArchiveMetadata extends element('metadata', NS_MAM, {
  start: child(ArchiveStart),
  end: child(ArchiveEnd),
}) {}
