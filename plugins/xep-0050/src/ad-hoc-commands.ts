import {
  BaseXMPP,
  ConfigError,
  type Iq,
  JID,
  type Message,
  Plugin,
  PluginError,
  Registration,
  StanzaError,
  StanzaValueError,
} from '@sestina/core';
import { AddressNodeMap } from '@sestina/core/handlers';
import { checkAnswer, type FormAnswers, fillIn } from '@sestina/xep-0004';
import {
  DiscoInfo,
  type DiscoItem,
  DiscoItems,
  type DiscoRequest,
  Identity,
  ServiceDiscovery,
} from '@sestina/xep-0030';
import { type Asking, CommandSession } from './command-session.js';
import { CommandFailedError, CommandNeedsInputError } from './errors.js';
import { Executions } from './executions.js';
import { AdHocCommandsOptions, type CommandOptions, checkOptions, type ExecuteOptions } from './options.js';
import { type CommandInit, checkCommand } from './served-command.js';
import { Command, NS_COMMANDS } from './stanza.js';

/** A command that somebody offers. */
export interface CommandInfo {
  readonly jid: JID;
  readonly node: string;
  /** For people. */
  readonly name: string | undefined;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A contact, or our server, says unasked which commands there are (XEP-0050 §2.3). */
    commandList: { readonly from: JID; readonly commands: readonly CommandInfo[] };
  }
}

const NS_DATA = 'jabber:x:data';
const STEP_TIMEOUT = 120_000;
// Commands of one announcement.
const MAX_ANNOUNCED = 1_000;

