import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation, Older } from '../store/conversation.js';
import type { Line } from '../store/line.js';
import { type Bubble, bubbleFor } from './bubble.js';
import { iconButton, textButton } from './button.js';
import { dayOf, isSameDay } from './times.js';
import { setText, type View } from './view.js';

/** What can be done from the messages with the field to write in. */
export interface LogActions {
  answer(line: Line): void;
  edit(line: Line): void;
  leave(): void;
}

export interface Log extends View {
  toEnd(): void;
}

/** Milliseconds within which messages of one person stand together. */
const TOGETHER = 300_000;
/** Pixels above what is in sight, in which older messages are loaded. */
const AHEAD = 400;
const WORDS: Readonly<Record<Older, string>> = {
  failed: 'Older messages could not be loaded.',
  loading: 'Loading older messages …',
  more: '',
  none: 'This is the beginning.',
};

/** The messages. It loads older ones as somebody scrolls up, and what is in sight stays where it is meanwhile. */
export function logView(session: Session, conversation: Conversation, actions: LogActions): Log {
  const about = element('span');
  const retry = textButton('Try again', () => void session.history.older(conversation));
  const top = element('p', { className: 'top' }, about, retry);
  const list = element('div', { className: 'lines', attrs: { role: 'log', 'aria-label': 'Messages' } });
  const scroller = element(
    'div',
    { className: 'log', tabIndex: 0, attrs: { 'aria-label': 'Messages', role: 'group' } },
    top,
    list,
  );
  const down = iconButton('down', 'To the latest message', toEnd, 'sign down');
  const root = element('div', { className: 'log-frame' }, scroller, down);
  const bubbles = new Map<string, Bubble>();
  const days = new Map<string, HTMLElement>();
  let shown: readonly Line[] = [];
  /** Whether the end is in sight; it stays there when something takes room from the log, a long draft for example. */
  let atEnd = true;
  /** Where the log was, so that a scroll away from the end is told from room that was taken. */
  let scrolledTo = 0;
  scroller.addEventListener('scroll', () => {
    const { scrollTop } = scroller;
    const isNear = scroller.scrollHeight - scrollTop - scroller.clientHeight < 40;
    // Where something has just taken room from the log its end is out of sight, and nobody has scrolled away from it.
    if (isNear || scrollTop < scrolledTo) atEnd = isNear;
    scrolledTo = scrollTop;
    down.hidden = atEnd;
    loadOlder();
  });
  new ResizeObserver(() => {
    if (atEnd) toEnd();
    loadOlder();
  }).observe(scroller);
  scroller.addEventListener('keydown', walk);
  down.hidden = true;
  return { root, update, toEnd };

  function toEnd(): void {
    scroller.scrollTop = scroller.scrollHeight;
    scrolledTo = scroller.scrollTop;
  }

  function loadOlder(): void {
    const near = scroller.scrollTop < AHEAD && root.isConnected && scroller.clientHeight > 0;
    if (near && conversation.older === 'more') void session.history.older(conversation);
  }

  function update(): void {
    const { lines, older } = conversation;
    setText(about, WORDS[older]);
    retry.hidden = older !== 'failed';
    top.dataset['older'] = older;
    if (lines !== shown) keepingPlace(() => arrange(lines));
    shown = lines;
    if (root.isConnected) requestAnimationFrame(loadOlder);
  }

  /** What is in sight stays where it is, whatever is put in above it. */
  function keepingPlace(change: () => void): void {
    const edge = scroller.getBoundingClientRect().top;
    const anchor = atEnd ? undefined : [...list.children].find((child) => child.getBoundingClientRect().bottom > edge);
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    if (atEnd) toEnd();
    else if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  function arrange(lines: readonly Line[]): void {
    const wanted: HTMLElement[] = [];
    let before: Line | undefined;
    for (const line of lines) {
      const newDay = !before || !isSameDay(before.at, line.at);
      if (newDay) wanted.push(dayFor(line.at));
      const bubble = bubbles.get(line.key) ?? bubbleFor(session, conversation, line.key, actions);
      bubbles.set(line.key, bubble);
      bubble.update(line, !newDay && before !== undefined && belongsTo(before, line));
      wanted.push(bubble.root);
      before = line;
    }
    for (const key of bubbles.keys()) if (!conversation.has(key)) bubbles.delete(key);
    place(wanted);
  }

  function dayFor(at: Date): HTMLElement {
    const name = at.toDateString();
    const made = days.get(name) ?? element('h3', { className: 'day' });
    days.set(name, made);
    setText(made, dayOf(at));
    return made;
  }

  /** Moves as little as possible: what stays in its place keeps the focus, and is not read out again. */
  function place(wanted: readonly HTMLElement[]): void {
    const kept = new Set<Element>(wanted);
    for (const child of [...list.children]) if (!kept.has(child)) child.remove();
    let next: Element | null = list.firstElementChild;
    for (const child of wanted) {
      if (child === next) next = next.nextElementSibling;
      else list.insertBefore(child, next);
    }
  }

  /** The arrow keys go from message to message. */
  function walk(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined || event.target instanceof HTMLButtonElement) return;
    const stops = [...list.querySelectorAll<HTMLElement>('.bubble')];
    const focused = stops.indexOf(document.activeElement as HTMLElement);
    const target = focused === -1 ? stops.at(-1) : stops[focused + step];
    event.preventDefault();
    if (target) target.focus();
    else if (step === 1) actions.leave();
  }
}

function belongsTo(before: Line, line: Line): boolean {
  return before.speaker.id === line.speaker.id && line.at.getTime() - before.at.getTime() < TOGETHER;
}
