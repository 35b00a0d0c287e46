/** A part of the page. */
export interface View {
  readonly root: HTMLElement;
  /** Shows what is new. */
  update(): void;
}

/** Changes a text only where it is another one, so that it is not read out again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
