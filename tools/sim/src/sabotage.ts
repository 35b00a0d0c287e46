import type { Way } from './plan.js';

/** What somebody does wrong on purpose, to see that it is found. */
export type Saboteur = 'counts one too many' | 'forgets a stanza' | 'loses writes';

/** Does that in a simulation once there was an opportunity: writes are lost from then on, the rest is done once. */
export class Sabotage {
  readonly #saboteur: Saboteur | undefined;
  #left: number;

  /** @param after How many opportunities it lets pass. */
  constructor(saboteur: Saboteur | undefined, after: number) {
    this.#saboteur = saboteur;
    this.#left = after;
  }

  /** What is sent in place of a text. */
  rewrite(way: Way, text: string): string {
    if (this.#saboteur === 'forgets a stanza' && way === 'down' && text.startsWith('<message') && this.#now())
      return '';
    if (this.#saboteur !== 'counts one too many' || way === 'down') return text;
    const h = /^<(?:a|resume) [^>]*h='(\d+)'/.exec(text)?.[1];
    return h !== undefined && this.#now() ? text.replace(`h='${h}'`, `h='${Number(h) + 1}'`) : text;
  }

  /** Whether that write is told as done and is not. */
  losesWrite(key: string): boolean {
    return this.#saboteur === 'loses writes' && key.includes('/out/') && (this.#now() || this.#left < 0);
  }

  #now(): boolean {
    this.#left -= 1;
    return this.#left === -1;
  }
}
