/** How a place where the server may be behaves to whoever comes. */
export type Behaviour =
  | 'bind-error'
  | 'busy-login'
  | 'closes'
  | 'ghost'
  | 'good'
  | 'half-header'
  | 'http'
  | 'no-features'
  | 'refuses'
  | 'silent'
  | 'swallows'
  | 'tls-break'
  | 'wrong-login'
  | `redirects to ${string}`
  | `says ${string}`;

/** One connection, from the side of the server. */
export interface Line {
  send(text: string): void;
  close(): void;
}

const NS_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_STREAMS = 'http://etherx.jabber.org/streams';

/** What a kind of connection writes differently. */
export interface Dialect {
  readonly domain: string;
  readonly component: boolean;
  readonly webSocket: boolean;
}

/** The server's end of one connection: as much of a server as it takes to log in, badly or well. */
export class Peer {
  readonly #behaviour: Behaviour;
  readonly #dialect: Dialect;
  readonly #line: Line;
  #text = '';
  #loggedIn = false;
  #open = true;
  /** Whether there was a session. */
  session = false;

  constructor(behaviour: Behaviour, dialect: Dialect, line: Line) {
    this.#behaviour = behaviour;
    this.#dialect = dialect;
    this.#line = line;
    if (behaviour === 'closes') this.close();
  }

  get open(): boolean {
    return this.#open;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#line.close();
  }

  /** The other side has closed. */
  closed(): void {
    this.#open = false;
  }

  /** Ends the stream with that error. */
  fail(condition: string, text = ''): void {
    this.#send(`<error xmlns='${NS_STREAMS}'><${condition} xmlns='${NS_ERRORS}'>${text}</${condition}></error>`);
    this.#goodbye();
    this.close();
  }

  received(text: string): void {
    if (!this.#open || this.#behaviour === 'silent') return;
    this.#text += text;
    if (this.#behaviour === 'http') {
      this.#line.send('HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html><body>no</body></html>');
      this.close();
      return;
    }
    for (let answered = true; answered && this.#open; ) answered = this.#answer();
  }

  /** Takes what stands at the beginning of the text, and answers it. */
  #answer(): boolean {
    return (
      this.#take(/^\s*<\?xml[^>]*\?>/, () => {}) ||
      this.#take(/^\s*<(?:stream:stream|open)\b[^>]*>/, () => this.#header()) ||
      this.#take(/^\s*<starttls\b[^>]*>/, () => this.#send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")) ||
      this.#take(/^\s*<auth\b[^>]*?(?:\/>|>.*?<\/auth>)/, () => this.#login()) ||
      this.#take(/^\s*<handshake\b.*?<\/handshake>/, () => this.#handshake()) ||
      this.#take(/^\s*<iq\b.*?<\/iq>/, (iq) => this.#iq(iq)) ||
      this.#take(/^\s*<(?:\/stream:stream|close\b[^>]*)>/, () => this.#leave()) ||
      this.#tls()
    );
  }

  /** A TLS record means nothing here. */
  #tls(): boolean {
    if (this.#text.charCodeAt(0) === 0x16) this.close();
    return false;
  }

  #take(pattern: RegExp, act: (text: string) => void): boolean {
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return false;
    this.#text = this.#text.slice(found.length);
    act(found);
    return true;
  }

  #header(): void {
    const { domain, component, webSocket } = this.#dialect;
    const half = this.#behaviour === 'half-header';
    const about = `from='${domain}' ${half ? '' : "id='s1'"} ${component ? '' : "version='1.0'"}`;
    const content = component ? 'jabber:component:accept' : 'jabber:client';
    this.#send(
      webSocket
        ? `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' ${about}/>`
        : `<stream:stream xmlns='${content}' xmlns:stream='${NS_STREAMS}' ${about}>`,
    );
    if (half) return;
    const [, does, what = ''] = /^(says|redirects to) (.*)/.exec(this.#behaviour) ?? [];
    if (does === 'says') this.fail(what);
    else if (does === 'redirects to') this.fail('see-other-host', what);
    else if (!component) this.#send(`<features xmlns='${NS_STREAMS}'>${this.#features()}</features>`);
  }

  #features(): string {
    if (this.#loggedIn) return `<bind xmlns='${NS_BIND}'/>`;
    if (this.#behaviour === 'no-features') return '';
    if (this.#behaviour === 'tls-break')
      return "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
    return `<mechanisms xmlns='${NS_SASL}'><mechanism>ANONYMOUS</mechanism></mechanisms>`;
  }

  #login(): void {
    const refusal = { 'busy-login': 'temporary-auth-failure', 'wrong-login': 'not-authorized' }[
      this.#behaviour as string
    ];
    if (refusal) {
      this.#send(`<failure xmlns='${NS_SASL}'><${refusal}/></failure>`);
      return;
    }
    this.#loggedIn = true;
    this.#send(`<success xmlns='${NS_SASL}'/>`);
  }

  #handshake(): void {
    const { component } = this.#dialect;
    if (this.#behaviour === 'wrong-login') this.fail('not-authorized');
    else if (this.#behaviour === 'ghost') this.fail('conflict');
    else if (this.#behaviour === 'good' && component) {
      this.session = true;
      this.#send("<handshake xmlns='jabber:component:accept'/>");
    } else this.close();
  }

  #iq(iq: string): void {
    const id = / id=['"]([^'"]*)['"]/.exec(iq)?.[1] ?? '';
    const about = `xmlns='jabber:client' id='${id}' from='${this.#dialect.domain}'`;
    if (!iq.includes(NS_BIND)) {
      const ns = this.#dialect.component ? " to='bot.example.org'" : '';
      this.#send(`<iq ${about}${ns} type='error'/>`);
      return;
    }
    const condition = { ghost: 'conflict', 'bind-error': 'internal-server-error' }[this.#behaviour as string];
    if (condition) {
      const error = `<error type='wait'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
      this.#send(`<iq xmlns='jabber:client' id='${id}' type='error'>${error}</iq>`);
      return;
    }
    this.session = true;
    const jid = `<jid>someone@${this.#dialect.domain}/bot</jid>`;
    this.#send(`<iq xmlns='jabber:client' id='${id}' type='result'><bind xmlns='${NS_BIND}'>${jid}</bind></iq>`);
  }

  #leave(): void {
    this.#goodbye();
    this.close();
  }

  #goodbye(): void {
    this.#send(this.#dialect.webSocket ? "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>" : '</stream:stream>');
  }

  #send(text: string): void {
    if (this.#open) this.#line.send(text);
  }
}
