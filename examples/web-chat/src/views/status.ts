import { element } from '../dom.js';
import type { ConnectionState } from '../session/connection.js';
import type { Session } from '../session/session.js';
import { textButton } from './button.js';
import type { View } from './view.js';

const TICK = 250;

const WORDS: Readonly<Record<ConnectionState['kind'], string>> = {
  connecting: 'Connecting …',
  ended: 'Offline',
  offline: 'Offline',
  online: 'Online',
  reconnecting: 'Retrying',
};

function secondsTo(at: number): number {
  return Math.max(Math.ceil((at - Date.now()) / 1_000), 0);
}

/** How it stands with the connection, counting down to the next attempt. */
export function statusView({ connection }: Session): View {
  const text = element('span');
  // Seen, but not read out each second.
  const countdown = element('span', { attrs: { 'aria-hidden': 'true' } });
  const retry = textButton('Now', () => connection.retry());
  const root = element(
    'div',
    { className: 'status' },
    element('span', { className: 'dot', attrs: { 'aria-hidden': 'true' } }),
    element('span', { attrs: { role: 'status' } }, text, countdown),
    retry,
  );
  let timer: ReturnType<typeof setTimeout> | undefined;

  function update(): void {
    clearTimeout(timer);
    const { state } = connection;
    const now = WORDS[state.kind];
    if (text.textContent !== now) text.textContent = now;
    countdown.textContent = state.kind === 'reconnecting' ? ` in ${secondsTo(state.at)} s` : '';
    root.dataset['state'] = state.kind;
    root.title = 'reason' in state ? state.reason : '';
    const ended = state.kind === 'ended';
    retry.hidden = state.kind !== 'reconnecting' && !ended;
    retry.textContent = ended ? 'Connect' : 'Now';
    retry.title = ended ? 'Connect again' : 'Try again now';
    if (state.kind === 'reconnecting') timer = setTimeout(update, TICK);
  }

  return { root, update };
}
