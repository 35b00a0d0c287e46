import { ConfigError, SestinaError } from '@sestina/xml';
import { describe, expect, it } from 'vitest';

describe('the name of an error', () => {
  it('is that of its class', () => {
    expect(new ConfigError('a message', 'an option').name).toBe('ConfigError');
    expect(String(new ConfigError('a message', 'an option'))).toBe('ConfigError: a message');
  });

  it('is that of the class of an application that extends one of ours', () => {
    class QuotaError extends ConfigError {}
    class BotError extends SestinaError {
      static override readonly name = 'Bot';
      readonly code = 'BOT';
    }
    expect(new QuotaError('a message', 'an option').name).toBe('QuotaError');
    expect(new BotError('a message').name).toBe('Bot');
  });
});
