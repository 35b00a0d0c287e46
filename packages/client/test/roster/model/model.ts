import { type Item, OWN, PEOPLE, type RosterAnswer, type Step } from './steps.js';

type Subscription = 'both' | 'from' | 'none' | 'to';

/** A contact, by RFC 6121 §2.1.2. */
interface Contact {
  name: string;
  groups: string[];
  subscription: Subscription;
  ask: boolean;
  approved: boolean;
}

interface Resource {
  readonly show: string | undefined;
  readonly status: string | undefined;
  readonly priority: number;
}

const NOBODY: Contact = { name: '', groups: [], subscription: 'none', ask: false, approved: false };
const EVENTS: Readonly<Record<string, string>> = {
  unavailable: 'presenceUnavailable',
  error: 'presenceError',
  probe: 'presenceProbe',
  subscribe: 'presenceSubscribe',
  subscribed: 'presenceSubscribed',
  unsubscribe: 'presenceUnsubscribe',
  unsubscribed: 'presenceUnsubscribed',
};

export const bareOf = (jid: string): string => jid.split('/')[0] ?? jid;
const resourceOf = (jid: string): string => jid.slice(bareOf(jid).length + 1);
const sees = (subscription: Subscription): boolean => subscription === 'to' || subscription === 'both';
const isSeen = (subscription: Subscription): boolean => subscription === 'from' || subscription === 'both';

/**
 * What a client knows of its roster and of who is there, in plain values, by RFC 6121 §2 (roster), §3 (subscriptions), §4 (presence)
 * and appendix A: the server keeps the states, the client believes it.
 */
export class RosterModel {
  readonly contacts = new Map<string, Contact>();
  /** Who is there, contact or not, by the address that the roster has it under. */
  readonly present = new Map<string, Map<string, Resource>>();
  /** Who asks to see us and has no answer. */
  readonly asking = new Set<string>();
  /** Whom we have asked without having a contact. */
  readonly asked = new Set<string>();
  /** What the client says: presence by type and address, roster requests, answers to pushes. */
  sent: string[] = [];
  events: string[] = [];
  /** How its calls end. */
  outcomes: string[] = [];
  authorize: boolean | 'ask' = 'ask';
  autoSubscribe = false;
  versioned = true;
  /** Kept current by pushes since it was fetched in this session. */
  #fresh = false;
  /** Fetched, in this session or an earlier one of this client. */
  #known = false;
  /** Who was taken out by pushes before that. */
  readonly #dropped = new Set<string>();
  version: string | undefined;
  /** Those of a version, as they are stored. */
  #stored: { readonly version: string; readonly contacts: ReadonlyMap<string, Contact> } | undefined;
  #last: boolean | undefined;
  #announcedOnce = false;

  run(step: Step): void {
    switch (step.kind) {
      case 'presence':
        this.#presence(step);
        break;
      case 'push':
        this.#push(step.items, step.ver, step.from);
        break;
      case 'fetch':
        this.outcomes.push(this.#fetch(step.answer, step.before) ? 'fetched' : 'refused');
        break;
      case 'update':
        this.#update(step);
        break;
      case 'remove':
        this.#remove(step);
        break;
      case 'act':
        this.#act(step.jid, step.type);
        break;
      case 'broadcast':
        this.#broadcast(step.available);
        break;
      case 'policy':
        this.authorize = step.authorize;
        this.autoSubscribe = step.subscribe;
        break;
      case 'reconnect':
        this.#reconnect(step);
        break;
    }
  }

  /** Which item an address is: that of the full one where the roster has it, else that of the bare one. */
  keyOf(jid: string): string {
    return this.contacts.has(jid) ? jid : bareOf(jid);
  }

  /** Whether anything is known of that one. */
  knows(key: string): boolean {
    return this.contacts.has(key) || this.present.has(key) || this.asking.has(key) || this.asked.has(key);
  }

  // §2: the roster.

  #push(items: readonly Item[], ver: string | undefined, from: string | undefined): void {
    if (from !== undefined && from !== OWN) {
      this.sent.push('push refused service-unavailable');
      return;
    }
    const [item, second] = items;
    if (!item || second) {
      this.sent.push('push refused bad-request');
      return;
    }
    if (item.subscription === 'remove') {
      this.#drop(item.jid);
      if (!this.#known) this.#dropped.add(item.jid);
    } else {
      this.#take([item]);
      this.#dropped.delete(item.jid);
    }
    this.sent.push('push taken');
    if (!this.#fresh) return;
    this.version = ver ?? this.version;
    this.#store();
  }

  /** §2.6: with a version asks for what is new; an empty answer says that nothing is. */
  #fetch(answer: RosterAnswer, before: readonly Item[] = []): boolean {
    if (this.versioned && this.version === undefined && !this.#known && this.#stored) {
      // A push is later than whatever an earlier session has left.
      const later = (jid: string): boolean => this.contacts.has(jid) || this.#dropped.has(jid);
      const contacts = [...this.#stored.contacts].filter(([jid]) => !later(jid));
      for (const [jid, contact] of contacts) this.#set(jid, { ...contact });
      this.events.push(
        `rosterUpdate ${contacts
          .map(([jid]) => jid)
          .sort()
          .join(',')}`,
      );
      this.version = this.#stored.version;
    }
    this.sent.push(this.versioned ? `get ver='${this.version ?? ''}'` : 'get');
    for (const item of before) this.#push([item], undefined, undefined);
    if (answer.kind === 'error') return false;
    if (answer.kind === 'roster') {
      const contacts = new Map(answer.items.map((item) => [item.jid, contactOf(item)] as const));
      this.#replace(contacts);
      this.version = answer.ver;
    }
    this.#fresh = true;
    this.#known = true;
    this.#dropped.clear();
    if (answer.kind === 'roster') this.#store();
    return true;
  }

  #store(): void {
    if (!this.versioned || this.version === undefined) return;
    const contacts = new Map([...this.contacts].map(([jid, contact]) => [jid, { ...contact }] as const));
    this.#stored = { version: this.version, contacts };
  }

  #replace(contacts: ReadonlyMap<string, Contact>): void {
    const gone = [...this.contacts.keys()].filter((jid) => !contacts.has(jid));
    const hidden: string[] = [];
    for (const [jid, contact] of contacts) if (this.#set(jid, { ...contact })) hidden.push(jid);
    for (const jid of gone) if (this.#leave(jid)) hidden.push(jid);
    this.events.push(`rosterUpdate ${[...contacts.keys(), ...gone].sort().join(',')}`);
    for (const jid of hidden) this.#forgetPresence(jid);
  }

  #take(items: readonly Item[]): void {
    const hidden = items.filter((item) => this.#set(item.jid, contactOf(item)));
    this.events.push(`rosterUpdate ${items.map(({ jid }) => jid).join(',')}`);
    for (const { jid } of hidden) this.#forgetPresence(jid);
  }

  #drop(jid: string): void {
    if (!this.contacts.has(jid)) return;
    const hidden = this.#leave(jid);
    this.events.push(`rosterUpdate ${jid}`);
    if (hidden) this.#forgetPresence(jid);
  }

  /** Whether we do not see it any more. */
  #set(jid: string, contact: Contact): boolean {
    const saw = sees(this.contacts.get(jid)?.subscription ?? 'none');
    this.contacts.set(jid, contact);
    this.asked.delete(jid);
    if (isSeen(contact.subscription)) this.asking.delete(jid);
    return saw && !sees(contact.subscription);
  }

