import { BaseXMPP, type ElementClass, type ElementView, JID, type Message, Plugin, Registration } from '@sestina/core';
import { checkOption } from '@sestina/core/connection';
import { HttpStatusError, httpClientOf } from '@sestina/http';
import { Hashes } from '@sestina/xep-0300';
import { HttpUpload, type UploadSource } from '@sestina/xep-0363';
import { FallbackIndication } from '@sestina/xep-0428';
import { FileMetadata } from '@sestina/xep-0446';
import { addFallback, attachFiles } from './attaching.js';
import { SharedFileTooLargeError } from './errors.js';
import {
  candidates,
  type FetchedFile,
  type FetchOptions,
  FileCache,
  type FileSourceKind,
  fetchFrom,
  type RegisteredKind,
} from './fetching.js';
import { KnownShares } from './known-shares.js';
import { FileSharingOptions, type SharedFile, type ShareFileOptions } from './options.js';
import { AttachTo, FileShare, FileSources, NS_FILE_SHARING, UrlData } from './stanza.js';

/** A file that is about to be shared. */
type Announcement = Pick<ShareFileOptions, 'caption' | 'disposition' | 'messageType'>;

// Files of one message that are told of.
const MOST_FILES = 50;

/**
 * XEP-0447: Stateless file sharing, version 0.3.1. Shares files in messages, with where they can be fetched; tells of those that others share,
 * and fetches what is asked for, compared with its hashes.
 */
