type Child = Node | string | undefined;

/** What `element` sets besides properties. */
interface Extras {
  /** `data-…` attributes. */
  readonly data?: Readonly<Record<string, string>>;
  /** Other attributes, `aria-label` for example. */
  readonly attrs?: Readonly<Record<string, string>>;
}

/** Makes an element. Text is text: nothing that somebody sends is ever read as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  { data = {}, attrs = {}, ...properties }: Partial<HTMLElementTagNameMap[K]> & Extras = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  for (const [key, value] of Object.entries(data)) made.dataset[key] = value;
  for (const [key, value] of Object.entries(attrs)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}
