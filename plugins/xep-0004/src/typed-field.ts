import {
  type Codec,
  type Field,
  type JID,
  jid,
  oneOf,
  type Slot,
  StanzaValueError,
  text,
  ValueField,
  viewOf,
  type XmlElement,
} from '@sestina/core';
import { Form, FormField } from './stanza.js';
import { distinct, type FieldType } from './typed-value.js';

/** How a field of a typed form stands in the XML, beside what its value is. */
export interface FormFieldSpec {
  readonly var: string;
  readonly type: FieldType;
  /** The choices of a list. */
  readonly choices?: readonly string[] | undefined;
}

/** A field of a typed form. */
export interface FormFieldDefinition<T = unknown, In = T> extends Field<T, In> {
  readonly spec: FormFieldSpec;
}

const fieldOf = (form: XmlElement, name: string): FormField | undefined => viewOf(Form, form).field(name);

function write(form: XmlElement, spec: FormFieldSpec, values: readonly string[]): void {
  const field = fieldOf(form, spec.var);
  if (field) {
    field.values = values;
    return;
  }
  // In a submission the type is implied by the form that it answers.
  const type = spec.type === 'text-single' ? undefined : spec.type;
  viewOf(Form, form).fields.add(new FormField({ var: spec.var, type, values }));
}

/** Makes the value of a field that stands in the XML like that. */
export type SingleFieldBuilder<T, Absent, In> = (spec: FormFieldSpec) => ValueField<T, Absent, In>;

/** A form field that holds one value; optional until `required()` or `default()` says otherwise. */
export class SingleField<T, Absent = undefined, In = T> implements FormFieldDefinition<T | Absent, In | Absent> {
  readonly #value: ValueField<T, Absent, In>;

  /** @internal Made by `single()`, `toggle()` and `choice()`. */
  constructor(
    readonly spec: FormFieldSpec,
    protected readonly build: SingleFieldBuilder<T, Absent, In>,
  ) {
    this.#value = build(spec);
  }

  /** Reading throws where it is missing; `submit()` asks for it. */
  required(): RequiredSingleField<T, In> {
    return new RequiredSingleField<T, In>(this.spec, (spec) => this.build(spec).required());
  }

  /** What reading gives where it is missing. */
  default(value: T): SingleField<T, T, In> {
    return new SingleField<T, T, In>(this.spec, (spec) => this.build(spec).default(value));
  }

  /** Text that cannot be decoded counts as missing. */
  lenient(): SingleField<T, Absent, In> {
    return new SingleField<T, Absent, In>(this.spec, (spec) => this.build(spec).lenient());
  }

  /** The same with another field type, `text-private` for example. */
  as(type: FieldType): SingleField<T, Absent, In> {
    return new SingleField<T, Absent, In>({ ...this.spec, type }, this.build);
  }

  get(form: XmlElement): T | Absent {
    return this.#value.get(form);
  }

  set(form: XmlElement, value: In | Absent): void {
    this.#value.set(form, value);
  }
}

/** A form field that has to have its one value. */
export class RequiredSingleField<T, In = T> extends SingleField<T, never, In> {
  readonly isRequired = true;

  override as(type: FieldType): RequiredSingleField<T, In> {
    return new RequiredSingleField<T, In>({ ...this.spec, type }, this.build);
  }
}

function slotOf(spec: FormFieldSpec): Slot {
  return {
    where: `field "${spec.var}"`,
    read: (form) => fieldOf(form, spec.var)?.value,
    write: (form, raw) => {
      if (raw !== undefined) write(form, spec, [spec.type === 'boolean' ? inWords(form, raw) : raw]);
      else {
        const field = fieldOf(form, spec.var);
        if (field) form.remove(field.xml);
      }
    },
  };
}

function one<T, In>(spec: FormFieldSpec, codec: Codec<T, In>): SingleField<T, undefined, In> {
  return new SingleField(spec, (actual) => new ValueField<T, undefined, In>(slotOf(actual), codec, () => undefined));
}

/** One value: a line of text, or what the codec makes of it. */
export function single(name: string): SingleField<string>;
export function single<T, In = T>(name: string, codec: Codec<T, In>): SingleField<T, undefined, In>;
export function single(name: string, codec: Codec<unknown, never> = text): SingleField<unknown, undefined, never> {
  return one({ var: name, type: codec === (jid as unknown) ? 'jid-single' : 'text-single' }, codec);
}

/** Yes or no; written as `1` and `0`, which the oldest software understands too, and in a result as `true` and `false`. */
export function toggle(name: string): SingleField<boolean> {
  return one({ var: name, type: 'boolean' }, formBoolean);
}

/** In a result others hash the text (XEP-0115), and some of them read and write it anew: as a word. */
function inWords(form: XmlElement, raw: string): string {
  if (form.attribute('type') !== 'result') return raw;
  return raw === '1' ? 'true' : 'false';
}

const formBoolean: Codec<boolean> = {
  expects: 'a boolean',
  decode: (raw) => {
    const trimmed = raw.trim();
    if (trimmed === '1' || trimmed === 'true') return true;
    return trimmed === '0' || trimmed === 'false' ? false : undefined;
  },
  encode: (value) => (value ? '1' : '0'),
};

/** One of these words. */
export function choice<const T extends string>(name: string, ...choices: readonly T[]): SingleField<T> {
  return one({ var: name, type: 'list-single', choices }, oneOf(...choices));
}

/** A text of several lines, joined by `\n`; undefined where the field is missing. */
export function block(name: string): FormFieldDefinition<string | undefined> {
  const spec: FormFieldSpec = { var: name, type: 'text-multi' };
  return {
    spec,
    get: (form) => fieldOf(form, name)?.values.join('\n'),
    set: (form, value) => write(form, spec, value === undefined ? [] : value.split(/\r\n|\r|\n/)),
  };
}

/** Several values; none where the field is missing. @throws StanzaValueError on reading one that cannot be decoded. */
export function multi(name: string): FormFieldDefinition<readonly string[], Iterable<string>>;
export function multi<T, In = T>(name: string, codec: Codec<T, In>): FormFieldDefinition<readonly T[], Iterable<In>>;
export function multi(
  name: string,
  codec: Codec<unknown, never> = text,
): FormFieldDefinition<readonly unknown[], Iterable<never>> {
  return several({ var: name, type: 'text-multi' }, codec);
}

/** Several of these words. */
export function choices<const T extends string>(
  name: string,
  ...words: readonly T[]
): FormFieldDefinition<readonly T[], Iterable<T>> {
  return several({ var: name, type: 'list-multi', choices: words }, oneOf(...words));
}

/** Several addresses, each once. */
export function jids(name: string): FormFieldDefinition<readonly JID[], Iterable<JID | string>> {
  const field = several({ var: name, type: 'jid-multi' }, jid);
  return { spec: field.spec, get: (form) => distinct(field.get(form)), set: (form, values) => field.set(form, values) };
}

function several<T, In>(spec: FormFieldSpec, codec: Codec<T, In>): FormFieldDefinition<readonly T[], Iterable<In>> {
  return {
    spec,
    get: (form) =>
      (fieldOf(form, spec.var)?.values ?? []).map((raw) => {
        const value = codec.decode(raw);
        if (value === undefined) throw new StanzaValueError(form, `field "${spec.var}"`, raw, codec.expects);
        return value;
      }),
    set: (form, values) =>
      write(
        form,
        spec,
        [...(values ?? [])].map((value) => codec.encode(value)),
      ),
  };
}
