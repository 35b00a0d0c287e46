/** A part of the page. */
export interface View {
  readonly root: HTMLElement;
  /** Shows what is new. */
  update(): void;
}
