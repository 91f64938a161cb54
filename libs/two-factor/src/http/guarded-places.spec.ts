import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { describe, expect, it } from 'vitest';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import { HttpOnly } from './guarded-places.js';

class Payouts {
  pay(): void {}
}

function calledBy(transport: string): ExecutionContextHost {
  const context = new ExecutionContextHost([], Payouts, Payouts.prototype.pay);
  context.setType(transport);
  return context;
}

describe('the guard in front of the guards', () => {
  it.each(['graphql', 'ws', 'rpc'])('refuses a call by %s, by the name of its place', (transport) => {
    const call = (): boolean => new HttpOnly().canActivate(calledBy(transport));

    expect(call).toThrow(TwoFactorHostError);
    expect(call).toThrow(`@RequireTwoFactor() on Payouts.pay guards HTTP, and was called by ${transport}: `);
  });

  it('lets calls by HTTP on to the guards behind it', () => {
    expect(new HttpOnly().canActivate(calledBy('http'))).toBe(true);
  });
});
