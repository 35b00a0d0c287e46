import { element } from '../dom.js';
import { reasonOf } from '../reason.js';
import type { Account } from '../session/account.js';

function field(label: string, input: HTMLInputElement, hint?: string): HTMLElement {
  return element('label', { className: 'field' }, label, input, hint ? element('small', {}, hint) : undefined);
}

/** The form to log in with; what `logIn` rejects with is shown. */
export function loginView(logIn: (account: Account) => Promise<void>): HTMLElement {
  const jid = element('input', { name: 'jid', type: 'text', required: true, autocomplete: 'username' });
  jid.placeholder = 'juliet@example.org';
  jid.spellcheck = false;
  jid.autocapitalize = 'none';
  const password = element('input', { name: 'password', type: 'password', required: true });
  password.autocomplete = 'current-password';
  const service = element('input', { name: 'service', type: 'url', placeholder: 'wss://example.org/xmpp-websocket' });
  service.pattern = 'wss?://.+';
  const button = element('button', { type: 'submit', className: 'primary' }, 'Log in');
  const error = element('p', { className: 'error', hidden: true, attrs: { role: 'alert' } });

  const form = element(
    'form',
    { className: 'card' },
    element('h1', { className: 'title' }, 'Web chat'),
    element('p', { className: 'hint' }, 'Log in with your XMPP account.'),
    field('Address', jid),
    field('Password', password),
    field('WebSocket (optional)', service, 'Left empty, the server is asked where it is.'),
    error,
    button,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  return element('div', { className: 'login' }, form);

  async function submit(): Promise<void> {
    busy(true);
    error.hidden = true;
    try {
      await logIn({ jid: jid.value.trim(), password: password.value, service: service.value.trim() });
    } catch (reason) {
      error.textContent = reasonOf(reason);
      error.hidden = false;
      busy(false);
      password.select();
    }
  }

  function busy(yes: boolean): void {
    button.disabled = yes;
    button.textContent = yes ? 'Connecting …' : 'Log in';
  }
}
