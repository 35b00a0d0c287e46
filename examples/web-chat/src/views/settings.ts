import { element } from '../dom.js';
import { reasonOf } from '../reason.js';
import type { Session } from '../session/session.js';
import { avatar } from './avatar.js';
import { textButton } from './button.js';
import { showDialog } from './dialog.js';
import { squareOf } from './square.js';

/** The window of our account: our picture, and who is blocked. */
export function showSettings(session: Session, logOut: () => void): void {
  const error = element('p', { className: 'error', hidden: true, attrs: { role: 'alert' } });
  const blocked = element('div', { className: 'choices' });
  const dialog = showDialog(
    'Account',
    element('p', { className: 'address', dir: 'ltr' }, session.jid),
    portrait(),
    element('section', {}, element('h3', {}, 'Blocked'), blocked),
    textButton(
      'Log out',
      () => {
        dialog.close();
        logOut();
      },
      'choice danger',
    ),
    error,
  );
  void attempt(showBlocked);

  function portrait(): HTMLElement {
    const picture = avatar(session.jid, session.jid, session.avatars.of(session.jid));
    picture.classList.add('large');
    const input = element('input', { type: 'file', accept: 'image/*', hidden: true });
    input.setAttribute('aria-label', 'Picture of you');
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file)
        void attempt(async () => session.avatars.set(await squareOf(file))).then((done) => done && dialog.close());
    });
    const choose = textButton('Choose a picture', () => input.click());
    const remove = textButton('Remove it', () => {
      void attempt(() => session.avatars.remove()).then((done) => done && dialog.close());
    });
    return element('div', { className: 'portrait-line' }, picture, input, choose, remove);
  }

  async function showBlocked(): Promise<void> {
    const all = await session.blocked.all();
    const rows = all.map((jid) => {
      const undo = textButton('Unblock', () => {
        void attempt(async () => {
          await session.blocked.unblock(jid);
          await showBlocked();
        });
      });
      undo.setAttribute('aria-label', `Unblock ${jid}`);
      return element('div', { className: 'row' }, element('bdi', {}, jid), undo);
    });
    blocked.replaceChildren(...(rows.length > 0 ? rows : [element('p', { className: 'hint' }, 'Nobody')]));
  }

  async function attempt(act: () => Promise<void>): Promise<boolean> {
    error.hidden = true;
    try {
      await act();
      return true;
    } catch (reason) {
      error.textContent = reasonOf(reason);
      error.hidden = false;
      return false;
    }
  }
}
