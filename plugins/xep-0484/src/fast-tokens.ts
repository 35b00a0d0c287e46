import { BaseXMPP, NoSessionError, Plugin, type RequestOptions, viewOf, type XmlElement } from '@sestina/core';
import type { NegotiationContext } from '@sestina/core/connection';
import { HtMechanism } from '@sestina/sasl';
import { Sasl2 } from '@sestina/xep-0388';
import type { InlineWay, LoginAttempt, LoginResult } from '@sestina/xep-0388/inline';
import { KeptTokens } from './kept-tokens.js';
import { checkOptions, FastTokensOptions } from './options.js';
import { FastLogin, FastOffer, NS_FAST, RequestToken, TokenElement } from './stanza.js';

// By the server's clock, which may be that far off.
const SKEW = 24 * 60 * 60 * 1_000;
// What binds to this connection alone comes before what binds to the certificate.
const BINDINGS = ['EXPR', 'UNIQ', 'ENDP', 'NONE'] as const;
const HASHES = ['SHA-512', 'SHA-256'] as const;

declare module '@sestina/core' {
  interface XMPPEvents {
    /** The server gave a token, with which the next login is made (XEP-0484). `expires`: until when, where it says so. */
    fastToken: { readonly expires: Date | undefined; readonly mechanism: string };
  }
}

/** What was asked for in an attempt. */
interface Asked {
  readonly attempt: LoginAttempt;
  /** The mechanism of a token that the server gives. */
  readonly mechanism: string;
}

/**
 * XEP-0484: Fast Authentication Streamlining Tokens, version 0.2.0. Asks for a token at each login by password, and logs in with it from
 * then on, in one round trip. A token that the server refuses is forgotten, and the login goes on by password. Clients only.
 */
