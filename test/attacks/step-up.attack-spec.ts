import { describe, expect, it } from 'vitest';
import {
  ROUNDS,
  Tally,
  accepted,
  faults,
  repeat,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import { seedVictim } from '../support/victims.js';

const target = useTarget();

describe('a step-up', () => {
  it('invariant 39: 50 with one code at once, from two sessions, raise one session once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 39: 50 step-ups with one code, from two sessions at once');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { sessions: 2, signedInSecondsAgo: 400 });
      const { code } = victim;

      const answers = await together(50, (index) =>
        victim.post('/auth/2fa/step-up', { code }, { token: victim.sessions[index % 2]!.accessToken }),
      );

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      const { events } = await victim.rows();
      expect(events.filter((event) => event.startsWith('stepped_up success'))).toHaveLength(1);
      const opened = await Promise.all(
        victim.sessions.map(({ accessToken }) => target.call('/account/export', { token: accessToken })),
      );
      expect(opened.map(verdictOf).toSorted()).toEqual(['200', '403 TWO_FACTOR_STEP_UP_REQUIRED']);
      tally.add(answers);
    });
    tally.write();
  });
});
