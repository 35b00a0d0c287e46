import { BaseXMPP, Plugin, type RequestOptions, StanzaError, type StanzaErrorCondition } from '@sestina/core';
import { Gate } from '@sestina/core/util';
import { ArchivePreferencesRefusedError } from './errors.js';
import { type ArchivePrefs, type ArchivePrefsInit, areSame, elementOf, prefsIn } from './prefs.js';
import { ArchivePrefsElement } from './stanza.js';

const REFUSALS: ReadonlySet<StanzaErrorCondition> = new Set([
  'feature-not-implemented',
  'forbidden',
  'not-allowed',
  'service-unavailable',
]);
// What waits until another change is done.
const MAX_WAITING = 100;

/** XEP-0441: Message Archive Management Preferences, version 0.2.0. Says what our server archives of what we say and are told. */
export class ArchivePreferences extends Plugin {
  static override readonly id = 'xep-0441';
  static override readonly inject = [BaseXMPP] as const;
  // A component has no archive of its own.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #gate = new Gate({ what: 'changes of what is archived', total: 1, maxWaiting: MAX_WAITING });

  constructor(xmpp: BaseXMPP) {
    super();
    this.#xmpp = xmpp;
  }

  /**
   * What the server archives.
   * @throws ArchivePreferencesRefusedError where that is not for us; what `request()` of the connection throws.
   */
  get(options: RequestOptions = {}): Promise<ArchivePrefs> {
    return this.untilRemoved(options.signal, async (signal) => readable(await this.#get({ ...options, signal })));
  }

  /**
   * Says what the server is to archive, in place of all that it was told before.
   * @returns what it archives now, which may be something else: it decides.
   * @throws ConfigError for a default that is none; JidError for what is no address; BusyError where too many changes wait; as `get()`.
   */
  async set(prefs: ArchivePrefsInit, options: RequestOptions = {}): Promise<ArchivePrefs> {
    const wanted = elementOf(prefs);
    return this.#alone(options, async (ask) => readable(await this.#set(wanted, ask)));
  }

  /**
   * Reads what the server archives, and says what it is to archive instead. Changes are made one after the other; those of another device in
   * between are lost. Where nothing is changed nothing is sent.
   * @param change Gets what there is, and gives what there is to be: `(prefs) => ({ ...prefs, default: 'always' })`.
   * @returns as `set()`.
   * @throws as `set()`; what `change` throws, and nothing is changed.
   */
  update(change: (prefs: ArchivePrefs) => ArchivePrefsInit, options: RequestOptions = {}): Promise<ArchivePrefs> {
    return this.#alone(options, async (ask) => {
      const before = await this.#get(ask);
      const prefs = readable(before);
      const after = elementOf({ unreadable: prefs.unreadable, ...change(prefs) });
      return areSame(before, after) ? prefs : readable(await this.#set(after, ask));
    });
  }

  #alone<T>(options: RequestOptions, work: (ask: RequestOptions) => Promise<T>): Promise<T> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#gate.run(() => work({ ...options, signal }), { own: true, signal }),
    );
  }

  #get(options: RequestOptions): Promise<ArchivePrefsElement> {
    const ask = { ...options, answer: ArchivePrefsElement };
    return refused(this.#xmpp.iqGet(undefined, new ArchivePrefsElement(), ask));
  }

  async #set(prefs: ArchivePrefsElement, options: RequestOptions): Promise<ArchivePrefsElement> {
    const result = await refused(this.#xmpp.iqSet(undefined, prefs, options));
    // Some say only that it is done.
    return result.payload(ArchivePrefsElement) ?? this.#get(options);
  }
}

async function refused<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof StanzaError && REFUSALS.has(error.condition)) throw new ArchivePreferencesRefusedError(error);
    throw error;
  }
}

function readable(element: ArchivePrefsElement): ArchivePrefs {
  const prefs = prefsIn(element);
  if (!prefs)
    throw new StanzaError('undefined-condition', { text: 'the answer does not say what is archived by default' });
  return prefs;
}
