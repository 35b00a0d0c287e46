/// <reference lib="esnext.disposable" preserve="true" />

import { BusyError, type JID, StanzaError, type XmlElement } from '@sestina/core';
import { Form, type FormAnswers, FormField, fillIn } from '@sestina/xep-0004';
import { CommandActionError, CommandExpiredError, type CommandNote, CommandProtocolError } from './errors.js';
import type { StepOptions } from './options.js';
import { BadSessionId, Command, type CommandAction, CommandUrl, SessionExpired } from './stanza.js';

/** What asking takes from the plugin. */
export interface Asking {
  readonly jid: JID;
  readonly node: string;
  readonly lang: string | undefined;
  /** Aborted when the execution cannot go on, since we have another address from then on. */
  readonly session: AbortSignal;
  ask(command: Command, options: StepOptions): Promise<Command>;
}

// Browsers without it still run this package: the key is then a registered symbol of the same name.
const asyncDisposeKey: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);

const NO_ACTIONS: ReadonlySet<CommandAction> = new Set();
const COMPLETE: ReadonlySet<CommandAction> = new Set(['complete']);

/**
 * Our execution of somebody's command: what it shows at this stage, and the ways on. `await using` cancels it at the end where it has
 * not ended.
 */
export class CommandSession implements AsyncDisposable {
  /** Who runs the command. */
  readonly jid: JID;
  readonly node: string;
  readonly #asking: Asking;
  #sessionId: string | undefined;
  #answer: Command;
  #status: 'canceled' | 'completed' | 'executing' = 'executing';
  #busy = false;

  /** @internal Made by `execute()`. @throws CommandProtocolError. */
  constructor(asking: Asking, answer: Command) {
    this.#asking = asking;
    this.jid = asking.jid;
    this.node = asking.node;
    this.#answer = answer;
    this.#take(answer);
  }

  /** The other side's name for it; undefined where it gave none, which serves for one stage. */
  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** Whether it goes on. */
  get status(): 'canceled' | 'completed' | 'executing' {
    return this.#status;
  }

  /** The form to be filled in, or what came of it. */
  get form(): Form | undefined {
    return this.#answer.form;
  }

