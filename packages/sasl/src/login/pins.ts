import { canBind } from '../channel-binding.js';
import { DowngradeError } from '../errors.js';
import type { SaslEnvironment, SaslMechanism } from '../mechanism.js';

const isScram = ({ name }: SaslMechanism): boolean => name.startsWith('SCRAM-');

/** Where it is kept beyond the process that a server has proven its list of mechanisms (XEP-0474). */
export interface PinStore {
  /**
   * What was kept last; undefined for nothing.
   * @throws where that is not known: it is asked again at the next login, and this one goes on.
   */
  get(signal: AbortSignal): Promise<string | undefined>;
  /** Keeps the mechanism of that login; undefined: nothing any more. */
  set(mechanism: string | undefined): void;
}

/**
 * What logins have seen in which the server has proven itself: less than that is no coincidence any more. Not more than that it was
 * SCRAM is remembered of the mechanism, since servers change (XEP-0474 §7).
 */
export class Pins {
  #scram: string | undefined;
  #bound = false;
  #named = false;
  #proven = false;
  readonly #store: PinStore | undefined;
  /** Nothing that is kept is unknown here. */
  #loaded = false;

  constructor(store: PinStore | undefined) {
    this.#store = store;
  }

  /** Takes note of what an earlier process has kept. @throws the signal's reason. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#loaded || !this.#store) return;
    let kept: string | undefined;
    try {
      kept = await this.#store.get(signal);
    } catch {
      signal.throwIfAborted();
      return;
    }
    // Somebody may have said meanwhile that all of it is to be forgotten.
    if (!this.#loaded && kept?.startsWith('SCRAM-')) {
      this.#scram ??= kept;
      this.#proven = true;
    }
    this.#loaded = true;
  }

  /** Takes note of a login that has succeeded. */
  remember(mechanism: SaslMechanism, { serverChannelBindingTypes }: SaslEnvironment, listProof: boolean): void {
    if (!isScram(mechanism)) return;
    this.#scram = mechanism.name;
    this.#bound ||= mechanism.name.endsWith('-PLUS');
    this.#named ||= serverChannelBindingTypes !== undefined;
    if (!listProof || this.#proven) return;
    this.#proven = true;
    this.#store?.set(mechanism.name);
  }

  forget(): void {
    this.#loaded = true;
    this.#store?.set(undefined);
    this.#scram = undefined;
    this.#bound = false;
    this.#named = false;
    this.#proven = false;
  }

  /** The weakest SCRAM there is, once any has worked. */
  minimum(available: readonly SaslMechanism[]): string | undefined {
    if (this.#scram === undefined) return undefined;
    let weakest: SaslMechanism | undefined;
    for (const mechanism of available) {
      if (isScram(mechanism) && !(weakest && weakest.strength <= mechanism.strength)) weakest = mechanism;
    }
    return weakest?.name ?? this.#scram;
  }

  /** Whether the login has to be bound to its TLS connection because an earlier one was; not where this side has no way to it. */
  bindsNow(environment: SaslEnvironment): boolean {
    return this.#bound && canBind(environment);
  }

  /** @throws DowngradeError where the server does not prove any more that its list is its own. */
  checkProof(listProof: boolean, { offeredMechanisms }: SaslEnvironment): void {
    if (listProof || !this.#proven) return;
    throw new DowngradeError(
      'the server proved before that what it offers is its own (XEP-0474), and does not any more: if it was not changed on purpose, ' +
        'somebody may be tampering with the connection',
      offeredMechanisms,
    );
  }

  /** @throws DowngradeError where the server does not name its types of channel binding any more, and we could bind. */
  checkNamed(environment: SaslEnvironment): void {
    if (!this.#named || environment.serverChannelBindingTypes !== undefined || !canBind(environment)) return;
    throw new DowngradeError(
      'the server named its types of channel binding before, and does not any more: if it was not changed on purpose, somebody ' +
        'may be tampering with the connection',
      environment.offeredMechanisms,
    );
  }
}
