import { LazyMap } from '@sestina/xml';
import type { JID } from '../jid/index.js';
import { Registration } from '../registration.js';
import { type AddressNode, AddressNodeMap } from './address-node.js';

declare const types: unique symbol;

/** Names a kind of data that plugins ask the application for: what is asked with, and what is answered. Made by `defineDataKind()`. */
export interface DataKind<Request = never, Result = unknown> {
  /** For messages: `disco#info`. */
  readonly name: string;
  readonly [types]?: (request: Request) => Result;
}

/** A new kind of data: `const vCardOf = defineDataKind<undefined, VCard>('vcard')`. Two of the same name are two kinds. */
export function defineDataKind<Request = undefined, Result = unknown>(name: string): DataKind<Request, Result> {
  return Object.freeze({ name });
}

/** What is asked. */
export interface DataRequest<Request = undefined> {
  /** Which of our addresses is asked; undefined where the stanza did not say. */
  readonly jid: JID | undefined;
  readonly node: string | undefined;
  /** Who asks; undefined where it is the server, or this program itself. */
  readonly from: JID | undefined;
  readonly request: Request;
}

/** Answers; undefined leaves it to the next one, what it throws is the asker's. */
export type DataProvider<Request, Result> = (
  question: DataRequest<Request>,
) => Result | undefined | Promise<Result | undefined>;

type Handler = DataProvider<never, unknown>;

/**
 * Where plugins ask for their data, and applications say where it comes from: for one address and node, one address, one
 * node or all of them. So a component answers for each of its addresses from whatever it has.
 */
export class DataProviders {
  readonly #registered: (registration: Registration) => Registration;
  readonly #handlers = new LazyMap<DataKind, AddressNodeMap<Handler>>();
  readonly #defaults = new LazyMap<DataKind, AddressNodeMap<Handler>>();

  /** @param registered Is told of each registration. */
  constructor(registered: (registration: Registration) => Registration = (registration) => registration) {
    this.#registered = registered;
  }

  /**
   * Has a function answer there, until the registration is disposed of. The closest place is asked first: address and node,
   * address, node, all; of equal places the one registered last.
   * @throws JidError where the address of the place is none.
   */
  register<Request, Result>(
    answer: DataKind<Request, Result>,
    handler: DataProvider<Request, Result>,
    place: AddressNode = {},
  ): Registration {
    return this.#registered(add(this.#handlers, answer, handler, place));
  }

  /** Has a function answer where no other does: what a plugin itself knows. */
  registerDefault<Request, Result>(
    answer: DataKind<Request, Result>,
    handler: DataProvider<Request, Result>,
  ): Registration {
    return this.#registered(add(this.#defaults, answer, handler, {}));
  }

  /** What is answered; undefined where nobody answers. Rejects with what the handler throws. */
  async ask<Request, Result>(
    answer: DataKind<Request, Result>,
    question: DataRequest<Request>,
  ): Promise<Result | undefined> {
    const { jid } = question;
    const { node } = withoutEmptyNode(question);
    for (const map of [this.#handlers, this.#defaults]) {
      for (const handler of map.get(answer as DataKind)?.closest(jid, node) ?? []) {
        const result = await (handler as DataProvider<Request, Result>)(question);
        if (result !== undefined) return result;
      }
    }
    return undefined;
  }

  /**
   * Takes out what was registered for an address with all of its nodes, for a node, or for everything; defaults stay. Without
   * a kind of answer, of all kinds.
   */
  purge(place: AddressNode = {}, answer?: DataKind<never>): void {
    for (const [kind, handlers] of [...this.#handlers]) {
      if (answer !== undefined && kind !== answer) continue;
      handlers.clear(withoutEmptyNode(place));
      if (handlers.empty) this.#handlers.delete(kind);
    }
  }
}

function add(
  all: LazyMap<DataKind, AddressNodeMap<Handler>>,
  answer: object,
  handler: unknown,
  place: AddressNode,
): Registration {
  const kind = answer as DataKind;
  const handlers = all.get(kind) ?? new AddressNodeMap<Handler>();
  const registration = handlers.add(withoutEmptyNode(place), handler as Handler);
  all.set(kind, handlers);
  return new Registration(() => {
    registration.dispose();
    if (handlers.empty && all.get(kind) === handlers) all.delete(kind);
  });
}

/** An empty node is none (XEP-0030 §3.2). */
function withoutEmptyNode({ jid, node }: AddressNode): AddressNode {
  return { jid, node: node || undefined };
}
