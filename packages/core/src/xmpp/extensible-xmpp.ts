import type { DependencyContainer, Token } from '../di/index.js';
import { DisconnectedError } from '../errors.js';
import type { JID } from '../jid/index.js';
import { Lifetime } from '../lifetime.js';
import { disposeAll, type Registration } from '../registration.js';
import type { SessionOutcome } from '../stream/xml-stream.js';
import { AdvertisedFeatures } from './advertised.js';
import { AskingXMPP } from './asking-xmpp.js';
import type { Plugin, PluginClass, PluginOptions, PluginPart, WellChosen, WellInjected } from './plugins/plugin.js';
import { PluginRegistry } from './plugins/plugin-registry.js';
import { SessionHooks } from './plugins/session-hooks.js';
import type { servicesFor } from './services.js';
import type { XMPPOptions } from './xmpp-options.js';

/** What is registered while a plugin is constructed, and for which. */
interface Recorder {
  readonly owner: PluginClass;
  readonly registrations: Pick<Registration, 'dispose'>[];
}

/** What a connection is extended with: plugins, the features that they announce, and the sessions that they live through. */
export abstract class ExtensibleXMPP extends AskingXMPP {
  /** Services and plugins of this connection, for `resolve()`; nothing here is shared with another connection. */
  readonly scope: DependencyContainer;
  /** The installed plugins. */
  readonly plugins: PluginRegistry;
  /** The announced features. */
  readonly advertised: AdvertisedFeatures;
  readonly #hooks: SessionHooks;
  #session = noSession();
  #recorder: Recorder | undefined;

  constructor(jid: JID | string, options: XMPPOptions, services: ReturnType<typeof servicesFor>) {
    super(jid, options, services);
    this.scope = services.scope;
    this.advertised = new AdvertisedFeatures(() => this.emit('featuresChanged', { features: [...this.advertised] }));
    const reportError = (error: unknown, where: string): void => this.reportError(error, where);
    this.#hooks = new SessionHooks({
      clock: this.clock,
      logger: this.logger,
      online: () => this.online,
      enqueue: (run) => this.enqueue(run),
      reportError,
      sessionReady: () => this.emit('sessionReady', {}),
    });
    this.plugins = new PluginRegistry(
      this.scope,
      {
        kind: () => (this.isComponent ? 'component' : 'client'),
        constructing: (owner, construct) => this.#constructing(owner, construct),
        registered: (registration) => this.registered(registration),
        reportError,
      },
      this.#hooks,
    );
  }

  /**
   * Aborted when the session is over and will not be resumed, with the reason; each new session has another one. Aborted before
   * the first.
   */
  get session(): AbortSignal {
    return this.#session.signal;
  }

  // Plugins.

  /**
   * Installs a plugin and those that it needs; a second call gives the same instance.
   * @throws PluginError: something is missing, a circle, an unknown option, another class of that id. DisconnectedError after
   *   `dispose()`.
   */
  use<C extends PluginClass>(cls: C & WellInjected<C>, options?: PluginOptions<C>): InstanceType<C> {
    return this.plugins.use<C>(cls, options);
  }

  /**
   * Installs those plugins of a set that are not there yet, for a plugin that stands for several:
   * `this.own(xmpp.useAll([Ping, [SoftwareVersion, { name: 'Example' }]]))`.
   * @returns what removes again those that were installed for the set alone.
   * @throws what `use()` throws for one of them; then none of them was installed.
   */
  useAll<const T extends readonly PluginPart[]>(parts: T & WellChosen<T>): Registration {
    return this.plugins.useAll<T>(parts);
  }

  /** The instance of an installed plugin, or of one that provides that class. @throws PluginError where it is not installed. */
  plugin<P extends Plugin>(cls: Token<P>): P {
    return this.plugins.get(cls);
  }

  /** Removes a plugin with everything that it registered. @throws PluginError while another plugin needs it. */
  remove(cls: PluginClass): boolean {
    return this.plugins.remove(cls);
  }

  #constructing<T>(owner: PluginClass, construct: () => T): T {
    const outer = this.#recorder;
    const recorder: Recorder = { owner, registrations: [] };
    this.#recorder = recorder;
    try {
      return construct();
    } catch (error) {
      try {
        disposeAll(recorder.registrations);
      } catch (undo) {
        // What went wrong first is what the caller has to hear.
        this.reportError(undo, 'undoing what a plugin registered');
      }
      throw error;
    } finally {
      this.#recorder = outer;
    }
  }

  protected override registered<R extends Pick<Registration, 'dispose'>>(registration: R): R {
    this.#recorder?.registrations.push(registration);
    return registration;
  }

  /** Announces a feature to those who ask (XEP-0030 reads what is announced here). */
  advertise(feature: string): Registration {
    return this.registered(this.advertised.add(feature));
  }

  protected override sessionBegins(outcome: SessionOutcome): void {
    if (outcome !== 'resumed') {
      this.#session = new Lifetime();
      this.roster.sessionBegins();
    }
    this.enqueue(() => this.#hooks.begin(outcome));
  }

  // In its turn: what was received before the loss still belongs to the session, answers above all.
  protected override sessionLost(reason: Error): void {
    const session = this.#session;
    this.answersLost(reason);
    const end = (): void => {
      session.end(reason);
      this.#hooks.end(reason);
    };
    this.enqueue(end, { settles: true });
    this.enqueue(() => this.roster.reset());
  }

  protected override async disposing(): Promise<void> {
    this.plugins.close();
    await this.scope.dispose();
  }
}

function noSession(): Lifetime {
  const none = new Lifetime();
  none.end(new DisconnectedError('there is no session yet'));
  return none;
}
