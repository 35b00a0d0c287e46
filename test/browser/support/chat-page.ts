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

  /** The field to write in. */
  get field(): Locator {
    return this.page.getByLabel('Message', { exact: true });
  }

  /** Whose conversation is open, and how they are there. */
  get heading(): Locator {
    return this.page.locator('.conversation header .about');
  }

  /** Those who are in the room. */
  get people(): Locator {
    return this.page.locator('.people .contact');
  }

  /** What becomes of our last message. */
  get state(): Locator {
    return this.page.locator('.bubble.mine').last().locator('.state');
  }

  contact(name: string): Locator {
    return this.page.locator('.side .contact').filter({ has: this.page.locator('.name', { hasText: name }) });
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

  /** Enters a room by the window for that. */
  async enter(name: string, found = false): Promise<void> {
    await this.page.getByRole('button', { name: 'New' }).click();
    await this.page.getByLabel('Name or address of a room').fill(name);
    if (found) await this.page.getByLabel('Found it if there is none').check();
    await this.page.getByRole('button', { name: 'Enter' }).click();
  }

  /** Chooses a file to be sent. */
  async choose(file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.page.locator('.composer input[type=file]').setInputFiles(file);
  }

  /** Does something with a message. */
  async act(text: string, what: string): Promise<void> {
    await this.bubble(text).last().focus();
    await this.bubble(text).last().getByRole('button', { name: what, exact: true }).click();
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.page.keyboard.press('Enter');
  }
}
