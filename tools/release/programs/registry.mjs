// @ts-check
// A registry: node registry.mjs, where verdaccio is installed. Gets its settings as a message, answers with its port, and ends with who sent them.
import { createRequire } from 'node:module';
import { join } from 'node:path';

process.once('message', async (settings) => {
  const { runServer } = createRequire(join(process.cwd(), 'index.js'))('verdaccio');
  const server = await runServer(settings);
  server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
});
process.once('disconnect', () => process.exit());
