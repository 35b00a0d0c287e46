import type { XmlElement } from '@sestina/xml';
import type { Codec } from './codec.js';
import { StanzaValueError } from './value-error.js';
import type { Written } from './written.js';

/** One property of a stanza class: where it lives in the XML and how it is read and written. */
export interface Field<T = unknown, In = T> {
  readonly readOnly?: boolean;
  readonly isRequired?: boolean;
  get(xml: XmlElement): T;
  set(xml: XmlElement, value: In): void;
}

/** A place that holds one text: an attribute, the text of a child, a form field. Third parties add their own. */
export interface Slot {
  /** For error messages. */
  readonly where: string;
  read(xml: XmlElement): string | undefined;
  /** Undefined removes it. */
  write(xml: XmlElement, raw: string | undefined): void;
}

/** A single value in a slot; optional until `required()` or `default()` says otherwise. */
export class ValueField<T, Absent = undefined, In = T> implements Field<T | Absent, In | Absent> {
  readonly #slot: Slot;
  readonly #codec: Codec<T, In>;
  readonly #absent: (xml: XmlElement, raw?: string) => Absent;
  readonly #lenient: boolean;

  /** `absent` gives what is read where there is no text; or text that cannot be decoded, where it is `lenient`. */
  constructor(slot: Slot, codec: Codec<T, In>, absent: (xml: XmlElement, raw?: string) => Absent, lenient = false) {
    this.#slot = slot;
    this.#codec = codec;
    this.#absent = absent;
    this.#lenient = lenient;
  }

  /** Reading throws where it is missing; `new` asks for it. */
  required(): RequiredField<T, In> {
    const { where } = this.#slot;
    const { expects } = this.#codec;
    const missing = (xml: XmlElement, raw?: string): never => {
      throw new StanzaValueError(xml, where, raw, expects);
    };
    return new RequiredField<T, In>(this.#slot, this.#codec, missing, this.#lenient);
  }

  /** What reading gives where it is missing. */
  default(value: T): ValueField<T, T, In> {
    return new ValueField<T, T, In>(this.#slot, this.#codec, () => value, this.#lenient);
  }

  /** Text that cannot be decoded counts as missing, for values where the specification says to ignore it. */
  lenient(): ValueField<T, Absent, In> {
    return new ValueField<T, Absent, In>(this.#slot, this.#codec, this.#absent, true);
  }

  /** @throws StanzaValueError where it cannot be decoded, or is required and missing. */
  get(xml: XmlElement): T | Absent {
    const raw = this.#slot.read(xml);
    if (raw === undefined) return this.#absent(xml);
    const value = this.#codec.decode(raw);
    if (value !== undefined) return value;
    if (this.#lenient) return this.#absent(xml, raw);
    throw new StanzaValueError(xml, this.#slot.where, raw, this.#codec.expects);
  }

  /** Undefined removes it. @throws what the codec throws for a value that has no text. */
  set(xml: XmlElement, value: In | Absent): void {
    this.#slot.write(xml, value === undefined ? undefined : this.#encode(xml, value as In));
  }

  #encode(xml: XmlElement, value: In): string {
    try {
      return this.#codec.encode(value);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new TypeError(`<${xml.name}> ${this.#slot.where}: ${error.message}`, { cause: error });
    }
  }
}

/** A value that has to be there. */
export class RequiredField<T, In = T> extends ValueField<T, never, In> {
  readonly isRequired = true;
}

/** Fields by property name. */
export type FieldMap = Readonly<Record<string, Field<unknown, never>>>;

type ValueOf<F> = F extends { get(xml: XmlElement): infer T } ? T : never;
type InputOf<F> = F extends { set(xml: XmlElement, value: infer In): void } ? In : never;

// Mapped with `as`, so that the comment of a field is shown for the property: a plain list of keys would lose it.

/** The live properties that a field map gives to a class. */
export type Fields<F extends FieldMap> = {
  -readonly [K in keyof F as F[K] extends { readonly readOnly: true } ? never : K]: ValueOf<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends { readonly readOnly: true } ? K : never]: ValueOf<F[K]>;
};

type RequiredKeys<F extends FieldMap> = {
  [K in keyof F]: F[K] extends { readonly isRequired: true } ? K : never;
}[keyof F];

/** What `new` accepts: required fields must be given, the others may be; also what the base class can be given. */
export type Init<F extends FieldMap, B = unknown> = {
  -readonly [K in keyof F as F[K] extends { readonly isRequired: true } ? K : never]: InputOf<F[K]>;
} & {
  -readonly [K in keyof F as F[K] extends { readonly isRequired: true } ? never : K]?: InputOf<F[K]> | undefined;
} & Written<B>;

/** The arguments of `new` for that field map: none needed where nothing is required. */
export type InitArguments<F extends FieldMap, B = unknown> = [RequiredKeys<F>] extends [never]
  ? [init?: Init<F, B>]
  : [init: Init<F, B>];
