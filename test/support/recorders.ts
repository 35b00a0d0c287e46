import { Logger, Tracer, type XmlElement } from '@sestina/core';
import type { LogFields } from '@sestina/core/connection';
import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { TcpTransportFactory } from '@sestina/tcp';

/** Keeps what is logged, a line each. */
export class RecordingLogger extends Logger {
  /** Everything. */
  readonly lines: string[] = [];
  /** Warnings and errors. */
  readonly complaints: string[] = [];

  debug(message: string, fields?: LogFields): void {
    this.#add('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#add('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.complaints.push(this.#add('warn', message, fields));
  }

  error(message: string, fields?: LogFields): void {
    this.complaints.push(this.#add('error', message, fields));
  }

  #add(level: string, message: string, fields: LogFields | undefined): string {
    const error = fields?.['error'];
    const detail = error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(fields ?? {});
    const line = `${level}: ${message} ${detail}`;
    this.lines.push(line);
    return line;
  }
}

/** Keeps what a tracer is shown, as text. */
export class RecordingTracer extends Tracer {
  readonly received: string[] = [];
  readonly sent: string[] = [];

  incoming(element: XmlElement): void {
    this.received.push(element.toString());
  }

  outgoing(element: XmlElement): void {
    this.sent.push(element.toString());
  }
}

/** TCP transports that keep what is written to them: what is really on the wire, below TLS. */
export class RecordingTransports extends TransportFactory {
  readonly #factory = new TcpTransportFactory();
  readonly written: string[] = [];

  supports(target: TransportTarget): boolean {
    return this.#factory.supports(target);
  }

  create(target: TransportTarget): Transport {
    const transport = this.#factory.create(target);
    const write = transport.write.bind(transport);
    transport.write = (text) => {
      this.written.push(text);
      return write(text);
    };
    return transport;
  }
}
