/** What a server is to do after one message of the client. */
export interface SaslServerResult {
  /** No further message is taken. */
  readonly done: boolean;
  /** The client is who it says. Only together with `done`. */
  readonly success: boolean;
  /** To go into `<challenge/>` or, when done, into `<success/>`. With a failure: the reason, for protocols that carry it. */
  readonly data: Uint8Array | undefined;
  /** Who wants to log in, as far as known. */
  readonly username?: string;
  /** Whom the client wants to act as, if it says so. The caller has to allow or refuse it. */
  readonly authzid?: string;
}

/** Finds an account; undefined where there is none. `salt` is for SCRAM, random if not given. */
export type SaslLookup = (
  username: string,
) => Promise<{ readonly password: string; readonly salt?: Uint8Array } | undefined>;
