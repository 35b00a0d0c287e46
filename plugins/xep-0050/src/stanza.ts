import { attr, child, children, childText, element, flag, oneOf, ownText, type XmlElement } from '@sestina/core';
import { Form } from '@sestina/xep-0004';

export const NS_COMMANDS = 'http://jabber.org/protocol/commands';

/** What the asker may do at a stage, beside cancelling. */
export type CommandAction = 'complete' | 'next' | 'prev';

/** `<actions/>`: what the asker may do at this stage. */
export class Actions extends element('actions', NS_COMMANDS, {
  /** Which of them is the default. Where it is missing, `next` is. */
  execute: attr('execute', oneOf('complete', 'next', 'prev')).lenient(),
  prev: flag('prev'),
  next: flag('next'),
  complete: flag('complete'),
}) {}

/** `<note/>`: something for people about the state of the command. */
export class Note extends element('note', NS_COMMANDS, {
  text: ownText(),
  type: attr('type', oneOf('error', 'info', 'warn'))
    .lenient()
    .default('info'),
}) {}

/** `<command/>`: a step of a command, or what came of it. */
export class Command extends element('command', NS_COMMANDS, {
  /** What the asker wants; without it the default action of the stage. */
  action: attr('action', oneOf('cancel', 'complete', 'execute', 'next', 'prev')).lenient(),
  /** Which command. */
  node: attr('node').required(),
  /** Which execution of it. Given with the first answer. */
  sessionId: attr('sessionid'),
  status: attr('status', oneOf('canceled', 'completed', 'executing')).lenient(),
  /** The language of this execution. */
  lang: attr('xml:lang'),
  actions: child(Actions),
  notes: children(Note),
  /** The form, where there is one: to be filled in, filled in, or the outcome. */
  form: child(Form),
}) {
  /** What it is about: everything in it but its actions and notes, in the order of precedence (§3.5). */
  get payload(): readonly XmlElement[] {
    return [...this.xml.elements()].filter(({ namespace }) => namespace !== NS_COMMANDS);
  }
}

/** `<x/>` of XEP-0066: a URL that an execution ends with. */
export class CommandUrl extends element('x', 'jabber:x:oob', { url: childText('url'), desc: childText('desc') }) {}

/** Somebody asks for an action that is none. */
export class MalformedAction extends element('malformed-action', NS_COMMANDS) {}
/** The action is not offered at this stage. */
export class BadAction extends element('bad-action', NS_COMMANDS) {}
/** The language is not one that the command speaks. */
export class BadLocale extends element('bad-locale', NS_COMMANDS) {}
/** What was submitted does not answer the form. */
export class BadPayload extends element('bad-payload', NS_COMMANDS) {}
/** There is no such execution, or it is somebody else's. */
export class BadSessionId extends element('bad-sessionid', NS_COMMANDS) {}
/** The execution has ended. */
export class SessionExpired extends element('session-expired', NS_COMMANDS) {}
