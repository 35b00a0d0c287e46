import { AuthError } from '@sestina/client';
import { describe, expect, it } from 'vitest';

describe('AuthError', () => {
  it('says that somebody may sit in between where a bound login fails', () => {
    expect(new AuthError('not-authorized', 'SCRAM-SHA-256-PLUS').message).toContain('somebody sits between');
    expect(new AuthError('malformed-request', 'SCRAM-SHA-1-PLUS').message).toContain('somebody sits between');
  });

  it('does not say so of others', () => {
    expect(new AuthError('not-authorized', 'SCRAM-SHA-256').message).not.toContain('between');
    expect(new AuthError('temporary-auth-failure', 'SCRAM-SHA-256-PLUS').message).not.toContain('between');
  });
});
