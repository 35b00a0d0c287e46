/** What somebody types to log in. */
export interface Account {
  readonly jid: string;
  readonly password: string;
  /** `wss://…`; empty: the server's host-meta says where. */
  readonly service: string;
}
