import { type AskOptions, BaseXMPP, ConfigError, JID, Plugin, StanzaError } from '@sestina/core';
import { checkOption } from '@sestina/core/connection';
import { within } from '@sestina/core/util';
import { chunksOf, HttpNetworkError, httpClientOf } from '@sestina/http';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { Hash, Hashes } from '@sestina/xep-0300';
import {
  FileTooLargeError,
  NoUploadServiceError,
  UploadHttpError,
  UploadNetworkError,
  UploadQuotaError,
} from './errors.js';
import { HttpUploadOptions, type SlotOptions, type UploadOptions } from './options.js';
import { progressOf } from './progress.js';
import { nameOfPurpose, purposeElement, type UploadPurpose } from './purpose.js';
import { Services, type UploadService } from './services.js';
import { UploadSlot } from './slot.js';
import { namelessly, type SizedSource, sized, type UploadSource } from './source.js';
import { FileTooLarge, Slot, UploadRequest, UploadRetry } from './stanza.js';
import type { UploadedFile } from './uploaded-file.js';

/** XEP-0363: HTTP File Upload, version 1.2.0. Uploads files to a service of our server, where whoever knows their address can fetch them. */
export class HttpUpload extends Plugin {
  static override readonly id = 'xep-0363';
  static override readonly Options = HttpUploadOptions;
  static override readonly inject = [BaseXMPP, ServiceDiscovery, HttpUploadOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: HttpUploadOptions;
  readonly #services: Services;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery, options: HttpUploadOptions) {
    super();
    const { service, nameOf, bufferBytes, uploadTimeout } = options;
    checkOption('nameOf', nameOf, nameOf === 'keep' || nameOf === 'random', "'keep' or 'random'");
    checkOption('bufferBytes', bufferBytes, Number.isSafeInteger(bufferBytes) && bufferBytes >= 0, 'a number of bytes');
    checkOption(
      'uploadTimeout',
      uploadTimeout,
      Number.isFinite(uploadTimeout) && uploadTimeout > 0,
      'a number of milliseconds',
    );
    const named = service === undefined ? undefined : JID.tryParse(`${service}`);
    if (service !== undefined && !named)
      throw new ConfigError('service is the address of an upload service', 'service');
    this.#xmpp = xmpp;
    this.#options = options;
    this.#services = new Services(xmpp, disco, named);
  }

  override sessionEnd(): void {
    this.#services.forget();
  }

