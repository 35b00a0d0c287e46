import { SestinaError, type StanzaError, type StanzaErrorCondition } from '@sestina/core';
import { quoted } from '@sestina/core/util';
import { NS_PUBSUB_ERRORS } from './namespace.js';

/** What a request to a service was about. */
export interface About {
  /** The service; undefined for our own account. */
  readonly service?: string | undefined;
  readonly node?: string | undefined;
  readonly id?: string | undefined;
}

/** A publish-subscribe service refuses, or cannot be asked that. */
export class PubSubError extends SestinaError {
  static override readonly name: string = 'PubSubError';
  readonly code: string = 'ERR_PUBSUB';
  /** The service; undefined for our own account. */
  readonly service: string | undefined;
  readonly node: string | undefined;
  /** The condition of the error that came back; undefined where nothing was asked. */
  readonly condition: StanzaErrorCondition | undefined;
  /** What XEP-0060 calls it, as `closed-node` or `presence-subscription-required`; undefined where the service does not say. */
  readonly pubsub: string | undefined;
  override readonly retryable: boolean;

  constructor(text: string, { service, node }: About, cause?: StanzaError) {
    const pubsub = conditionIn(cause);
    const said = cause ? ` (${cause.condition}${pubsub === undefined ? '' : `, ${quoted(pubsub)}`})` : '';
    const where =
      node === undefined ? (service ?? 'our account') : `node ${quoted(node)} of ${service ?? 'our account'}`;
    super(`${where}: ${text}${said}`, cause && { cause });
    this.service = service;
    this.node = node;
    this.condition = cause?.condition;
    this.pubsub = pubsub;
    this.retryable = cause?.retryable ?? false;
  }
}

/** There is no such node: create it, or publish to it where the service creates nodes by itself. */
export class NodeNotFoundError extends PubSubError {
  static override readonly name: string = 'NodeNotFoundError';
  override readonly code = 'ERR_NODE_NOT_FOUND';
}

/** There is no such item, or no such node. */
export class ItemNotFoundError extends PubSubError {
  static override readonly name: string = 'ItemNotFoundError';
  override readonly code = 'ERR_ITEM_NOT_FOUND';
}

/** There is such a node already. */
export class NodeExistsError extends PubSubError {
  static override readonly name: string = 'NodeExistsError';
  override readonly code = 'ERR_NODE_EXISTS';
}

/** The node is not for us, or not for that: `pubsub` says what is missing, as far as the service says it. */
export class NodeForbiddenError extends PubSubError {
  static override readonly name: string = 'NodeForbiddenError';
  override readonly code = 'ERR_NODE_FORBIDDEN';
}

/** The service cannot do that. */
export class PubSubUnsupportedError extends PubSubError {
  static override readonly name: string = 'PubSubUnsupportedError';
  override readonly code: string = 'ERR_PUBSUB_UNSUPPORTED';

  constructor(
    /** What it would have to be able to do, as `retrieve-items`; undefined where it does not say. */
    readonly feature: string | undefined,
    about: About,
    cause?: StanzaError,
    text = 'the service cannot do that',
  ) {
    super(`${text}${feature === undefined ? '' : `: it has no ${quoted(feature)}`}`, about, cause);
  }
}

/** The service does not look at what a node has to be like, so that what is for a few might be published to all. Nothing was sent. */
export class PublishOptionsUnsupportedError extends PubSubUnsupportedError {
  static override readonly name: string = 'PublishOptionsUnsupportedError';
  override readonly code = 'ERR_PUBLISH_OPTIONS_UNSUPPORTED';

  constructor(about: About) {
    super('publish-options', about, undefined, 'what is for a few is not published here');
  }
}

/** The node is not like what `options` ask for; `onConflict: 'configure'` makes it so where it is ours. */
export class PreconditionNotMetError extends PubSubError {
  static override readonly name: string = 'PreconditionNotMetError';
  override readonly code = 'ERR_PRECONDITION_NOT_MET';
}

/** An item is too large. */
export class PayloadTooLargeError extends PubSubError {
  static override readonly name: string = 'PayloadTooLargeError';
  override readonly code = 'ERR_PAYLOAD_TOO_LARGE';

  constructor(
    /** Bytes that it may have; undefined where the service refuses it without saying. */
    readonly limit: number | undefined,
    about: About,
    cause?: StanzaError,
  ) {
    super(
      `an item is too large${limit === undefined ? '' : `: more than the ${limit} bytes of maxPayload`}`,
      about,
      cause,
    );
  }
}

/** A list is longer than what is read of it: raise `maxItems`, or ask for less. */
export class PubSubLimitError extends PubSubError {
  static override readonly name: string = 'PubSubLimitError';
  override readonly code = 'ERR_PUBSUB_LIMIT';

  constructor(
    readonly limit: number,
    about: About,
  ) {
    super(`more than ${limit} entries came: raise maxItems, or ask for less`, about);
  }
}

/** The node has no setting of that name. */
export class UnknownNodeOptionError extends PubSubError {
  static override readonly name: string = 'UnknownNodeOptionError';
  override readonly code = 'ERR_UNKNOWN_NODE_OPTION';

  constructor(
    readonly option: string,
    offered: readonly string[],
    about: About,
  ) {
    super(`it has no setting ${quoted(option)}; it has ${quoted(offered.join(', '), 1_000)}`, about);
  }
}

const FORBIDDEN: ReadonlySet<string> = new Set(['forbidden', 'not-authorized', 'not-allowed']);

/** What a refusal means. @param asked What `item-not-found` is about. */
export function refusal(error: StanzaError, about: About, asked: 'item' | 'node'): PubSubError {
  const { condition } = error;
  switch (conditionIn(error)) {
    case 'precondition-not-met':
      return new PreconditionNotMetError('it is not like what the options ask for', about, error);
    case 'payload-too-big':
      return new PayloadTooLargeError(undefined, about, error);
    case 'unsupported':
      return new PubSubUnsupportedError(error.application?.attribute('feature'), about, error);
    default:
  }
  if (condition === 'item-not-found') {
    if (asked === 'item') return new ItemNotFoundError('there is no such item', about, error);
    return new NodeNotFoundError('there is no such node', about, error);
  }
  if (condition === 'conflict') return new NodeExistsError('there is such a node already', about, error);
  if (condition === 'feature-not-implemented' || condition === 'service-unavailable') {
    return new PubSubUnsupportedError(undefined, about, error);
  }
  if (FORBIDDEN.has(condition)) return new NodeForbiddenError('it is not for us', about, error);
  return new PubSubError('the service refuses', about, error);
}

function conditionIn(error: StanzaError | undefined): string | undefined {
  const { application } = error ?? {};
  return application?.namespace === NS_PUBSUB_ERRORS ? application.name : undefined;
}
