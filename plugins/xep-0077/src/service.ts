import type { Audience, JID } from '@sestina/core';
import type { Form } from '@sestina/xep-0004';
import type { RegistrationField } from './stanza.js';

/** What somebody is told who wants to register, or is registered. */
export interface RegistrationInfo {
  /** Whether that account is registered. */
  readonly registered: boolean;
  /** For people. */
  readonly instructions?: string | undefined;
  /** The plain fields that are asked for, with what is kept of who asks. A password is never told. */
  readonly fields?: { readonly [K in RegistrationField]?: string | undefined } | undefined;
  /** Takes the place of the fields for whoever knows forms. */
  readonly form?: Form | undefined;
  /** Where one registers otherwise. */
  readonly url?: string | undefined;
}

/** What somebody has answered. It may hold a password: it belongs in no log. */
export interface RegistrationSubmission {
  /** By name; of a form, what is in its fields of these names. */
  readonly fields: { readonly [K in RegistrationField]?: string };
  /** The form that was filled in; undefined where the plain fields were. */
  readonly form: Form | undefined;
}

/** What keeps the registrations of a service. Accounts are bare addresses, as their servers have stamped them. */
export interface RegistrationProvider {
  info(from: JID): Promise<RegistrationInfo> | RegistrationInfo;
  /** Registers that account, or changes its registration. Refuses by throwing a `StanzaError`: `conflict`, `not-acceptable`. */
  register(from: JID, answer: RegistrationSubmission): Promise<void> | void;
  remove(from: JID): Promise<void> | void;
  /**
   * Changes the password of an account that is registered.
   * @default `register()` is called
   */
  changePassword?(from: JID, password: string, answer: RegistrationSubmission): Promise<void> | void;
}

/** Where registrations are served, and for whom. */
export interface ServeOptions {
  /**
   * One of our addresses.
   * @default all
   */
  readonly place?: JID | string | undefined;
  /**
   * Who may register. All others are answered as if nobody could.
   * @default 'everybody' on a component, 'contacts' on a client
   */
  readonly allow?: Audience | undefined;
}
