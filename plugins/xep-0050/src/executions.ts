import { type BaseXMPP, type Registration, StanzaError } from '@sestina/core';
import { Gate, LruMap } from '@sestina/core/util';
import type { Form } from '@sestina/xep-0004';
import type { Asker } from './attempt.js';
import type { CommandEnd } from './errors.js';
import { Execution, type ExecutionHost } from './execution.js';
import type { AdHocCommandsOptions } from './options.js';
import { refusal } from './refusal.js';
import { type CommandInit, languageOf } from './served-command.js';
import { BadAction, BadLocale, BadSessionId, Command, MalformedAction, SessionExpired } from './stanza.js';

// Of those that ended lately, so that who goes on with one is told why that does not work.
const MAX_ENDED = 1_000;

/** A step that somebody asks for. */
export interface Step extends Asker {
  /** As it stands there. */
  readonly action: string;
  readonly sessionId: string | undefined;
  readonly form: Form | undefined;
  /** Whether it is our account or our server. */
  readonly own: boolean;
}

/** What others run of our commands: bounded in number, in all and for each account, in bytes, and in time. */
export class Executions {
  readonly #xmpp: BaseXMPP;
  readonly #host: ExecutionHost;
  readonly #gate: Gate;
  readonly #open = new Map<string, { readonly execution: Execution; readonly place: Registration }>(); // bound: places of the gate
  readonly #ended = new LruMap<string, string>({ maxEntries: MAX_ENDED });

  constructor(xmpp: BaseXMPP, options: AdHocCommandsOptions) {
    const { sessions, sessionsPerAccount, sessionTimeout, sessionBytes, stepTimeout, validators } = options;
    this.#xmpp = xmpp;
    this.#gate = new Gate({ what: 'executions of commands', total: sessions, perKey: sessionsPerAccount });
    this.#host = {
      clock: xmpp.clock,
      ...{ sessionTimeout, sessionBytes, stepTimeout, validators },
      ended: ({ id, asker }) => {
        this.#open.get(id)?.place.dispose();
        this.#open.delete(id);
        this.#ended.set(id, asker.from.full);
      },
      failed: (error) => xmpp.reportError(error, 'a command that is over'),
    };
  }

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  /** @throws StanzaError with a condition of XEP-0050 §4.4, or with what the command throws. */
  async take(command: CommandInit, step: Step): Promise<Command> {
    const { action, sessionId, form } = step;
    if (!isAction(action)) throw refusal(MalformedAction);
    if (sessionId === undefined) {
      if (action !== 'execute') throw refusal(BadAction);
      return this.#begin(command, step);
    }
    const execution = this.#find(command, sessionId, step);
    if (action === 'cancel') {
      execution.end('canceled');
      return new Command({ node: command.node, sessionId, status: 'canceled' });
    }
    return action === 'prev' ? execution.back() : execution.submit(action, form);
  }

  /** Ends that one because its asker may not go on with it. */
  revoke(sessionId: string | undefined, from: string): void {
    const execution = sessionId === undefined ? undefined : this.#open.get(sessionId)?.execution;
    if (execution?.asker.from.full === from) execution.end('removed');
  }

  /** Ends those of which that is so. */
  end(reason: CommandEnd, isMeant: (execution: Execution) => boolean = () => true): void {
    for (const { execution } of [...this.#open.values()]) if (isMeant(execution)) execution.end(reason);
  }

  #begin(command: CommandInit, { from, to, lang: wanted, own }: Step): Promise<Command> {
    const lang = languageOf(command.langs, wanted);
    if (lang === undefined && command.langs?.length) throw refusal(BadLocale);
    const place = this.#gate.enter({ key: from.bare.full, own });
    if (!place) throw new StanzaError('resource-constraint', { text: 'too many commands are being run' });
    const id = hex(this.#xmpp.random.bytes(16));
    const execution = new Execution(id, command, { from, to, lang }, this.#host);
    this.#open.set(id, { execution, place });
    return execution.begin();
  }

  #find(command: CommandInit, id: string, asker: Asker): Execution {
    const execution = this.#open.get(id)?.execution;
    if (execution?.command === command && execution.belongsTo(asker)) return execution;
    throw refusal(!execution && this.#ended.get(id) === asker.from.full ? SessionExpired : BadSessionId);
  }
}

const ACTIONS: ReadonlySet<string> = new Set(['cancel', 'complete', 'execute', 'next', 'prev']);

function isAction(action: string): action is 'cancel' | 'complete' | 'execute' | 'next' | 'prev' {
  return ACTIONS.has(action);
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
