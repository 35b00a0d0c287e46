import { NS_CLIENT, Origin, XmlElement } from '@sestina/xml';
import type { Registration } from '../../registration.js';
import { SendError, type Sending } from '../../sending.js';
import type { Clock } from '../../services/clock.js';
import type { ElementClass, ElementView } from '../../stanza/element.js';
import { Iq } from '../../stanza/iq.js';
import { StanzaError } from '../../stanza/stanza-error.js';
import type { ListenerHost } from '../listeners.js';
import { type IqHandler, type IqHandlerOptions, IqHandlers, type IqLimits, tooMany } from './iq-handlers.js';
import { OpenRequests } from './open-requests.js';

/** What answering takes from the connection. */
export interface IncomingIqHost {
  readonly clock: Clock;
  /** Who we are. */
  readonly self: { readonly isComponent: boolean };
  /** Sends an answer, as anything else is sent. */
  send(answer: Iq): Sending;
  /** Sends what takes the place of an answer, without looking for what it answers. */
  sendInstead(answer: Iq): void;
  enqueue(run: () => unknown, options?: { size?: number; lane?: object | undefined }): void;
  vouches: ListenerHost['vouches'];
  /** The id of the plugin whose constructor runs. */
  installing(): string | undefined;
  reportError(error: unknown, where: string): void;
}

/** Requests of others: who handles them, and that each gets exactly one answer, however that is made. */
export class IncomingIqs {
  readonly #host: IncomingIqHost;
  readonly #handlers: IqHandlers;
  readonly #open: OpenRequests;

  /** @throws ConfigError for a limit that is no positive number. */
  constructor(host: IncomingIqHost, limits: Partial<IqLimits> | undefined) {
    this.#host = host;
    this.#handlers = new IqHandlers(limits, host.clock, (from, to) => host.vouches(from, to));
    this.#open = new OpenRequests(
      host.clock,
      (iq) => void host.send(iq.errorReply('service-unavailable')),
      ({ from, to }) => host.vouches(from, to) === undefined,
    );
  }

  /** How many are worked on at once. */
  get limits(): IqLimits {
    return this.#handlers.limits;
  }

  /** The kinds of request that are handled, as `get {namespace}name`. */
  get kinds(): string[] {
    return this.#handlers.kinds;
  }

  add<V extends ElementView>(
    type: 'get' | 'set',
    payload: ElementClass<V>,
    handler: IqHandler<V>,
    options?: IqHandlerOptions,
  ): Registration {
    return this.#handlers.add(type, payload, handler, options, this.#host.installing());
  }

  /** Takes a request; false where nobody has to answer it. */
  received(iq: Iq, bytes: number): boolean {
    const payload = iq.xml.firstElement;
    const entry = payload && this.#handlers.find(iq.type, payload, iq);
    this.#open.add(iq);
    if (!entry || !payload) return false;
    const where = `handler of iq ${iq.type} {${payload.namespace}}${payload.name}`;
    const report = (error: unknown): void => this.#host.reportError(error, where);
    try {
      const place = this.#handlers.enter(entry, iq);
      if (!place) this.#send(iq, tooMany(iq));
      else {
        const run = async (): Promise<void> => {
          this.#send(iq, await this.#handlers.answer(entry, payload, iq, report));
          place.left();
        };
        this.#host.enqueue(run, { size: bytes, lane: place.lane });
      }
    } catch (error) {
      // The function that says which requests wait for each other.
      report(error);
      this.#send(iq, iq.errorReply('internal-server-error'));
    }
    return true;
  }

  #send(iq: Iq, answer: Iq | undefined): void {
    if (answer) this.#host.send(answer);
    this.#open.forget(iq);
  }

  /** Nobody had to answer it. `seen`: stream handlers were given it, which may answer in their own time. */
  unhandled(iq: Iq, seen: boolean): void {
    if (seen) {
      this.#host.enqueue(() => this.#open.called(iq));
      return;
    }
    this.#host.send(iq.errorReply('service-unavailable'));
    this.#open.forget(iq);
  }

  /** A stream handler failed; true where the error was meant for who asked. */
  handlerFailed(error: unknown, iq: Iq): boolean {
    if (!iq.isRequest || iq.xml.origin?.answered) return false;
    // An error that came from somebody else is no answer to this sender.
    const own = error instanceof StanzaError && !error.stanza;
    this.#host.send(iq.errorReply(own ? error : 'internal-server-error'));
    return own;
  }

  /** An iq is about to be sent: notes what it answers. Gives the error where that has been answered already. */
  sends(xml: XmlElement): SendError | undefined {
    const request = xml.origin?.request ?? this.#open.find(xml, this.#host.self.isComponent);
    if (!request) return undefined;
    if (request.answered) return new SendError('rejected', 'this request has been answered already');
    request.answered = true;
    xml.origin ??= new Origin();
    xml.origin.request = request;
    this.#open.answered(request);
    return undefined;
  }

  /** Who asked is owed an answer, also where the one that was meant for it is not fit to be sent. */
  sent(answer: XmlElement, sending: Sending): void {
    if (answer.origin?.request) sending.onFailed((error) => this.#answerInstead(answer, error));
  }

  #answerInstead(answer: XmlElement, error: SendError | undefined): void {
    if (error?.reason !== 'invalid' && error?.reason !== 'too-large' && error?.reason !== 'dropped') return;
    const instead = new XmlElement('iq', NS_CLIENT, {
      type: 'error',
      id: answer.attribute('id'),
      to: answer.attribute('to'),
      from: answer.attribute('from'),
    });
    instead.origin = answer.origin;
    this.#host.sendInstead(new Iq(instead.append(new StanzaError('internal-server-error').toElement().xml)));
  }

  /** Gives up on all, in silence. */
  close(): void {
    this.#open.close();
  }
}
