import { Registration } from '@sestina/core';

/** Whether somebody uses the program: a page, a phone or a terminal knows. */
export abstract class Activity {
  /** Whether somebody does now. */
  abstract readonly active: boolean;
  /** Calls back when that may have changed. */
  abstract onChange(callback: () => void): Registration;
}

/** What is read of a page. */
export interface VisiblePage {
  readonly visibilityState: string;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

/** A page is used while it can be seen. */
export class PageActivity extends Activity {
  readonly #page: VisiblePage;

  /** @param page Its `document`. */
  constructor(page: VisiblePage) {
    super();
    this.#page = page;
  }

  get active(): boolean {
    return this.#page.visibilityState !== 'hidden';
  }

  onChange(callback: () => void): Registration {
    this.#page.addEventListener('visibilitychange', callback);
    return new Registration(() => this.#page.removeEventListener('visibilitychange', callback));
  }
}
