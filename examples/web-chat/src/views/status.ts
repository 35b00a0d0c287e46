import { element } from '../dom.js';
import type { Connection, Session } from '../session.js';
import type { View } from './view.js';

const TICK = 250;

function words(connection: Connection): string {
  switch (connection.kind) {
    case 'connecting':
      return 'Connecting …';
    case 'ended':
    case 'offline':
      return 'Offline';
    case 'online':
      return 'Online';
    case 'reconnecting':
      return 'Retrying';
  }
}

function secondsTo(at: number): number {
  return Math.max(Math.ceil((at - Date.now()) / 1_000), 0);
}

/** How it stands with the connection, counting down to the next attempt. */
export function statusView(session: Session): View {
  const text = element('span');
  // Seen, but not read out each second.
  const countdown = element('span', { attrs: { 'aria-hidden': 'true' } });
  const retry = element('button', { type: 'button', className: 'quiet', hidden: true }, 'Now');
  retry.addEventListener('click', () => session.retry());
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
    const { connection } = session;
    const now = words(connection);
    if (text.textContent !== now) text.textContent = now;
    countdown.textContent = connection.kind === 'reconnecting' ? ` in ${secondsTo(connection.at)} s` : '';
    root.dataset['state'] = connection.kind;
    root.title = 'reason' in connection ? connection.reason : '';
    const ended = connection.kind === 'ended';
    retry.hidden = connection.kind !== 'reconnecting' && !ended;
    retry.textContent = ended ? 'Connect' : 'Now';
    retry.title = ended ? 'Connect again' : 'Try again now';
    if (connection.kind === 'reconnecting') timer = setTimeout(update, TICK);
  }

  return { root, update };
}