  /** The ways on; none once it has ended. */
  get actions(): ReadonlySet<CommandAction> {
    if (this.#status !== 'executing') return NO_ACTIONS;
    const { actions } = this.#answer;
    if (!actions) return COMPLETE;
    return new Set((['prev', 'next', 'complete'] as const).filter((action) => actions[action]));
  }

  /** What `execute()` does; undefined where the other side names a way that it does not offer. */
  get defaultAction(): CommandAction | undefined {
    const offered = this.actions;
    const named = this.#answer.actions ? (this.#answer.actions.execute ?? 'next') : 'complete';
    return offered.has(named) ? named : undefined;
  }

  /** What it says to people, at this stage. */
  get notes(): readonly CommandNote[] {
    return [...this.#answer.notes].map(({ type, text = '' }) => ({ type, text }));
  }

  /** All that it shows, the most important first: forms, URLs, and what this program may know nothing of. */
  get payload(): readonly XmlElement[] {
    return this.#answer.payload;
  }

  /** URLs that it ends with (XEP-0066). They are the word of the other side: nothing is opened. */
  get urls(): readonly { readonly url: string; readonly desc: string | undefined }[] {
    return this.payload.flatMap((xml) => {
      if (xml.name !== CommandUrl.tag || xml.namespace !== CommandUrl.namespace) return [];
      const { url, desc } = new CommandUrl(xml);
      return url === undefined ? [] : [{ url, desc }];
    });
  }

  /**
   * Goes to the next stage.
   * @param form The answer: a submission, or values by field name. Without it, what the form suggests.
   * @throws CommandActionError where that is not offered. CommandExpiredError where the other side knows nothing of it any more.
   *   CommandProtocolError; BusyError while another step is under way; StanzaError for any other refusal; what `request()` throws.
   */
  next(form?: Form | FormAnswers, options: StepOptions = {}): Promise<void> {
    return this.#step('next', form, options);
  }

  /** Finishes it. As `next()`. */
  complete(form?: Form | FormAnswers, options: StepOptions = {}): Promise<void> {
    return this.#step('complete', form, options);
  }

  /** Goes on in the way that the other side thinks of as the usual one. As `next()`. */
  execute(form?: Form | FormAnswers, options: StepOptions = {}): Promise<void> {
    const { defaultAction } = this;
    if (!defaultAction) return Promise.reject(new CommandActionError('execute', this.actions));
    return this.#step(defaultAction, form, options);
  }

  /** Goes back a stage. As `next()`. */
  prev(options: StepOptions = {}): Promise<void> {
    return this.#step('prev', undefined, options);
  }

  /** Gives it up, which is always possible; does nothing where it has ended. @throws as `next()`. */
  async cancel(options: StepOptions = {}): Promise<void> {
    if (this.#status !== 'executing') return;
    this.#status = 'canceled';
    this.#asking.session.throwIfAborted();
    await this.#ask('cancel', undefined, options);
  }

  /** Cancels it once, unless it has ended; whoever asks need not be there for it. Never rejects. */
  async end(): Promise<void> {
    try {
      await this.cancel();
    } catch {
      // It is over in any case.
    }
  }

  declare [Symbol.asyncDispose]: () => Promise<void>;

  static {
    Object.defineProperty(CommandSession.prototype, asyncDisposeKey, {
      value(this: CommandSession) {
        return this.end();
      },
      configurable: true,
      writable: true,
    });
  }

  async #step(action: CommandAction, given: Form | FormAnswers | undefined, options: StepOptions): Promise<void> {
    if (!this.actions.has(action)) throw new CommandActionError(action, this.actions);
    if (this.#busy) throw new BusyError('steps of a command', 1);
    this.#asking.session.throwIfAborted();
    this.#busy = true;
    try {
      const form = action === 'prev' ? undefined : answerTo(this.form, given);
      const answer = await this.#ask(action, form, options);
      // Cancelled meanwhile.
      if (this.#status === 'executing') this.#take(answer);
    } finally {
      this.#busy = false;
    }
  }

  async #ask(action: CommandAction | 'cancel', form: Form | undefined, options: StepOptions): Promise<Command> {
    const { node, lang } = this.#asking;
    const command = new Command({ node, sessionId: this.#sessionId, action, lang });
    if (form) command.form = form;
    try {
      return await this.#asking.ask(command, options);
    } catch (error) {
      if (!(error instanceof StanzaError && (error.has(SessionExpired) || error.has(BadSessionId)))) throw error;
      this.#status = 'canceled';
      throw new CommandExpiredError(node, error);
    }
  }

  #take(answer: Command): void {
    const { node } = this.#asking;
    const fault = faultIn(answer, node, this.#sessionId);
    if (fault) {
      this.#status = 'canceled';
      throw new CommandProtocolError(node, fault);
    }
    this.#answer = answer.compact();
    this.#sessionId ??= answer.sessionId;
    this.#status = answer.status ?? 'completed';
  }
}

function faultIn(answer: Command, node: string, sessionId: string | undefined): string | undefined {
  if (answer.xml.attribute('node') !== node) return 'the answer is about another one';
  if (answer.status === undefined) return 'the answer does not say whether it goes on';
  const changed = sessionId !== undefined && answer.sessionId !== undefined && answer.sessionId !== sessionId;
  return changed ? 'the answer belongs to another execution' : undefined;
}

/** What answers the form: with all that is hidden in it, which says what it is about. */
function answerTo(form: Form | undefined, given: Form | FormAnswers | undefined): Form | undefined {
  if (!(given instanceof Form)) return form ? fillIn(form, given ?? {}) : undefined;
  const submit = given.copy();
  for (const { var: name, type, values } of form?.fields ?? []) {
    if (type !== 'hidden' || name === undefined || submit.field(name)) continue;
    submit.fields.add(new FormField({ var: name, type, values }));
  }
  return submit;
}
