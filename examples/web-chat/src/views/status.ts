import { element } from '../dom.js';
import type { Connection, Session } from '../session.js';
import type { View } from './view.js';

const TICK = 250;

function words(connection: Connection): string {
  switch (connection.kind) {
    case 'connecting':
      return 'Connecting …';
    case 'ended':
      return `Disconnected: ${connection.reason}`;
    case 'offline':
      return 'Offline';
    case 'online':
      return 'Online';
    case 'reconnecting':
      return `Reconnecting in ${Math.max(Math.ceil((connection.at - Date.now()) / 1_000), 0)} s`;
  }
}

/** How it stands with the connection, counting down to the next attempt. */
export function statusView(session: Session): View {
  const text = element('span', { attrs: { role: 'status' } });
  const retry = element('button', { type: 'button', className: 'quiet', hidden: true }, 'Now');
  retry.title = 'Try again now';
  retry.addEventListener('click', () => session.retry());
  const root = element(
    'div',
    { className: 'status' },
    element('span', { className: 'dot', attrs: { 'aria-hidden': 'true' } }),
    text,
    retry,
  );
  let timer: ReturnType<typeof setTimeout> | undefined;

  function update(): void {
    clearTimeout(timer);
    const { connection } = session;
    const now = words(connection);
    if (text.textContent !== now) text.textContent = now;
    root.dataset['state'] = connection.kind;
    root.title = 'reason' in connection ? connection.reason : '';
    retry.hidden = connection.kind !== 'reconnecting';
    if (connection.kind === 'reconnecting') timer = setTimeout(update, TICK);
  }

  return { root, update };
}
