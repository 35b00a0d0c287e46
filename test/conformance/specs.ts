import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Beside the repository. */
const DEFAULT = join(dirname(resolve(ROOT)), 'shared', 'specs');

/** An example of a specification: elements that are complete. */
export interface Example {
  /** Its number there; `L12` for the twelfth listing, where that has none. */
  readonly n: number | string;
  readonly caption?: string;
  readonly complete: boolean;
  readonly xml: readonly string[];
}

/** What is there of one specification. */
export interface Specification {
  readonly xep: string;
  readonly title: string;
  readonly version: string;
  readonly namespaces: readonly string[];
  readonly examples: readonly Example[];
}

interface SchemaEntry {
  readonly file: string;
  readonly xep: string | null;
  readonly valid: boolean;
}

/** A folder with `examples/xep-NNNN.json` and `schemas/index.json`: that of `SESTINA_SPECS`, else beside this repository. */
export class Specifications {
  readonly folder: string;
  #schemas: Readonly<Record<string, SchemaEntry>> | undefined;

  constructor(folder: string = process.env['SESTINA_SPECS'] ?? DEFAULT) {
    this.folder = folder;
  }

  get exist(): boolean {
    return existsSync(join(this.folder, 'examples'));
  }

  /** Undefined for one that is not there. */
  of(xep: string): Specification | undefined {
    const path = join(this.folder, `examples/xep-${xep}.json`);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Specification) : undefined;
  }

  /** The schema of a namespace that this specification defines; undefined where there is none that can be used. */
  schemaOf(namespace: string, xep: string): string | undefined {
    this.#schemas ??= JSON.parse(readFileSync(join(this.folder, 'schemas/index.json'), 'utf8'));
    const entry = this.#schemas?.[namespace];
    return entry?.valid && entry.xep === xep ? join(this.folder, 'schemas', entry.file) : undefined;
  }
}
