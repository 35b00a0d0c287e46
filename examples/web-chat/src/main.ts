import { Session, type Show } from './session/session.js';
import { chatView } from './views/chat.js';
import { loginView } from './views/login.js';

const app = document.querySelector('#app') as HTMLElement;

/** Calls once for all that has changed in one turn, or at once. */
function once(act: () => void): Show {
  let due: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    clearTimeout(due);
    due = undefined;
    act();
  };
  return (atOnce = false) => {
    if (atOnce) run();
    else due ??= setTimeout(run);
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
