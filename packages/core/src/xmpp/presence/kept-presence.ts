import { ownString, weightOf, XmlElement } from '@sestina/xml';
import { Presence, type PresenceShow } from '../../stanza/presence.js';
import { seal } from '../../stream/seal.js';

/** How far a resource is there. */
export interface ResourcePresence {
  readonly resource: string;
  readonly show: PresenceShow | undefined;
  readonly status: string | undefined;
  readonly priority: number;
  /** The stanza that says so: a copy that is read-only, of which show, status and priority may be all that was kept. */
  readonly presence: Presence;
  /** Whether `presence` is the whole stanza. False where it was too large, or where there was no room for it. */
  readonly complete: boolean;
}

/** The same with what it takes to keep it. */
export interface KeptPresence extends ResourcePresence {
  /** Bytes of memory, estimated. */
  readonly weight: number;
}

/** Bytes of one presence; of a larger one the payload is not kept. */
export const MAX_WEIGHT = 8_192;
// In UTF-16 units: what is shown beside a name.
const MAX_STATUS = 256;
// What who is there takes beside the presence: measured.
const BASE = 1_050;

/** What is kept of a presence: a copy that holds on to nothing of what it was read from, without its payload where that is large. */
export function keepPresence(presence: Presence): KeptPresence {
  const weight = BASE + weightOf(presence.xml, MAX_WEIGHT - BASE);
  return weight > MAX_WEIGHT ? shortened(presence) : kept(presence, compact(presence), weight, true);
}

/** What is left of it without its payload. */
export function shortened(presence: Presence): KeptPresence {
  const { show, status, priority } = presence;
  const xml = new XmlElement('presence', presence.xml.namespace, {
    from: presence.xml.attribute('from'),
    to: presence.xml.attribute('to'),
  });
  const short = new Presence(xml).set({ show, status: status && cut(status) });
  if (priority !== 0) short.priority = priority;
  const left = compact(short.bind(presence.stream));
  return kept(left, left, BASE + weightOf(left.xml), false);
}

/** Without half a character at the end. */
function cut(text: string): string {
  return text.length > MAX_STATUS ? text.slice(0, MAX_STATUS).replace(/[\ud800-\udbff]$/, '') : text;
}

// What the copy says is taken from the stanza: the copy is not read for that.
function kept(of: Presence, presence: Presence, weight: number, complete: boolean): KeptPresence {
  const { from, show, status, priority } = of;
  const own = status === undefined ? undefined : ownString(status);
  return { resource: from?.resource ?? '', show, status: own, priority, presence, complete, weight };
}

function compact(presence: Presence): Presence {
  const copy = presence.compact();
  seal(copy.xml);
  return copy;
}
