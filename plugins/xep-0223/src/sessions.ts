import { Registration } from '@sestina/core';

/** Who is to be told of sessions. */
export interface SessionFollower {
  sessionStart(): void;
  sessionEnd(): void;
}

/** Tells the nodes of a plugin what it is told of sessions. */
export class Sessions {
  readonly #followers = new Set<SessionFollower>();

  add(follower: SessionFollower): Registration {
    this.#followers.add(follower);
    return new Registration(() => void this.#followers.delete(follower));
  }

  start(): void {
    for (const follower of [...this.#followers]) follower.sessionStart();
  }

  end(): void {
    for (const follower of [...this.#followers]) follower.sessionEnd();
  }
}
