import type { JID } from '../jid/index.js';

/** The key of `WrittenAs`; there for the compiler alone. */
export declare const WRITTEN: unique symbol;

/** A value that is read as one type and may be written as `In`: `ElementList`, `LangMap`. */
export interface WrittenAs<In> {
  readonly [WRITTEN]: In;
}

/** What may be written to a property that reads as `V`. */
export type InputFor<V> = [V] extends [JID | undefined]
  ? JID | string | undefined
  : V extends WrittenAs<infer In>
    ? In
    : V;

type Same<A, B, Then> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? Then : never;

type Writable<T, K extends keyof T> = K extends symbol
  ? never
  : T[K] extends (...args: never[]) => unknown
    ? never
    : T[K] extends WrittenAs<unknown>
      ? K
      : Same<Pick<T, K>, { -readonly [P in K]: T[K] }, K>;

/** Values for the properties of `T` that can be written, those of plugins included. Undefined removes or leaves out. */
export type Written<T> = {
  [K in keyof T as Writable<T, K>]?: InputFor<T[K]> | undefined;
};