/** XEP-0050: Ad-Hoc Commands, version 1.3.0. Runs commands of others, and offers commands of our own. */
export class AdHocCommands extends Plugin {
  static override readonly id = 'xep-0050';
  static override readonly Options = AdHocCommandsOptions;
  static override readonly inject = [BaseXMPP, AdHocCommandsOptions, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: AdHocCommandsOptions;
  readonly #disco: ServiceDiscovery;
  readonly #executions: Executions;
  readonly #commands = new AddressNodeMap<CommandInit>();
  readonly #added = new Set<CommandInit>(); // bound: commands of the program

  /** @throws ConfigError for an option that cannot be meant. */
  constructor(xmpp: BaseXMPP, options: AdHocCommandsOptions, disco: ServiceDiscovery) {
    super();
    checkOptions(options);
    this.#xmpp = xmpp;
    this.#options = options;
    this.#disco = disco;
    this.#executions = new Executions(xmpp, options);
    const { stepTimeout: timeout } = options;
    this.own(
      xmpp.onIq('set', Command, (command, iq) => this.#asked(command, iq), { timeout: 2 * timeout }),
      xmpp.on('presenceUnavailable', ({ from }) => from && this.#gone(from)),
      xmpp.onMessage((message, items) => this.#announced(message, items), { payload: DiscoItems, limit: 20 }),
      disco.answerItems((request) => this.#items(request), { node: NS_COMMANDS }),
      disco.answerInfo((request) => this.#listInfo(request), { node: NS_COMMANDS }),
      { dispose: () => this.#executions.end('removed') },
    );
  }

  override sessionEnd(reason: Error): void {
    this.#executions.end(reason instanceof PluginError ? 'removed' : 'session-over');
  }

  /** How many executions of our commands are under way. */
  get executions(): number {
    return this.#executions.size;
  }

  // Asking.

  /**
   * The commands that somebody offers us. Nothing is asked before the first one is wanted.
   * @throws JidError for what is no address; what `ServiceDiscovery.items()` throws.
   */
  async *list(to: JID | string, options: CommandOptions = {}): AsyncGenerator<CommandInfo, void, undefined> {
    const jid = JID.from(to);
    const items = await this.untilRemoved(options.signal, (signal) =>
      this.#disco.items(jid, { ...options, node: NS_COMMANDS, signal }),
    );
    yield* commandsIn(items, jid);
  }

  /**
   * Begins to run a command. What comes may be the end already, or the first form.
   * @throws StanzaError for a refusal. CommandProtocolError for an answer that is none; what `request()` of the connection throws.
   */
  execute(to: JID | string, node: string, options: ExecuteOptions = {}): Promise<CommandSession> {
    return this.untilRemoved(options.signal, async (signal) => {
      const { from, lang, timeout = STEP_TIMEOUT } = options;
      const jid = JID.from(to);
      const asking: Asking = {
        ...{ jid, node, lang, session: this.#xmpp.session },
        ask: (command, step) =>
          this.untilRemoved(step.signal, (ends) =>
            this.#xmpp.iqSet(jid, command, {
              answer: Command,
              from,
              timeout: step.timeout ?? STEP_TIMEOUT,
              signal: ends,
            }),
          ),
      };
      const command = new Command({ node, action: 'execute', lang });
      return new CommandSession(asking, await asking.ask(command, { timeout, signal }));
    });
  }

  /**
   * Runs a command that asks once at most, from beginning to end.
   * @param answers By field name; hidden fields, and what the form suggests, are sent as well.
   * @throws CommandFailedError where a note says that it failed. CommandNeedsInputError where it asks for more; it is cancelled then.
   *   What `execute()` throws.
   */
  async run(
    to: JID | string,
    node: string,
    answers: FormAnswers = {},
    options: ExecuteOptions = {},
  ): Promise<CommandSession> {
    const session = await this.execute(to, node, options);
    try {
      if (session.status === 'executing') await this.#answerOnce(session, answers, options);
    } finally {
      // Who gives up, or has no more time, does not wait for the other side to agree.
      void session.end();
    }
    const { notes } = session;
    if (notes.some(({ type }) => type === 'error')) throw new CommandFailedError(node, notes);
    return session;
  }

  async #answerOnce(session: CommandSession, answers: FormAnswers, options: ExecuteOptions): Promise<void> {
    const { node, form, actions, defaultAction } = session;
    const submit = form && fillIn(form, answers);
    const problems = form && submit ? checkAnswer(form, submit) : [];
    if (problems.length > 0) throw new CommandNeedsInputError(node, form, problems);
    const complete = actions.has('complete') || defaultAction === undefined;
    await (complete ? session.complete(submit, options) : session.execute(submit, options));
    if (session.status === 'executing') throw new CommandNeedsInputError(node, session.form, []);
  }

  // Offering.

  /**
   * Offers a command, until the registration is disposed of; what is being run of it then is over.
   * @throws ConfigError for one without a node or function, or with the node of another one at the same place; JidError.
   */
  add(command: CommandInit): Registration {
    this.lifetime.throwIfAborted();
    checkCommand(command);
    const { node, place } = command;
    const jid = place === undefined ? undefined : JID.from(place);
    const same = ({ node: other, place: at }: CommandInit): boolean =>
      other === node && (at === undefined ? undefined : JID.from(at).full) === jid?.full;
    if ([...this.#added].some(same)) throw new ConfigError(`there is a command "${node}" at that place`, 'node');
    const own = { ...command };
    this.#added.add(own);
    const undo = [
      this.#commands.add({ jid, node }, own),
      jid ? this.#disco.addFeature(NS_COMMANDS, { jid }) : this.#xmpp.advertise(NS_COMMANDS),
      this.#disco.answerInfo((request) => this.#commandInfo(own, request), { jid, node }),
    ];
    return this.own(
      new Registration(() => {
        this.#added.delete(own);
        for (const registration of undo) registration.dispose();
        this.#executions.end('removed', (execution) => execution.command === own);
      }),
    );
  }

  async #asked(command: Command, { from, to, lang: stanzaLang }: Iq): Promise<Command> {
    const { node, sessionId, form } = command;
    // A component knows whom each stanza is from; to a client, what says nothing is the word of our server for our account.
    const asker = from ?? this.#xmpp.account;
    const found = this.#find(to, node);
    if (!found) throw await this.#refusal('item-not-found', from, to);
    if (!(await this.#mayRun(found, from, to))) {
      this.#executions.revoke(sessionId, asker.full);
      throw await this.#refusal('forbidden', from, to);
    }
    // It may have been removed meanwhile.
    if (!this.#added.has(found)) throw new StanzaError('item-not-found');
    const own = this.#xmpp.vouches(from, to) !== undefined;
    const action = command.xml.attribute('action') ?? 'execute';
    return this.#executions.take(found, {
      ...{ from: asker, to, sessionId, form, action, own },
      lang: command.lang ?? stanzaLang,
    });
  }

  /** The closest command of that node at that address. */
  #find(to: JID | undefined, node: string | undefined): CommandInit | undefined {
    for (const level of this.#commands.levels(to, node)) for (const command of level) return command;
    return undefined;
  }

  #mayRun({ allow = this.#options.answer }: CommandInit, from: JID | undefined, to: JID | undefined): Promise<boolean> {
    return this.#xmpp.admits(allow, from, to);
  }

  /** A client that answers a stranger shows that it is there (RFC 6120 §13.10); a component is there for everybody. */
  async #refusal(
    condition: 'forbidden' | 'item-not-found',
    from: JID | undefined,
    to: JID | undefined,
  ): Promise<StanzaError> {
    const known = this.#xmpp.isComponent || (await this.#xmpp.admits('contacts', from, to));
    return new StanzaError(known ? condition : 'service-unavailable');
  }

  #gone(from: JID): void {
    this.#executions.end('gone', ({ asker }) => (from.isBare ? asker.from.bare : asker.from).equals(from));
  }

  async #items({ to, from }: DiscoRequest): Promise<{ jid: JID; node: string; name: string }[] | undefined> {
    const jid = to ?? this.#xmpp.boundJid;
    const nodes = new Set([...this.#added].map(({ node }) => node));
    const here = [...nodes].flatMap((node) => this.#find(to, node) ?? []);
    if (here.length === 0 || !jid) return undefined;
    const items: { jid: JID; node: string; name: string }[] = [];
    for (const command of here) {
      const { node, name = node } = command;
      if (await this.#mayRun(command, from, to)) items.push({ jid, node, name });
    }
    return items;
  }

  #listInfo({ to }: DiscoRequest): DiscoInfo | undefined {
    const nodes = [...this.#added].map(({ node }) => node);
    if (!nodes.some((node) => this.#find(to, node))) return undefined;
    return infoOf('command-list', 'Commands', [NS_COMMANDS]);
  }

  async #commandInfo(command: CommandInit, { to, from, node }: DiscoRequest): Promise<DiscoInfo | undefined> {
    if (this.#find(to, node) !== command) return undefined;
    if (!(await this.#mayRun(command, from, to))) throw await this.#refusal('forbidden', from, to);
    const { name = command.node, features = [] } = command;
    return infoOf('command-node', name, [NS_COMMANDS, NS_DATA, ...features]);
  }

  async #announced({ from, to }: Message, { node, items }: DiscoItems): Promise<void> {
    if (node !== NS_COMMANDS || !from || items.length > MAX_ANNOUNCED) return;
    if (!(await this.#xmpp.admits('contacts', from, to))) return;
    this.#xmpp.emit('commandList', { from, commands: [...commandsIn(items, from)] });
  }
}

const infoOf = (type: string, name: string, features: readonly string[]): DiscoInfo =>
  new DiscoInfo({ identities: [new Identity({ category: 'automation', type, name, lang: 'en' })], features });

/** What somebody says of others is not theirs to say (XEP-0050 §5). */
function* commandsIn(items: Iterable<DiscoItem>, of: JID): Generator<CommandInfo, void, undefined> {
  for (const item of items) {
    let jid: JID;
    try {
      jid = item.jid;
    } catch (error) {
      if (error instanceof StanzaValueError) continue;
      throw error;
    }
    const { node, name } = item;
    if (node !== undefined && jid.equals(of)) yield { jid, node, name };
  }
}
