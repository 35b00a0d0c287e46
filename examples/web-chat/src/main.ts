import { Session } from './session.js';
import { chatView } from './views/chat.js';
import { loginView } from './views/login.js';

const app = document.querySelector('#app') as HTMLElement;

function showLogin(): void {
  document.title = 'Web chat';
  app.replaceChildren(
    loginView(async (account) => {
      let changed = (): void => {};
      const session = new Session(account, () => changed());
      await session.start();
      const chat = chatView(session, () => {
        changed = () => {};
        void session.end();
        showLogin();
      });
      changed = chat.update;
      app.replaceChildren(chat.root);
      chat.update();
    }),
  );
  app.querySelector('input')?.focus();
}

showLogin();
