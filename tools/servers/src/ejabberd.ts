import type { Command } from './daemon.js';
import type { Backend, Site } from './site.js';
export class Ejabberd implements Backend {
  constructor(_site: Site) {}
  command: Command = { command: 'x', args: [] };
  logFile = '';
  portTaken = /x/;
  async configure() {}
  async populate() {}
  async ready() {}
  async addUser() {}
  async removeUser() {}
  async closeSession() {}
}
