import { type Act, OWNERS, PEOPLE, type Step } from './steps.js';

interface Peer {
  name: string;
  groups: string[];
  /** We see that one. */
  to: boolean;
  /** That one sees us. */
  from: boolean;
  ask: boolean;
  pendingIn: boolean;
  inRoster: boolean;
  readonly present: Map<string, { show: string | undefined; priority: number }>;
}

const EVENTS: Readonly<Record<string, string>> = {
  unavailable: 'presenceUnavailable',
  error: 'presenceError',
  probe: 'presenceProbe',
  subscribe: 'presenceSubscribe',
  subscribed: 'presenceSubscribed',
  unsubscribe: 'presenceUnsubscribe',
  unsubscribed: 'presenceUnsubscribed',
};

const bareOf = (jid: string): string => jid.split('/')[0] ?? jid;
const resourceOf = (jid: string): string => jid.slice(bareOf(jid).length + 1);

/** One address of a component: what RFC 6121 appendix A asks of the server of a user, which a component is for its addresses. */
class Owner {
  readonly peers = new Map<string, Peer>();
  /** The addresses that have broadcast that they are there, the latest last. */
  readonly own = new Set<string>();

  constructor(
    readonly jid: string,
    readonly model: ComponentModel,
  ) {}

  peer(jid: string): Peer {
    const found = this.peers.get(jid);
    if (found) return found;
    const peer: Peer = {
      name: '',
      groups: [],
      to: false,
      from: false,
      ask: false,
      pendingIn: false,
      inRoster: false,
      present: new Map(),
    };
    this.peers.set(jid, peer);
    return peer;
  }

  say(type: string, to: string, from = this.jid): void {
    this.model.sent.push(`${type || 'available'} ${from} > ${to}`);
  }

  // Outbound: A.2. `authorize()` lets in also who has not asked: the program decides, and no server keeps it from that.

  act(jid: string, type: Act): void {
    const peer = this.peer(jid);
    switch (type) {
      case 'subscribe':
        if (!peer.to) peer.ask = true;
        this.say(type, jid);
        break;
      case 'unsubscribe':
        this.#endTo(jid, peer);
        this.say(type, jid);
        break;
      case 'subscribed':
        peer.pendingIn = false;
        peer.from = true;
        peer.inRoster = true;
        this.say(type, jid);
        this.showTo(jid);
        break;
      case 'unsubscribed':
        peer.pendingIn = false;
        this.#endFrom(jid, peer);
        this.say(type, jid);
    }
  }

  /** What was broadcast last, of each resource. */
  showTo(jid: string): void {
    for (const from of this.own) this.say('', jid, from);
    if (this.own.size === 0) this.say('unavailable', jid);
  }

  /** We do not see that one any more, nor wait for it (§3.3.3). */
  #endTo(jid: string, peer: Peer): void {
    if (!peer.to && !peer.ask) return;
    const saw = peer.to;
    peer.to = false;
    peer.ask = false;
    this.#leaveWhenNothingIsLeft(peer);
    if (saw) this.#forgetPresence(jid, peer);
  }

  /** That one does not see us any more, and sees us leave (§3.2.2). */
  #endFrom(jid: string, peer: Peer): void {
    if (!peer.from) return;
    for (const from of this.own) this.say('unavailable', jid, from);
    if (this.own.size === 0) this.say('unavailable', jid);
    peer.from = false;
    this.#leaveWhenNothingIsLeft(peer);
  }

  #leaveWhenNothingIsLeft(peer: Peer): void {
    const { to, from, ask, name, groups } = peer;
    if (!to && !from && !ask && name === '' && groups.length === 0) peer.inRoster = false;
  }

  #forgetPresence(jid: string, peer: Peer): void {
    if (peer.present.size === 0) return;
    peer.present.clear();
    this.model.tell('changedStatus', jid);
    this.model.tell('gotOffline', jid);
  }

  // Inbound: A.3, §4.3.

  subscription(jid: string, type: Act): void {
    const peer = this.peer(jid);
    switch (type) {
      case 'subscribe':
        this.#asked(jid, peer);
        break;
      case 'subscribed':
        if (!peer.ask) break;
        peer.ask = false;
        peer.to = true;
        peer.inRoster = true;
        this.model.tell('rosterSubscriptionAuthorized', jid);
        break;
      case 'unsubscribe':
        if (!peer.from && !peer.pendingIn) break;
        peer.pendingIn = false;
        this.#endFrom(jid, peer);
        this.say('unsubscribed', jid);
        this.model.tell('rosterSubscriptionRemove', jid);
        break;
      case 'unsubscribed':
        if (!peer.to && !peer.ask) break;
        this.model.tell('rosterSubscriptionRemoved', jid);
        this.#endTo(jid, peer);
    }
  }

  #asked(jid: string, peer: Peer): void {
    const { authorize, autoSubscribe } = this.model;
    if (peer.from) {
      this.act(jid, 'subscribed');
    } else if (authorize === 'ask') {
      peer.pendingIn = true;
      this.model.tell('rosterSubscriptionRequest', jid);
    } else if (authorize) {
      this.act(jid, 'subscribed');
      if (autoSubscribe && !peer.to && !peer.ask) this.act(jid, 'subscribe');
    } else this.act(jid, 'unsubscribed');
  }

  probe(from: string, to: string): void {
    const peer = this.peer(bareOf(from));
    if (!peer.from && this.model.authorize === true && !this.model.stored) {
      // What an earlier process has granted was not kept.
      peer.from = true;
      peer.inRoster = true;
    }
    if (!peer.from) this.say('unsubscribed', from);
    else if (resourceOf(to) === '') this.showTo(from);
    else this.say(this.own.has(to) ? '' : 'unavailable', from, to);
  }

  moved(from: string, type: string | undefined, show: string | undefined, priority: number): void {
    const jid = bareOf(from);
    const { present } = this.peer(jid);
    const resource = resourceOf(from);
    if (type === undefined) {
      const known = present.get(resource);
      const first = present.size === 0;
      present.delete(resource);
      present.set(resource, { show, priority });
      if (first) this.model.tell('gotOnline', jid);
      if (!known || known.show !== show) this.model.tell('changedStatus', jid);
      return;
    }
    const gone = resource === '' ? present.size > 0 : present.has(resource);
    if (resource === '') present.clear();
    else present.delete(resource);
    if (gone) this.model.tell('changedStatus', jid);
    if (gone && present.size === 0) this.model.tell('gotOffline', jid);
  }

  // The roster itself.

  update(jid: string, name: string | undefined, groups: readonly string[] | undefined): void {
    const peer = this.peer(jid);
    if (name !== undefined) peer.name = name;
    if (groups) peer.groups = [...new Set(groups)];
    peer.inRoster = true;
    if (peer.from) peer.pendingIn = false;
    this.model.tell('rosterUpdate', jid);
  }

  /** §2.5: ends both directions. A request that waits still does. */
  remove(jid: string): void {
    const peer = this.peer(jid);
    const { inRoster } = peer;
    if (peer.to || peer.ask) this.act(jid, 'unsubscribe');
    if (peer.from) this.act(jid, 'unsubscribed');
    if (!inRoster) return;
    Object.assign(peer, { name: '', groups: [], inRoster: false });
    this.model.tell('rosterUpdate', jid);
  }

  broadcast(resource: string, available: boolean): void {
    const from = this.jid + resource;
    this.own.delete(from);
    if (available) this.own.add(from);
    else if (resource === '') this.own.clear();
    for (const [jid, peer] of this.peers) if (peer.from) this.say(available ? '' : 'unavailable', jid, from);
    this.model.tell('presenceBroadcast', '');
  }
}

