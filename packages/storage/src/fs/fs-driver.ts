type MaybePromise<T> = T | Promise<T>;

/** What `atomicFs` may be told: the options of unstorage's own `fs`. */
export interface AtomicFsOptions {
  /** The folder that everything is in. Default: the current one. */
  base?: string;
  /** Patterns of what is left alone. Default: `node_modules` and `.git`. */
  ignore?: string[];
  /** Writes nothing. Default false. */
  readOnly?: boolean;
  /** Does not delete everything when told to clear. Default false. */
  noClear?: boolean;
  /** Options of chokidar, with which the folder is watched. */
  watchOptions?: object;
}

/** A driver for `createStorage()` of unstorage: the shape that it asks for, without its types. */
export interface AtomicFsDriver {
  name?: string;
  hasItem(key: string, options: object): MaybePromise<boolean>;
  getItem(key: string, options?: object): MaybePromise<string | number | boolean | object | null>;
  getItemRaw?(key: string, options: object): MaybePromise<unknown>;
  setItem(key: string, value: string): Promise<void>;
  setItemRaw(key: string, value: string | Uint8Array): Promise<void>;
  removeItem(key: string, options: object): Promise<void>;
  getMeta?(key: string, options: object): MaybePromise<{ atime?: Date; mtime?: Date; size?: number } | null>;
  getKeys(base: string, options: object): MaybePromise<string[]>;
  clear?(base: string, options: object): MaybePromise<void>;
  dispose?(): MaybePromise<void>;
  watch?(callback: (event: 'update' | 'remove', key: string) => void): MaybePromise<() => MaybePromise<void>>;
}
