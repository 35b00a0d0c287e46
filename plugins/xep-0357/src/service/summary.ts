import { JID } from '@sestina/core';
import type { Form } from '@sestina/xep-0004';
import { NS_PUSH_SUMMARY } from '../stanza.js';

/** What a server says of what has happened; much of it only where it was told to (XEP-0357 §7). */
export interface PushSummary {
  /** Messages that wait. */
  readonly messages?: number;
  /** Requests to see our presence that wait. */
  readonly subscriptions?: number;
  /** Who has sent the last message. */
  readonly sender?: JID;
  /** What that says. */
  readonly body?: string;
}

/** What can be read of a summary. */
export function summaryOf(form: Form | undefined): PushSummary {
  if (form?.formType !== NS_PUSH_SUMMARY) return {};
  const value = (name: string): string | undefined => form.field(name)?.value;
  const messages = countOf(value('message-count'));
  const subscriptions = countOf(value('pending-subscription-count'));
  const sender = JID.tryParse(value('last-message-sender') ?? '');
  const body = value('last-message-body');
  return {
    ...(messages !== undefined && { messages }),
    ...(subscriptions !== undefined && { subscriptions }),
    ...(sender && { sender }),
    ...(body !== undefined && { body }),
  };
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