  #leave(jid: string): boolean {
    const saw = sees(this.contacts.get(jid)?.subscription ?? 'none');
    this.contacts.delete(jid);
    return saw;
  }

  #update({ jid, name, groups, fetched, push, refused }: Extract<Step, { kind: 'update' }>): void {
    if (!this.#fresh && (name === undefined || groups === undefined) && !this.#fetch(fetched)) {
      this.outcomes.push('refused');
      return;
    }
    const key = this.keyOf(jid);
    const known = this.contacts.get(key);
    const wanted = { name: name ?? known?.name ?? '', groups: said(groups ?? known?.groups ?? []) };
    this.sent.push(`set ${key} ${JSON.stringify([wanted.name, wanted.groups])}`);
    const item = { ...NOBODY, ask: this.asked.has(key), ...known, ...wanted, jid: key };
    if (push === 'before' && !refused) this.#push([item], undefined, undefined);
    if (refused) {
      this.outcomes.push('refused');
      return;
    }
    const now = this.contacts.get(key);
    // Groups are a set (§2.1.2.6).
    const differs = now?.name !== wanted.name || [...now.groups].sort().join() !== [...wanted.groups].sort().join();
    if (differs) this.#take([item]);
    this.outcomes.push('done');
    if (push === 'after') this.#push([item], undefined, undefined);
  }

  #remove({ jid, push, refused }: Extract<Step, { kind: 'remove' }>): void {
    const key = this.keyOf(jid);
    this.sent.push(`set ${key} remove`);
    const removal = { ...NOBODY, jid: key, subscription: 'remove' as const };
    if (push === 'before' && !refused) this.#push([removal], undefined, undefined);
    if (refused) {
      this.outcomes.push('refused');
      return;
    }
    this.#drop(key);
    this.outcomes.push('done');
    if (push === 'after') this.#push([removal], undefined, undefined);
  }

  // §3: subscriptions.

  #act(jid: string, type: string): void {
    const key = this.keyOf(jid);
    const contact = this.contacts.get(key);
    if (type === 'subscribe' && !sees(contact?.subscription ?? 'none')) this.#setAsk(key, true);
    if (type === 'unsubscribe') this.#setAsk(key, false);
    if (type === 'subscribed' || type === 'unsubscribed') this.asking.delete(key);
    this.sent.push(`${type} ${bareOf(key)}`);
  }

  #setAsk(key: string, ask: boolean): void {
    const contact = this.contacts.get(key);
    if (contact) contact.ask = ask;
    else if (ask) this.asked.add(key);
    else this.asked.delete(key);
  }

  #asksUs(from: string): void {
    const key = bareOf(from);
    const contact = this.contacts.get(key);
    if (this.authorize === 'ask') {
      this.asking.add(key);
      this.events.push(`rosterSubscriptionRequest ${from}`);
      return;
    }
    this.asking.delete(key);
    this.sent.push(`${this.authorize ? 'subscribed' : 'unsubscribed'} ${key}`);
    const sure = sees(contact?.subscription ?? 'none') || contact?.ask || this.asked.has(key);
    if (this.authorize && this.autoSubscribe && !sure) this.#act(key, 'subscribe');
  }

  // §4: presence.

  #presence({ from, type, show, status, priority = 0 }: Extract<Step, { kind: 'presence' }>): void {
    if (type !== undefined && !EVENTS[type]) {
      this.sent.push(`presence error ${from} bad-request`);
      return;
    }
    let follows: readonly string[] = [];
    if (type === undefined) follows = this.#arrives(from, { show, status, priority });
    if (type === 'unavailable') follows = this.#leaves(from);
    this.events.push(`presence ${from}`, `${EVENTS[type ?? ''] ?? 'presenceAvailable'} ${from}`);
    if (type?.includes('subscribe')) this.events.push(`changedSubscription ${from}`);
    this.events.push(...follows);
    const key = bareOf(from);
    if (type === 'subscribe') this.#asksUs(from);
    if (type === 'subscribed') this.events.push(`rosterSubscriptionAuthorized ${from}`);
    if (type === 'unsubscribe') {
      this.asking.delete(key);
      this.events.push(`rosterSubscriptionRemove ${from}`);
    }
    if (type === 'unsubscribed') {
      this.#setAsk(key, false);
      this.events.push(`rosterSubscriptionRemoved ${from}`);
    }
  }

  #arrives(from: string, resource: Resource): string[] {
    const key = this.keyOf(from);
    const there = this.present.get(key) ?? new Map<string, Resource>();
    const known = there.get(resourceOf(from));
    const first = there.size === 0;
    // The latest last: of equal priorities it is the best.
    there.delete(resourceOf(from));
    there.set(resourceOf(from), resource);
    this.present.set(key, there);
    const changed = known?.show !== resource.show || known?.status !== resource.status || !known;
    return [...(first && key !== OWN ? [`gotOnline ${key}`] : []), ...(changed ? [`changedStatus ${key}`] : [])];
  }

  #leaves(from: string): string[] {
    const key = this.keyOf(from);
    const there = this.present.get(key);
    const all = resourceOf(from) === '';
    if (!there || !(all || there.has(resourceOf(from)))) return [];
    if (all) there.clear();
    else there.delete(resourceOf(from));
    if (there.size > 0) return [`changedStatus ${key}`];
    this.present.delete(key);
    return [`changedStatus ${key}`, ...(key !== OWN ? [`gotOffline ${key}`] : [])];
  }

  /** §3.3.3: whom we do not see any more is gone for us. */
  #forgetPresence(key: string): void {
    if (!this.present.delete(key)) return;
    this.events.push(`changedStatus ${key}`, ...(key !== OWN ? [`gotOffline ${key}`] : []));
  }

  #broadcast(available: boolean): void {
    this.sent.push(available ? 'presence' : 'presence unavailable');
    this.#last = available;
    this.events.push('presenceBroadcast');
    if (!this.#announcedOnce) this.events.push('sentPresence');
    this.#announcedOnce = true;
  }

  #reconnect({ versioned, restart }: Extract<Step, { kind: 'reconnect' }>): void {
    this.present.clear();
    this.asking.clear();
    this.#fresh = false;
    this.#announcedOnce = false;
    this.versioned = versioned;
    if (!restart) return;
    this.contacts.clear();
    this.asked.clear();
    this.version = undefined;
    this.#known = false;
    this.#dropped.clear();
    this.#last = undefined;
    this.authorize = 'ask';
    this.autoSubscribe = false;
  }

  /** Everything that can be seen, by address. */
  get visible(): Record<string, unknown> {
    const visible: Record<string, unknown> = { size: this.contacts.size, lastPresence: this.#last === true };
    for (const jid of new Set([OWN, ...PEOPLE, ...PEOPLE.map(bareOf)])) {
      const key = this.keyOf(jid);
      if (!this.knows(key)) continue;
      const contact = this.contacts.get(key) ?? { ...NOBODY, ask: this.asked.has(key) };
      const there = [...(this.present.get(key) ?? [])];
      const best = there
        .filter(([, { priority }]) => priority >= 0)
        .sort(([, a], [, b]) => a.priority - b.priority)
        .at(-1);
      visible[jid] = {
        ...contact,
        jid: key,
        inRoster: this.contacts.has(key),
        pendingIn: this.asking.has(key),
        resources: there.map(([name, { show, status, priority }]) => ({ name, show, status, priority })),
        best: best?.[0],
      };
    }
    return visible;
  }
}

function contactOf({ name = '', groups, subscription = 'none', ask, approved }: Item): Contact {
  return { name, groups: said(groups), subscription: subscription === 'remove' ? 'none' : subscription, ask, approved };
}

/** A group is there once, and has a name. */
function said(groups: readonly string[]): string[] {
  return [...new Set(groups)].filter((group) => group !== '');
}
