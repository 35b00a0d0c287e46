import type { Limits, Parser, ParserEvents } from '@sestina/xml';
import type { HeaderExpectation } from './stream-header.js';

/** What we put into the opening of a stream. */
export interface OpeningHeader {
  readonly to: string;
  readonly from?: string | undefined;
  readonly lang?: string | undefined;
  /** `jabber:client` or `jabber:component:accept`. */
  readonly contentNamespace: string;
  /** `1.0`; components send none. */
  readonly version?: string | undefined;
}

/** How a stream is opened, closed and cut into pieces on one kind of transport: RFC 6120 §4 on TCP, RFC 7395 on WebSocket. */
export interface Framing {
  /** The text that opens (or restarts) a stream. */
  open(header: OpeningHeader): string;
  /** The text that closes it. */
  close(): string;
  /** The namespace that a first-level element need not declare, for the serializer; empty where each has to declare its own. */
  readonly implicitNamespace: string;
  /** Namespaces that already have a prefix where elements stand, with that prefix. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** What the peer's header looks like where it is not that of RFC 6120 §4.7. */
  readonly header?: Pick<HeaderExpectation, 'root' | 'streamNamespace'> | undefined;
  /** What to do where what answers does not speak XMPP, as the end of a message. Default: to check host and port. */
  readonly wayOut?: string | undefined;
  /** A parser for a fresh stream. */
  createParser(events: ParserEvents, limits: Limits): Parser;
}

/** Kinds of channel binding data (RFC 5929, RFC 9266). */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';

/** What a transport tells its stream. No call after `close`. */
export interface TransportEvents {
  /** What was read. Bytes belong to the stream from then on: what stands in them is looked at again when a handler asks for it. */
  data(chunk: Uint8Array | string): void;
  /** What was buffered has gone out: `write` returned false before. */
  drain(): void;
  /** Nothing will be read or written any more. Once, and the last call. `error` where it was not a regular end. */
  close(error?: Error): void;
}

/** One connection attempt that succeeded or will: opens once, never reopens. Nothing here may throw out of a callback. */
export interface Transport {
  /** `tcp`, `websocket`, `memory`, … for logs. */
  readonly kind: string;
  readonly framing: Framing;
  /** Whether what is written now is encrypted. */
  readonly secure: boolean;
  /** False where nobody has checked that it is the server (`tls.rejectUnauthorized: false`). Default: it was checked. */
  readonly verified?: boolean | undefined;
  /** Whether `startTls` can work here and now. */
  readonly canStartTls: boolean;
  /** Opens it. Rejects with a typed error (`SestinaError`); `events.close` is then not called. */
  connect(events: TransportEvents, signal: AbortSignal): Promise<void>;
  /** Hands over text. False: it is buffered, wait for `drain` before writing more. Ignored once closed. */
  write(text: string): boolean;
  /** Stops reading until `resume`: back-pressure to the peer. */
  pause(): void;
  resume(): void;
  /** Upgrades to TLS, after which `secure` is true. Bytes that arrived before the handshake reject it. */
  startTls(signal: AbortSignal): Promise<void>;
  /** The version of TLS that is on, as `TLSv1.3`; undefined without TLS, and where the platform does not tell. */
  readonly tlsVersion?: string | undefined;
  /** Channel binding data of that type; undefined where there is none (no TLS, or not with this TLS version). */
  channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined>;
  /** The types for which `channelBinding` gives data, best first. */
  readonly channelBindingTypes: readonly ChannelBindingType[];
  /**
   * What it led to is no good: that place comes last for a while. Gives a transport to the next place where the server may be, not
   * connected yet; undefined where there is none (RFC 6120 §3.2.1). Left out where there is one place only.
   */
  next?(): Transport | undefined;
  /** Writes what is buffered, then closes. `events.close` follows. */
  end(): void;
  /** Closes at once; what is buffered is lost. `events.close` follows, unless it was already called. */
  destroy(): void;
}

/** Where a stream wants to go. */
export interface TransportTarget {
  /** The XMPP domain: what the certificate is checked against, whatever DNS or a redirect says. */
  readonly domain: string;
  /** Connects here instead of asking DNS for the domain. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** The name whose SRV records say where to connect, in place of the domain's: where a redirect names no port. */
  readonly dnsName?: string | undefined;
  /** Connects to no address of this machine or of its link, whatever a name stands for: where a redirect leads. */
  readonly elsewhere?: boolean | undefined;
  /** `client` looks for `_xmpp-client._tcp`, `component` connects to host and port as given. */
  readonly kind: 'client' | 'component';
  /** A `wss://…`, `xmpp://…` or `xmpps://…` address that decides which transport is used. */
  readonly service?: string | undefined;
  /** Node's `tls.connect` options, `ca` among them; ignored in browsers. */
  readonly tls?: Readonly<Record<string, unknown>> | undefined;
}

/** Makes transports. A class, so that it is its own injection token; a connection may have several, the first that fits is taken. */
export abstract class TransportFactory {
  /** Whether it can reach that target. */
  abstract supports(target: TransportTarget): boolean;
  /** A transport that is not connected yet. */
  abstract create(target: TransportTarget): Transport;
}
