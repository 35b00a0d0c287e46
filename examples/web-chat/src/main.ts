import { Session } from './session/session.js';
import { chatView } from './views/chat.js';
import { loginView } from './views/login.js';

const app = document.querySelector('#app') as HTMLElement;

/** Calls once for all that has changed in one turn. */
function once(act: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      act();
    });
  };
}

function showLogin(): void {
  document.title = 'Web chat';
  app.replaceChildren(
    loginView(async (account) => {
      let update = (): void => {};
      const session = new Session(
        account,
        once(() => update()),
      );
      await session.start();
      const chat = chatView(session, () => {
        update = () => {};
        void session.end();
        showLogin();
      });
      update = chat.update;
      app.replaceChildren(chat.root);
      chat.update();
    }),
  );
  app.querySelector('input')?.focus();
}

showLogin();
