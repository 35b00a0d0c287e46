import type { Block, Span } from './tree.js';

/** What is called for the parts of a text, in their order. */
export interface StyleVisitor {
  /** Before what is in a block or a span. */
  enter?(part: Block | Span): void;
  /** For a part with nothing in it: `plain`, `directive` or `break`. */
  leaf?(part: Span): void;
  /** Behind what is in a block or a span. */
  leave?(part: Block | Span): void;
}

/** Goes through the blocks of a text, and what is in them. */
export function visit(blocks: readonly Block[], visitor: StyleVisitor): void {
  for (const block of blocks) {
    visitor.enter?.(block);
    if (block.kind === 'quote') visit(block.blocks, visitor);
    else for (const span of block.spans) visitSpan(span, visitor);
    visitor.leave?.(block);
  }
}

function visitSpan(span: Span, visitor: StyleVisitor): void {
  if (span.children.length === 0) {
    visitor.leaf?.(span);
    return;
  }
  visitor.enter?.(span);
  for (const child of span.children) visitSpan(child, visitor);
  visitor.leave?.(span);
}