  /**
   * The service that files go to, one for that purpose where there is one; undefined where there is none.
   * @throws what `ServiceDiscovery.find()` throws.
   */
  service(purpose?: UploadPurpose, options: AskOptions = {}): Promise<UploadService | undefined> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#services.find(purpose && nameOfPurpose(purpose), { ...options, signal }),
    );
  }

  /**
   * A place for a file. It has to be uploaded within 300 seconds.
   * @throws NoUploadServiceError; FileTooLargeError, before the service is asked where it has said how much it takes; UploadQuotaError;
   *   BadSlotError; what `request()` throws.
   */
  slot(file: SlotOptions, options: AskOptions = {}): Promise<UploadSlot> {
    return this.untilRemoved(options.signal, (signal) => this.#slot(file, { ...options, signal }));
  }

  /**
   * Uploads a file. Where the web server could not be reached, or was out of order, and the file can be read once more, it is tried once
   * again, in another slot. What is in the file, such as the place where a photograph was taken, stays in it.
   * @throws what `slot()` throws; UploadHttpError; UploadNetworkError; TimeoutError; HttpRefusedError and HttpRedirectError for addresses
   *   that nothing may be uploaded to; TypeError for what is no file; the signal's reason.
   */
  upload(file: UploadSource, options: UploadOptions = {}): Promise<UploadedFile> {
    return this.untilRemoved(options.signal, (signal) => this.#upload(file, { ...options, signal }, signal));
  }

  async #slot({ name, size, type, purpose }: SlotOptions, options: AskOptions): Promise<UploadSlot> {
    const service = await this.#services.find(purpose && nameOfPurpose(purpose), options);
    if (!service) throw new NoUploadServiceError(this.#services.domain);
    const { jid, maxSize, purposes } = service;
    const request = new UploadRequest({ filename: name, size, contentType: type });
    if (maxSize !== undefined && size > maxSize) throw new FileTooLargeError(size, maxSize);
    const known = purpose !== undefined && purposes.has(nameOfPurpose(purpose));
    if (known) request.purpose = purposeElement(purpose);
    const { from, signal, timeout } = options;
    const asked = this.#xmpp.iqGet(jid, request, { from, signal, timeout, answer: Slot });
    const slot = await asked.catch((error: unknown) => {
      throw refusalOf(error, size);
    });
    return new UploadSlot(slot, jid.full, known || purpose === undefined || purpose === 'message');
  }

  async #upload(file: UploadSource, options: UploadOptions, signal: AbortSignal): Promise<UploadedFile> {
    const { bufferBytes, uploadTimeout: timeout } = this.#options;
    const read = async (over: AbortSignal): Promise<SizedSource> => {
      const plain = await sized(file, bufferBytes, over);
      return options.encrypt ? options.encrypt(plain) : plain;
    };
    const source = await within(this.#xmpp.clock, read, { what: 'the file to upload', timeout, signal });
    const { size } = source;
    const own = file as { readonly name?: unknown; readonly type?: unknown };
    const { type = typeof own.type === 'string' && own.type !== '' ? own.type : undefined, purpose } = options;
    const given = options.name ?? (typeof own.name === 'string' ? own.name : '');
    const random = this.#xmpp.random.id();
    const name = this.#options.nameOf === 'keep' && given !== '' ? given : namelessly(given, random);
    const told = progressOf(this.#xmpp.clock, size, options.onProgress);
    for (let tries = 1; ; tries++) {
      const slot = await this.#slot({ name, size, type, purpose }, { ...options, signal });
      try {
        const hash = await this.#put(slot, source, { type, signal, told });
        return { url: slot.get, size, type, hash, purposeHonoured: slot.purposeHonoured };
      } catch (error) {
        const passes = error instanceof UploadNetworkError || (error instanceof UploadHttpError && error.retryable);
        if (!passes || tries > 1 || !source.again || signal.aborted) throw error;
      }
    }
  }

  async #put(
    slot: UploadSlot,
    source: SizedSource,
    { type, signal, told }: { type: string | undefined; signal: AbortSignal; told: (sent: number) => void },
  ): Promise<Hash | undefined> {
    const digest = this.#xmpp.plugins.find(Hashes)?.digest('sha-256');
    const open = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunksOf(source.stream())) {
        digest?.update(chunk);
        yield chunk;
      }
    };
    const headers = [...(type === undefined ? [] : ([['Content-Type', type]] as const)), ...slot.headers];
    const request = { method: 'PUT', headers, body: { size: source.size, open }, signal, onSent: told } as const;
    const timeout = this.#options.uploadTimeout;
    const sending = httpClientOf(this.#xmpp).request(slot.put, {
      ...request,
      timeout,
      maxRedirects: 0,
      maxBytes: 65_536,
    });
    const response = await sending.catch((error: unknown) => {
      throw error instanceof HttpNetworkError ? new UploadNetworkError({ cause: error }) : error;
    });
    response.discard();
    if (response.status < 200 || response.status > 204) throw new UploadHttpError(response.status);
    // The answer may come before we are told that the last piece has gone.
    told(source.size);
    return digest && new Hash({ algo: 'sha-256', value: digest.digest() });
  }
}

/** What a service means by an error. */
function refusalOf(error: unknown, size: number): unknown {
  if (!(error instanceof StanzaError)) return error;
  const tooLarge = error.applicationAs(FileTooLarge);
  if (tooLarge) return new FileTooLargeError(size, tooLarge.maxFileSize, { cause: error });
  const retry = error.applicationAs(UploadRetry);
  return retry ? new UploadQuotaError(retry.stamp, { cause: error }) : error;
}