/** The rosters of a component's addresses, in plain values. */
export class ComponentModel {
  readonly stored: boolean;
  owners: ReadonlyMap<string, Owner>;
  sent: string[] = [];
  events: string[] = [];
  authorize: boolean | 'ask' = 'ask';
  autoSubscribe = false;

  constructor(stored: boolean) {
    this.stored = stored;
    this.owners = this.#make();
  }

  #make(): Map<string, Owner> {
    return new Map(OWNERS.map((jid) => [jid, new Owner(jid, this)] as const));
  }

  tell(name: string, jid: string): void {
    this.events.push(`${name} ${jid}`.trim());
  }

  run(step: Step): void {
    switch (step.kind) {
      case 'presence':
        this.#presence(step);
        break;
      case 'act':
        this.owners.get(step.owner)?.act(step.jid, step.type);
        break;
      case 'update':
        this.owners.get(step.owner)?.update(step.jid, step.name, step.groups);
        break;
      case 'remove':
        this.owners.get(step.owner)?.remove(step.jid);
        break;
      case 'broadcast':
        this.owners.get(step.owner)?.broadcast(step.resource, step.available);
        break;
      case 'policy':
        this.authorize = step.authorize;
        this.autoSubscribe = step.subscribe;
        break;
      case 'reconnect':
        this.#reconnect(step.restart);
    }
  }

  #presence({ from, to, type, show, priority = 0 }: Extract<Step, { kind: 'presence' }>): void {
    const owner = this.owners.get(bareOf(to));
    if (!owner) throw new Error(`nobody is ${to}`);
    if (type !== undefined && !EVENTS[type]) {
      this.sent.push(`error ${to} > ${from}`);
      return;
    }
    this.tell('presence', from);
    this.tell(EVENTS[type ?? ''] ?? 'presenceAvailable', from);
    if (type?.includes('subscribe')) {
      this.tell('changedSubscription', from);
      owner.subscription(from, type as Act);
    } else if (type === 'probe') owner.probe(from, to);
    else if (type !== 'error') owner.moved(from, type, show, priority);
  }

  /** What others keep is gone with the session, what a store does not keep with the process. */
  #reconnect(restart: boolean): void {
    for (const { peers } of this.owners.values()) for (const { present } of peers.values()) present.clear();
    if (!restart) return;
    if (!this.stored) this.owners = this.#make();
    this.authorize = 'ask';
    this.autoSubscribe = false;
  }

  /** Everything that can be seen, by address of ours and of theirs. */
  get visible(): Record<string, unknown> {
    const visible: Record<string, unknown> = {};
    for (const [jid, { peers, own }] of this.owners) {
      visible[jid] = { size: [...peers.values()].filter(({ inRoster }) => inRoster).length, last: [...own].at(-1) };
      for (const person of PEOPLE) {
        const peer = peers.get(person);
        if (!peer || !(peer.inRoster || peer.present.size > 0 || peer.pendingIn || peer.ask)) continue;
        const { name, groups, to, from, ask, pendingIn, inRoster, present } = peer;
        const subscription = to ? (from ? 'both' : 'to') : from ? 'from' : 'none';
        const resources = [...present].map(([key, { show, priority }]) => [key, show, priority]);
        visible[`${jid} ${person}`] = { name, groups, subscription, ask, pendingIn, inRoster, resources };
      }
    }
    return visible;
  }
}
