// Installs what the tests need of Debian's packages, before the first test waits for it: on a new machine that takes minutes.
import { ensureInstalled } from './install.js';

await ensureInstalled(['prosody', 'ejabberd', 'redis', 'slixmpp', 'chromium'], (line) => console.log(line));