export class FileSharing extends Plugin {
  static override readonly id = 'xep-0447';
  static override readonly Options = FileSharingOptions;
  static override readonly inject = [BaseXMPP, FallbackIndication, Hashes, FileSharingOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #hashes: Hashes;
  readonly #options: FileSharingOptions;
  readonly #known = new KnownShares();
  readonly #cache: FileCache;
  #kinds: readonly RegisteredKind[] = [];

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, fallback: FallbackIndication, hashes: Hashes, options: FileSharingOptions) {
    super();
    const { maxBytes, cacheBytes } = options;
    for (const [name, value] of Object.entries({ maxBytes, cacheBytes })) {
      checkOption(name, value, Number.isSafeInteger(value) && value >= 0, 'a number of bytes');
    }
    this.#xmpp = xmpp;
    this.#hashes = hashes;
    this.#options = options;
    this.#cache = new FileCache(cacheBytes);
    const sources = ['stream', 'carbon', 'archive'] as const;
    this.own(
      xmpp.advertise(NS_FILE_SHARING),
      fallback.understands(NS_FILE_SHARING),
      // It is told of as what it is: there is nothing to read.
      xmpp.messages.classify(FileShare, ({ body }) => (body === undefined ? 'annotation' : undefined)),
      xmpp.onMessage((message) => this.#shared(message), { payload: FileShare, sources }),
      xmpp.onMessage((message, added) => this.#added(message, added), { payload: FileSources, sources }),
      this.defineFileSource(UrlData, {
        isSecure: ({ xml }) => /^https:/i.test(xml.attribute('target') ?? ''),
        fetch: (source, bounds) => this.#fetchUrl(source, bounds),
      }),
    );
  }

  /** Says how files are fetched from sources of a further kind. The one that was defined last counts. */
  defineFileSource<V extends ElementView>(cls: ElementClass<V>, kind: FileSourceKind<V>): Registration {
    const registered = { ...kind, cls } as unknown as RegisteredKind;
    this.#kinds = [registered, ...this.#kinds];
    return new Registration(() => {
      this.#kinds = this.#kinds.filter((other) => other !== registered);
    });
  }

  /**
   * Puts files into a message that is to be sent. Several get ids; just one address is there for other programs, too, as a fallback.
   * @throws TypeError for two files with one id.
   */
  attach(message: Message, shares: FileShare | readonly FileShare[]): Message {
    return attachFiles(message, shares instanceof FileShare ? [shares] : shares, () => this.#xmpp.random.id());
  }

  /**
   * Uploads a file and shares it. `HttpUpload` has to be installed.
   * @throws PluginError without it; what `HttpUpload.upload()` throws.
   */
  share(to: JID | string, file: UploadSource, options: ShareFileOptions = {}): Promise<SharedFile> {
    return this.untilRemoved(options.signal, async (signal) => {
      // Before anything is uploaded for nobody.
      const address = JID.from(to);
      const upload = this.#xmpp.plugin(HttpUpload);
      const { name = nameOf(file), desc, width, height, length } = options;
      const { url, size, type, hash } = await upload.upload(file, { ...options, signal });
      const metadata = new FileMetadata({ name, mediaType: type, size, desc, width, height, length });
      if (hash) metadata.hashes.add(hash);
      const share = new FileShare({ disposition: options.disposition, file: metadata, sources: new FileSources() });
      share.sources?.urls.add(new UrlData({ target: url }));
      return this.#send(address, share, options);
    });
  }

  /** Shares what is known of a file before it can be fetched: `addSource()` says where, once that is known. */
  announce(to: JID | string, metadata: FileMetadata, options: Announcement = {}): SharedFile {
    this.lifetime.throwIfAborted();
    return this.#send(
      to,
      new FileShare({ id: this.#xmpp.random.id(), disposition: options.disposition, file: metadata }),
      options,
    );
  }

  /** Says where a file that was shared can be fetched, too. */
  addSource({ to, messageId, share, sending }: SharedFile, url: string): SharedFile['sending'] {
    this.lifetime.throwIfAborted();
    const type = sending.element.attribute('type');
    const message = this.#xmpp.message({ to, type: type === 'groupchat' ? 'groupchat' : 'chat' });
    message.attachTo = new AttachTo({ id: messageId });
    message.attachedSources = new FileSources({ id: share.id });
    message.attachedSources?.urls.add(new UrlData({ target: url }));
    addFallback(message, url);
    message.hints = ['store'];
    return message.send();
  }

  /**
   * Fetches a file that was shared: what is at hand by its hash, else from one source after the other, those first that learn nothing of us.
   * Without a hash that proves the file, only what its sender has named counts, over https. It is kept as a whole.
   * @throws SharedFileTooLargeError; FileUnavailableError, with what each source failed with; the signal's reason.
   */
  fetch(share: FileShare, options: FetchOptions = {}): Promise<FetchedFile> {
    return this.untilRemoved(options.signal, async (signal) => {
      const { file } = share;
      const { maxBytes = this.#options.maxBytes } = options;
      const { size } = file ?? {};
      if (size !== undefined && size > maxBytes) throw new SharedFileTooLargeError(size, maxBytes);
      const hashes = [...(file?.hashes ?? [])];
      const kept = this.#cache.get(file);
      const fits = kept && kept.length <= maxBytes && kept.length === (size ?? kept.length);
      if (fits && (await this.#hashes.verify(kept, hashes, { signal })) === 'ok') {
        return { data: kept.slice(), verified: true, source: undefined };
      }
      const { proves } = this.#hashes.checking(hashes);
      const added = options.from ? this.#known.addedTo(options.from, share.id) : [];
      const list = candidates(share.sources, added, this.#kinds, proves);
      const fetched = await fetchFrom(this.#xmpp.clock, list, file, this.#hashes, maxBytes, { ...options, signal });
      if (fetched.verified) this.#cache.set(file, fetched.data.slice());
      return fetched;
    });
  }

  #send(to: JID | string, share: FileShare, { caption, messageType }: Announcement): SharedFile {
    const address = JID.from(to);
    const type = messageType ?? (this.#xmpp.claimOf(address)?.kind === 'room' && address.isBare ? 'groupchat' : 'chat');
    const message = this.#xmpp.message({ to: address, type, body: caption, id: this.#xmpp.random.id() });
    this.attach(message, share);
    const sending = message.send();
    return { to: address, messageId: message.id ?? '', share, sending };
  }

  #shared(message: Message): void {
    const { context } = message;
    const files: FileShare[] = [];
    for (const file of message.sharedFiles) if (files.length < MOST_FILES) files.push(file);
    this.#known.add(message);
    this.#xmpp.emit('filesShared', { message, files, context });
  }

  #added(message: Message, sources: FileSources): void {
    const to = message.attachTo?.id;
    if (!to) return;
    const bySender = this.#known.attach(message, to, sources);
    if (bySender !== undefined) this.#xmpp.emit('fileSourcesAdded', { message, to, sources, bySender });
  }

  async *#fetchUrl(
    { xml }: UrlData,
    bounds: { readonly signal: AbortSignal; readonly timeout: number; readonly maxBytes: number },
  ): AsyncGenerator<Uint8Array> {
    const response = await httpClientOf(this.#xmpp).request(xml.attribute('target') ?? '', bounds);
    if (response.status !== 200) {
      response.discard();
      throw new HttpStatusError(response.url.host, response.status);
    }
    yield* response.body;
  }
}

function nameOf(file: UploadSource): string | undefined {
  const { name } = file as { readonly name?: unknown };
  return typeof name === 'string' ? name : undefined;
}
