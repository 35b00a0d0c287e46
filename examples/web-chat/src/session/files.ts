import type { Message } from '@sestina/core';
import { isAttachment, schemeOf } from '@sestina/xep-0066';
import { sniffImage } from '@sestina/xep-0084';
import { HttpUpload } from '@sestina/xep-0363';
import { FileMetadata, safeName } from '@sestina/xep-0446';
import { FileShare, FileSharing, FileSources, UrlData } from '@sestina/xep-0447';
import { reasonOf } from '../reason.js';
import type { Conversation } from '../store/conversation.js';
import { type Attachment, type Line, PLAIN } from '../store/line.js';
import type { Outgoing } from './outgoing.js';
import type { Parts } from './parts.js';

/** Bytes of a picture of a contact that is loaded unasked: its host sees who looks. */
const SMALL = 262_144;
/** Bytes of a file that is loaded when somebody asks for it. */
const LARGE = 52_428_800;

/** The files that a message shares; nothing is fetched for that. */
export function attachmentsOf(message: Message): Attachment[] {
  return sharesOf(message).map(({ file }) => ({
    name: safeName(file?.name),
    type: file?.mediaType ?? '',
    size: file?.size,
    url: undefined,
  }));
}

/** What a message shares, as programs of today say it, or as an address alone. */
function sharesOf(message: Message): FileShare[] {
  const shares = [...message.sharedFiles].slice(0, 10);
  const { oob } = message;
  if (shares.length > 0 || !oob?.url || !isAttachment(message) || schemeOf(oob.url) !== 'https') return shares;
  const name = safeName(new URL(oob.url).pathname.split('/').at(-1));
  return [shareOf(new FileMetadata({ name, mediaType: typeOf(name) }), oob.url)];
}

function shareOf(file: FileMetadata, url: string): FileShare {
  const share = new FileShare({ disposition: 'inline', file, sources: new FileSources() });
  share.sources?.urls.add(new UrlData({ target: url }));
  return share;
}

function typeOf(name: string): string | undefined {
  const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
  return ['gif', 'jpeg', 'jpg', 'png', 'webp'].includes(extension) ? 'image/*' : undefined;
}

/** Files: ours on their way up, those of others when they are asked for. */
export class Files {
  readonly #parts: Parts & { readonly outgoing: Outgoing };
  /** By the key of its line, what is on its way up, or has failed to get there. */
  readonly #uploads = new Map<string, { readonly file: File; readonly controller: AbortController }>(); // bound: what somebody has chosen
  readonly #urls = new Set<string>(); // bound: files that were looked at
  #count = 0;

  constructor(parts: Parts & { readonly outgoing: Outgoing }) {
    this.#parts = parts;
  }

  /** Uploads a file, and shares it then. Meanwhile a line shows how far it is. */
  async send(conversation: Conversation, file: File): Promise<void> {
    const { xmpp, people, originals, outgoing, changed } = this.#parts;
    const key = `upload ${++this.#count}`;
    const controller = new AbortController();
    this.#uploads.set(key, { file, controller });
    const upload = { name: safeName(file.name), size: file.size, sent: 0 };
    const order = originals.orderOf(false);
    conversation.add({
      ...PLAIN,
      key,
      mine: true,
      speaker: people.self,
      at: new Date(),
      order,
      state: 'waiting',
      upload,
    });
    changed();
    try {
      const { url, type, hash } = await xmpp.plugin(HttpUpload).upload(file, {
        signal: controller.signal,
        onProgress: ({ sent }) => {
          conversation.change(key, { upload: { ...upload, sent } });
          changed();
        },
      });
      const share = shareOf(FileMetadata.of(file, { name: upload.name, hashes: hash ? [hash] : [] }), url);
      const message = xmpp.plugin(FileSharing).attach(outgoing.message(conversation, undefined), share);
      this.#uploads.delete(key);
      conversation.remove(key);
      const shown = { name: upload.name, type: type ?? '', size: file.size, url: this.#urlOf(file) };
      outgoing.say(conversation, message, { text: '', files: [shown] });
    } catch (error) {
      if (controller.signal.aborted) conversation.remove(key);
      else conversation.change(key, { state: 'failed', reason: reasonOf(error) });
      changed();
    }
  }

  /** Once more, what could not be uploaded. */
  retry(conversation: Conversation, key: string): void {
    const file = this.#uploads.get(key)?.file;
    this.#uploads.delete(key);
    conversation.remove(key);
    if (file) void this.send(conversation, file);
  }

  /** Does not upload it after all. */
  cancel(conversation: Conversation, key: string): void {
    this.#uploads.get(key)?.controller.abort();
    this.#uploads.delete(key);
    conversation.remove(key);
    this.#parts.changed();
  }

  /** Whether a file may be loaded before somebody asks for it: a small picture of a contact. */
  isHarmless({ kind }: Conversation, { mine, speaker }: Line, { type, size }: Attachment): boolean {
    const isKnown = mine || (kind === 'chat' && this.#parts.people.isContact(speaker.id));
    return isKnown && type.startsWith('image/') && size !== undefined && size <= SMALL;
  }

  /** Fetches a file, compared with its hashes. @throws where it cannot be had. */
  async load(conversation: Conversation, key: string, index: number): Promise<void> {
    const { xmpp, originals, changed } = this.#parts;
    const message = originals.get(key)?.message;
    const share = message && sharesOf(message)[index];
    if (!share) throw new Error('This file is not known any more.');
    const { data } = await xmpp.plugin(FileSharing).fetch(share, { from: message, maxBytes: LARGE });
    // What it is says its own beginning, not its sender. All else is only to be saved.
    const type = sniffImage(data)?.type ?? 'application/octet-stream';
    const url = this.#urlOf(new Blob([data.slice()], { type }));
    const files = conversation.get(key)?.files.map((file, at) => (at === index ? { ...file, type, url } : file));
    if (files) conversation.change(key, { files });
    changed();
  }

  end(): void {
    for (const { controller } of this.#uploads.values()) controller.abort();
    for (const url of this.#urls) URL.revokeObjectURL(url);
  }

  #urlOf(file: Blob): string {
    const url = URL.createObjectURL(file);
    this.#urls.add(url);
    return url;
  }
}
