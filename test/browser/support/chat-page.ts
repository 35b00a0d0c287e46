import type { Locator, Page } from 'playwright-core';

/** The web chat as somebody sees it who uses it. */
export class ChatPage {
  constructor(readonly page: Page) {}

  get status(): Locator {
    return this.page.locator('.side .status [role=status]');
  }

  get alert(): Locator {
    return this.page.locator('[role=alert]:visible');
  }

  /** The bubbles of the open conversation. */
  get bubbles(): Locator {
    return this.page.locator('.bubble p');
  }

  /** What becomes of our last message. */
  get state(): Locator {
    return this.page.locator('.bubble.mine').last().locator('.state');
  }

  contact(name: string): Locator {
    return this.page.locator('.contact').filter({ hasText: name });
  }

  /** `service` left out: the page has to find it. */
  async logIn({ jid, password, service = '' }: { jid: string; password: string; service?: string }): Promise<void> {
    await this.page.getByLabel('Address').fill(jid);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByLabel('WebSocket').fill(service);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  /** The message that says this. */
  bubble(text: string): Locator {
    return this.page.locator('.bubble').filter({ hasText: text });
  }

  /** Adds somebody by the window for that. */
  async add(jid: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New' }).click();
    await this.page.getByLabel('Address of a new contact').fill(jid);
    await this.page.keyboard.press('Enter');
  }

  async say(text: string): Promise<void> {
    await this.page.getByLabel('Message', { exact: true }).fill(text);
    await this.page.keyboard.press('Enter');
  }
}
