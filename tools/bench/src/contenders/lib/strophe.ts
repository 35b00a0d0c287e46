/** An element of the DOM. */
export interface DomElement {
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly firstChild: DomElement | null;
  readonly nextSibling: DomElement | null;
  getAttribute(name: string): string | null;
}

interface Builder {
  c(name: string, attributes?: Record<string, string>): Builder;
  t(text: string): Builder;
  up(): Builder;
  toString(): string;
}

interface Connection {
  connected: boolean;
  authenticated: boolean;
  /** What takes the messages of the WebSocket. */
  readonly _proto: { _onMessage(message: { data: string }): void };
  addHandler(handler: (stanza: DomElement) => boolean, namespace: string | null, name: string): void;
}

/** As much of strophe.js as is used here. */
export interface StropheModule {
  $msg(attributes: Record<string, string>): Builder;
  readonly Strophe: { Connection: new (service: string) => Connection };
}
