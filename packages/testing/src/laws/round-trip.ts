import { type ElementClass, ElementList, ElementView, isA, JID, viewOf, XmlElement } from '@sestina/core';
import { parseXml, sameXml } from '../xml/index.js';

/**
 * Reads the elements of an example by the fields of the classes that know them, writes all of it back, and reads that.
 * @returns What is wrong with it, in words; undefined for nothing.
 */
export function roundTrip(text: string, classes: readonly ElementClass[]): string | undefined {
  let root: XmlElement;
  try {
    root = parseXml(text);
  } catch (error) {
    return `does not parse: ${message(error)}`;
  }
  const again = sameXml(root, root.toString());
  if (again) return `is not what it was once it is written: ${again}`;
  for (const xml of everyElement(root)) {
    const known = classes.filter((cls) => isA(cls, xml));
    if (known.length === 0) continue;
    // Of several the right one is known to who asked: a question and its answer may have one name.
    const faults = known.map((cls) => faultOf(cls, xml));
    if (faults.every((fault) => fault !== undefined)) return faults[0];
  }
  return undefined;
}

/** How many elements of an example the classes know. */
export function knownIn(text: string, classes: readonly ElementClass[]): number {
  try {
    return [...everyElement(parseXml(text))].filter((xml) => classes.some((cls) => isA(cls, xml))).length;
  } catch {
    return 0;
  }
}

function* everyElement(xml: XmlElement): IterableIterator<XmlElement> {
  yield xml;
  for (const child of xml.elements()) yield* everyElement(child);
}

/** Reads all fields, writes them into a copy and reads that: it has to say the same, and hold all that was there. */
function faultOf(cls: ElementClass, xml: XmlElement): string | undefined {
  const before: Record<string, unknown> = {};
  const copy = xml.copy();
  const target = viewOf(cls, copy) as unknown as Record<string, unknown>;
  const source = viewOf(cls, xml) as unknown as Record<string, unknown>;
  for (const { name, writable } of fieldsOf(cls)) {
    try {
      const value = source[name];
      before[name] = shown(value);
      if (writable && !(value instanceof ElementList)) target[name] = copied(value);
    } catch (error) {
      return `<${cls.tag}/> ${name}: ${message(error)}`;
    }
  }
  for (const [name, value] of Object.entries(before)) {
    const after = shown(target[name]);
    if (after !== value) return `<${cls.tag}/> ${name}: ${after} once it is written, ${value} before`;
  }
  const left = [...copy.elements()].map(({ name, namespace }) => `{${namespace}}${name}`);
  for (const { name, namespace } of xml.elements()) {
    const at = left.indexOf(`{${namespace}}${name}`);
    if (at < 0) return `<${cls.tag}/> loses <${name} xmlns='${namespace}'/> once it is written`;
    left.splice(at, 1);
  }
  return undefined;
}

function fieldsOf(cls: ElementClass): { name: string; writable: boolean }[] {
  const fields = new Map<string, boolean>();
  for (let at: object = cls.prototype; at !== ElementView.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { get, set }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (get && !fields.has(name) && !BOUND.has(name)) fields.set(name, set !== undefined);
    }
  }
  return [...fields].map(([name, writable]) => ({ name, writable }));
}

/** What is asked of the connection that a stanza came on. */
const BOUND: ReadonlySet<string> = new Set(['__v_skip', 'context', 'stream', 'raw']);

/** A child that is put into another element is a copy. */
function copied(value: unknown): unknown {
  if (value instanceof ElementView) return value.copy();
  if (value instanceof XmlElement) return value.copy();
  return Array.isArray(value) ? value.map(copied) : value;
}

function shown(value: unknown): string {
  if (value instanceof ElementList) return [...value].map(shown).join();
  if (value instanceof ElementView) return shown(value.xml);
  if (value instanceof XmlElement) return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof JID) return value.full;
  if (value instanceof Uint8Array) return [...value].join();
  if (value && typeof value === 'object' && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)].map(shown).join();
  return String(value);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