export class FastTokens extends Plugin {
  static override readonly id = 'xep-0484';
  static override readonly Options = FastTokensOptions;
  static override readonly kinds = ['client'] as const;
  static override readonly inject = [BaseXMPP, Sasl2, FastTokensOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: FastTokensOptions;
  readonly #tokens: KeptTokens;
  #asked: Asked | undefined;
  /** Somebody logs out. */
  #revoking = false;
  #revoked = false;

  /** @throws ConfigError for an option that cannot be. */
  constructor(xmpp: BaseXMPP, sasl2: Sasl2, options: FastTokensOptions) {
    super();
    checkOptions(options);
    this.#xmpp = xmpp;
    this.#options = options;
    this.#tokens = new KeptTokens(xmpp);
    this.own(
      sasl2.inline({
        namespace: NS_FAST,
        way: (offered, clientId, context) => this.#way(offered, clientId, context),
        offer: (offered, attempt) => this.#offer(offered, attempt),
        done: (result, attempt) => this.#done(result, attempt),
      }),
    );
  }

  /** Whether there is a token; what an earlier process has kept is known once somebody has connected. */
  get state(): 'expired' | 'held' | 'none' {
    const { token } = this.#tokens;
    if (!token) return 'none';
    return (token.expires ?? Number.POSITIVE_INFINITY) > this.#xmpp.clock.now() ? 'held' : 'expired';
  }

  /** Until when the token is good, by the server's clock; undefined without one, and where the server did not say. */
  get expires(): Date | undefined {
    const { expires } = this.#tokens.token ?? {};
    return expires === undefined ? undefined : new Date(expires);
  }

  /**
   * Logs out for good: ends the session, and logs in a last time to have the server forget the token. Resolves once neither side knows it
   * any more.
   * @throws what `connect()` does where the server cannot be reached: the token is kept then, so that it can be tried again. The signal's
   *   reason.
   */
  async revoke({ signal }: RequestOptions = {}): Promise<void> {
    await this.untilRemoved(signal, async (ends) => {
      await this.#xmpp.disconnect();
      ends.throwIfAborted();
      this.#revoking = true;
      this.#revoked = false;
      try {
        await this.#xmpp.connect({ signal: ends });
      } catch (error) {
        // One that the server does not know any more is as good as revoked.
        if (!this.#revoked && !(error instanceof NoSessionError)) throw error;
      } finally {
        this.#revoking = false;
      }
      await this.#tokens.settled();
    });
  }

  async #way(
    offered: XmlElement,
    clientId: string | undefined,
    context: NegotiationContext,
  ): Promise<InlineWay | undefined> {
    const { local } = this.#xmpp.account;
    if (clientId === undefined || local === undefined) return undefined;
    const token = await this.#tokens.of(clientId, context.signal);
    // Nothing is left to do for who logs out.
    if (this.#revoking && !token) throw new NoSessionError(FastOffer.tag);
    if (!token || !isTrusted(context)) return undefined;
    if ((token.expires ?? Number.POSITIVE_INFINITY) + SKEW < this.#xmpp.clock.now()) {
      this.#tokens.delete(clientId);
      return undefined;
    }
    // It is bound to its mechanism: where the connection or the server has another one now, a password gets another token.
    const usable = mechanismsOf(offered).includes(token.mechanism) && this.#mayUse(token.mechanism);
    const mechanism = usable && HtMechanism.named(token.mechanism, context.link.transport.channelBindingTypes);
    if (!mechanism) return undefined;
    return {
      mechanism,
      credentials: { username: local, hashedToken: token.token },
      alone: this.#revoking,
      refused: () => {
        this.#revoked = this.#revoking;
        this.#tokens.delete(clientId);
      },
    };
  }

  #offer(offered: XmlElement, attempt: LoginAttempt): XmlElement | undefined {
    this.#asked = undefined;
    const { mechanism, clientId, context } = attempt;
    if (clientId === undefined || this.#xmpp.account.local === undefined || !isTrusted(context)) return undefined;
    if (mechanism.startsWith('HT-')) {
      this.#asked = { attempt, mechanism };
      return new FastLogin({ invalidate: this.#revoking || undefined }).xml;
    }
    const wanted = this.#strongest(mechanismsOf(offered), context);
    if (wanted === undefined || this.#revoking) return undefined;
    this.#asked = { attempt, mechanism: wanted };
    return new RequestToken({ mechanism: wanted }).xml;
  }

  #done({ success }: LoginResult, attempt: LoginAttempt): 'done' | undefined {
    const asked = this.#asked;
    this.#asked = undefined;
    const { clientId } = attempt;
    if (asked?.attempt !== attempt || clientId === undefined) return undefined;
    if (this.#revoking) {
      this.#tokens.delete(clientId);
      this.#revoked = true;
      return 'done';
    }
    const xml = success.child(TokenElement.tag, NS_FAST);
    if (!xml) return undefined;
    const { token = '', expiry } = viewOf(TokenElement, xml);
    const { mechanism } = asked;
    if (!this.#tokens.set({ token, mechanism, clientId, expires: expiry?.getTime() })) return undefined;
    this.#xmpp.emit('fastToken', { expires: expiry, mechanism });
    return undefined;
  }

  #mayUse(mechanism: string): boolean {
    return this.#options.channelBinding === 'prefer' || !mechanism.endsWith('-NONE');
  }

  /** The mechanism for which a token is asked for. */
  #strongest(offered: readonly string[], { link }: NegotiationContext): string | undefined {
    const names = BINDINGS.flatMap((binding) => HASHES.map((hash) => `HT-${hash}-${binding}`));
    return names.find(
      (name) =>
        offered.includes(name) && this.#mayUse(name) && HtMechanism.named(name, link.transport.channelBindingTypes),
    );
  }
}

/** Whether the certificate was checked: what is said to anybody else gives the account away (XEP-0484 §6). */
function isTrusted({ link }: NegotiationContext): boolean {
  return link.transport.secure && link.transport.verified !== false;
}

function mechanismsOf(offered: XmlElement): readonly string[] {
  return viewOf(FastOffer, offered).mechanisms.map((name) => name.trim());
}
