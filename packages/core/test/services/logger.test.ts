import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConsoleLogger, SilentLogger } from '../../src/services/logger.js';

describe('loggers', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const spies = () =>
    (['debug', 'log', 'info', 'warn', 'error'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    );

  it('the one for the console shows warnings and errors only', () => {
    const [debug, log, info, warn, error] = spies();
    const logger = new ConsoleLogger();
    logger.debug();
    logger.info();
    logger.warn('odd');
    logger.error('bad', { code: 5 });
    expect([debug, log, info].flatMap((spy) => spy?.mock.calls)).toEqual([]);
    expect([warn?.mock.calls, error?.mock.calls]).toEqual([[['sestina: odd']], [['sestina: bad', { code: 5 }]]]);
  });

  it('the silent one shows nothing', () => {
    const all = spies();
    const logger = new SilentLogger();
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]();
    expect(all.flatMap((spy) => spy.mock.calls)).toEqual([]);
  });
});
