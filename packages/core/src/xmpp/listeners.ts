import { CONTEXT } from '../stanza/context-key.js';
import { type ElementClass, type ElementView, viewOf } from '../stanza/element.js';
import { Message, type MessageSource } from '../stanza/message.js';
import { Callback, type CallbackOptions } from '../stream/handlers.js';
import { MatchPayload } from '../stream/matchers.js';

/** Options of `onMessage` and `onPresence`. */
export interface StanzaListenerOptions extends CallbackOptions {
  /** Only stanzas with exactly this `type` attribute. */
  type?: string;
  /** For error reports and `removeHandler`. */
  name?: string;
  /**
   * Of messages: the ways on which they may have come.
   * @default ['stream']
   */
  sources?: readonly MessageSource[];
}

const ON_STREAM: readonly MessageSource[] = ['stream'];

/** The handler behind `onMessage` and `onPresence`: stanzas of that class, with that payload where one is given. */
export function listener<S extends ElementView>(
  root: ElementClass<S>,
  first: ElementClass | ((stanza: S) => unknown),
  second: StanzaListenerOptions | ((stanza: S, payload: never) => unknown) | undefined,
  third: StanzaListenerOptions | undefined,
): Callback<S> {
  const cls = 'tag' in first ? first : undefined;
  const callback = (cls ? second : first) as (stanza: S, payload?: ElementView) => unknown;
  const options = ((cls ? third : second) ?? {}) as StanzaListenerOptions;
  const { type, sources = ON_STREAM } = options;
  const accepts = (stanza: ElementView): boolean => {
    if (type === undefined && stanza.xml.attribute('type') === 'error') return false;
    return !(stanza instanceof Message) || sources.includes(stanza[CONTEXT]?.source ?? 'stream');
  };
  const run = (stanza: S): unknown => {
    const found = cls && stanza.xml.child(cls.tag, cls.namespace);
    return cls && found ? callback(stanza, viewOf(cls, found)) : callback(stanza);
  };
  const name = options.name ?? `${root.tag}${cls ? `/{${cls.namespace}}${cls.tag}` : ''}`;
  return new Callback<S>(name, new MatchPayload(root, cls, type), run, {
    ...options,
    accepts,
    hearsMessages: root.tag === Message.tag,
  });
}
