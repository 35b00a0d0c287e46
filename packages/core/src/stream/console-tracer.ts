import type { XmlElement } from '@sestina/xml';
import { consoleLine } from '../services/console-line.js';
import { Tracer } from './tracer.js';

/**
 * A tracer that writes a line for each element, `RECV` or `SEND` before its XML: `new ClientXMPP({ …, tracer: consoleTracer() })`.
 * @param write Takes the line. Default: the console.
 */
export function consoleTracer(write: (line: string) => void = consoleLine): Tracer {
  return new LineTracer(write);
}

class LineTracer extends Tracer {
  constructor(private readonly write: (line: string) => void) {
    super();
  }

  incoming(element: XmlElement): void {
    this.write(`RECV ${element}`);
  }

  outgoing(element: XmlElement): void {
    this.write(`SEND ${element}`);
  }
}
