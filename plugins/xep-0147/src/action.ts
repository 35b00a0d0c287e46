import { JID } from '@sestina/core';
import { XmppUri } from './xmpp-uri.js';

/** What a message is to have that only its sender may say: whoever wrote the URI says it here. Show it, and believe nothing of it. */
export interface UntrustedMessage {
  readonly from: string | undefined;
  readonly id: string | undefined;
  readonly type: string | undefined;
}

/** What a URI asks for, in the words of the registry of XEP-0147. All of it changes something: a person confirms it first (§5). */
export type XmppAction =
  | { readonly kind: 'command'; readonly node: string | undefined; readonly action: string | undefined }
  | {
      readonly kind: 'disco';
      readonly node: string | undefined;
      readonly request: 'info' | 'items';
    }
  | { readonly kind: 'ibr'; readonly preauth: string | undefined }
  | { readonly kind: 'invite'; readonly invited: JID | undefined; readonly password: string | undefined }
  | { readonly kind: 'join'; readonly password: string | undefined }
  | {
      readonly kind: 'message';
      readonly subject: string | undefined;
      readonly body: string | undefined;
      readonly thread: string | undefined;
      readonly untrusted: UntrustedMessage;
    }
  | {
      readonly kind: 'pubsub';
      readonly node: string | undefined;
      readonly item: string | undefined;
      readonly action: string | undefined;
    }
  | {
      readonly kind: 'recvfile';
      readonly sid: string | undefined;
      readonly name: string | undefined;
      readonly mediaType: string | undefined;
      readonly size: number | undefined;
    }
  | {
      readonly kind: 'register' | 'remove' | 'unregister' | 'unsubscribe' | 'vcard';
      readonly preauth: string | undefined;
    }
  | {
      readonly kind: 'roster' | 'subscribe';
      readonly name: string | undefined;
      readonly groups: readonly string[];
      readonly preauth: string | undefined;
    };

/** Reads what a URI asks for; undefined where it says nothing, or something that is not known here: look at `action` then. */
export function readAction(uri: XmppUri): XmppAction | undefined {
  const text = (key: string): string | undefined => uri.param(key);
  const kind = uri.action;
  switch (kind) {
    case 'command':
      return { kind, node: text('node'), action: text('action') };
    case 'disco':
      return { kind, node: text('node'), request: text('request') === 'items' ? 'items' : 'info' };
    case 'ibr':
      return { kind, preauth: text('preauth') };
    case 'invite':
      return { kind, invited: JID.tryParse(text('jid') ?? ''), password: text('password') };
    case 'join':
      return { kind, password: text('password') };
    case 'message': {
      const untrusted = { from: text('from'), id: text('id'), type: text('type') };
      return { kind, subject: text('subject'), body: text('body'), thread: text('thread'), untrusted };
    }
    case 'pubsub':
      return { kind, node: text('node'), item: text('item'), action: text('action') };
    case 'recvfile':
      return { kind, sid: text('sid'), name: text('name'), mediaType: text('mime-type'), size: sizeIn(text('size')) };
    case 'register':
    case 'remove':
    case 'unregister':
    case 'unsubscribe':
    case 'vcard':
      return { kind, preauth: text('preauth') };
    case 'roster':
    case 'subscribe':
      return { kind, name: text('name'), groups: uri.all('group'), preauth: text('preauth') };
    default:
      // A link to a node need not say what is to be done with it (XEP-0060 §12.22).
      return kind === undefined && text('node') !== undefined
        ? { kind: 'pubsub', node: text('node'), item: text('item'), action: undefined }
        : undefined;
  }
}

const sizeIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** A link to a node, or to one of its items (XEP-0060 §12.22). @throws JidError for what is no address. */
export function pubsubUri(jid: JID | string, node: string, item?: string): XmppUri {
  const params: [string, string][] = [['node', node]];
  if (item !== undefined) params.push(['item', item]);
  return new XmppUri({ jid, params });
}
